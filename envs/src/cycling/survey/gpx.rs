//! Tracks of satellite receivers (GPX 1.0 and 1.1): positions with heights.

use super::read::{Fault, Read};
use crate::document::shown;
use geographiclib_rs::{Geodesic, InverseGeodesic};
use gpx::{Gpx, Waypoint};
use std::error::Error;

/// Positions closer than this to the one before, in m, are merged: receivers keep writing while one stands.
const STANDSTILL: f64 = 0.01;

/// Reads the track of that number, from 1, with its segments joined, or the route in a file without tracks. Distances
/// are geodesics on the WGS 84 ellipsoid (Karney 2013); those on a sphere would be wrong by up to 0.6 %. Positions
/// without a height add to the distance but give no point.
pub(super) fn read(text: &str, channel: usize) -> Result<Read, Fault> {
    let gpx =
        gpx::read(text.as_bytes()).map_err(|error| Fault::of(format!("is not a GPX file: {}", in_words(&error))))?;
    let (ways, what) = ways(&gpx);
    let Some(way) = channel.checked_sub(1).and_then(|index| ways.get(index)) else {
        return Err(match ways.len() {
            0 => Fault::of("has no track; expected one with heights".into()),
            count => Fault::channel(channel, count, what),
        });
    };
    let (earth, mut far) = (Geodesic::wgs84(), 0.0);
    let mut read = Read { points: Vec::new(), lines: Vec::new(), channels: ways.len() };
    let mut before: Option<&Waypoint> = None;
    for place in way {
        if let Some(before) = before {
            let (one, two) = (before.point(), place.point());
            let step: f64 = earth.inverse(one.y(), one.x(), two.y(), two.x());
            far += step;
        }
        before = Some(place);
        let Some(height) = place.elevation else { continue };
        if read.points.last().is_none_or(|last: &[f64; 2]| far - last[0] >= STANDSTILL) {
            read.points.push([far, height]);
        }
    }
    if way.len() > 1 && way.iter().all(|place| place.elevation.is_none()) {
        return Err(Fault::of(format!("{what} {channel} has no heights; expected points with `<ele>`")));
    }
    Ok(read)
}

/// The positions of all tracks, or of all routes if there is no track, and the word for them.
fn ways(gpx: &Gpx) -> (Vec<Vec<&Waypoint>>, &'static str) {
    if gpx.tracks.is_empty() {
        return (gpx.routes.iter().map(|route| route.points.iter().collect()).collect(), "route");
    }
    let tracks = gpx.tracks.iter();
    (tracks.map(|track| track.segments.iter().flat_map(|segment| &segment.points).collect()).collect(), "track")
}

fn in_words(error: &dyn Error) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    shown(&format!("{error}{cause}"))
}

#[cfg(test)]
mod tests {
    use super::super::Survey;

    fn track(points: &str) -> String {
        format!("<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"x\"><trk><trkseg>{points}</trkseg></trk></gpx>")
    }

    fn error(text: &str) -> String {
        Survey::parse("way.gpx", text, 1).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn distances_are_those_on_the_ellipsoid() {
        // Ten degrees of the meridian from the equator are 1105854.833 m on WGS 84, of the equator 1113194.908 m (Karney 2013).
        for (there, distance) in [("lat=\"10\" lon=\"0\"", 1_105_854.833), ("lat=\"0\" lon=\"10\"", 1_113_194.908)] {
            let points = format!("<trkpt lat=\"0\" lon=\"0\"><ele>1</ele></trkpt><trkpt {there}><ele>2</ele></trkpt>");
            let survey = Survey::parse("way.gpx", &track(&points), 1).unwrap();
            assert!((survey.extent()[1] - distance).abs() < 1e-3, "{there}: {:?}", survey.extent());
        }
    }

    #[test]
    fn a_pause_and_a_point_without_a_height_are_passed_over() {
        let place = |lat: f64, height: &str| format!("<trkpt lat=\"{lat}\" lon=\"7\">{height}</trkpt>");
        let points = [
            place(46.0, "<ele>100</ele><time>2024-05-01T10:00:00Z</time>"),
            place(46.0, "<ele>101</ele>"),
            place(46.001, ""),
            place(46.002, "<ele>110</ele><extensions><hr>90</hr></extensions>"),
        ];
        let survey = Survey::parse("way.gpx", &track(&points.concat()), 1).unwrap();
        assert_eq!(survey.heights, [100.0, 110.0]);
        assert!((survey.extent()[1] - 222.3).abs() < 0.1, "{:?}", survey.extent());
    }

    #[test]
    fn tracks_are_chosen_and_routes_stand_in_for_them() {
        let way = |height: f64| {
            format!(
                "<rtept lat=\"1\" lon=\"1\"><ele>{height}</ele></rtept><rtept lat=\"1\" lon=\"2\"><ele>0</ele></rtept>"
            )
        };
        let routes = format!("<gpx version=\"1.1\" creator=\"x\"><rte>{}</rte><rte>{}</rte></gpx>", way(3.0), way(4.0));
        assert_eq!(Survey::parse("way.gpx", &routes, 2).unwrap().heights, [4.0, 0.0]);
        let error = Survey::parse("way.gpx", &routes, 3).unwrap_err().to_string();
        assert_eq!(error, "way.gpx: has no route 3; expected `channel` from 1 to 2");
    }

    #[test]
    fn what_is_no_track_is_told_in_a_line() {
        let deep = track(&format!("{}{}", "<a>".repeat(20_000), "</a>".repeat(20_000)));
        let bomb = "<!DOCTYPE gpx [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                    <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
                    <!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;\">]>\
                    <gpx version=\"1.1\"><metadata><name>&f;</name></metadata></gpx>";
        let point = "<trkpt lat=\"1\" lon=\"1\"></trkpt><trkpt lat=\"1\" lon=\"2\"></trkpt>";
        for (text, part) in [
            (String::new(), "is not a GPX file"),
            ("distance,height\n0,1\n".into(), "is not a GPX file"),
            ("<html><body>not found</body></html>".into(), "is not a GPX file"),
            ("<gpx version=\"1.1\"></gpx>".into(), "has no track"),
            (track(""), "has 0 points"),
            (track(point), "track 1 has no heights; expected points with `<ele>`"),
            (track(&point.replace("></", "><ele>NaN</ele></")), "point 1 is at 0 m, NaN m high"),
            (track(&point.replace("></", "><ele>1e300</ele></")), "heights from -10000"),
            (track("<trkpt lat=\"91\" lon=\"1\"/>"), "is not a GPX file: invalid `latitude`"),
            (track("<trkpt lat=\"1\" lon=\"east\"/>"), "is not a GPX file"),
            (track(point)[..120].into(), "is not a GPX file"),
            (deep, "is not a GPX file"),
            (bomb.into(), "is not a GPX file"),
        ] {
            let error = error(&text);
            assert!(error.contains(part) && error.lines().count() == 1 && error.len() < 1_000, "{part}: {error}");
        }
    }
}
