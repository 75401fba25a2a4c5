//! Which fretting tasks make sense.

use super::score::pitch::pitch;
use super::spec::{FINGERS, FrettingSpec, MOST_STRINGS, SHORTEST_INTERVAL};
use crate::document::Invalid;

impl FrettingSpec {
    /// Checks that every value makes sense.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn validate(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let episode = &self.episode;
        episode.stepping().validate(10.0)?;
        check("episode.time_limit", episode.time_limit, 1.0..=600.0, "s")?;
        check("episode.start_slide", episode.start_slide, 0.0..=0.2, "m")?;
        check("episode.start_reach", episode.start_reach, 0.0..=self.hand.reach_limit, "m")?;
        check("display.urgency_time", self.display.urgency_time, 0.001..=10.0, "s")?;
        let reward = &self.reward;
        check("reward.closeness", reward.closeness, 0.0..=100.0, "")?;
        check("reward.bound", reward.bound, 0.0..=10.0, "")?;
        check("reward.margin", reward.margin, 0.01..=100.0, "")?;
        check("reward.onset", reward.onset, 0.0..=100.0, "")?;
        check("reward.wrong_press", reward.wrong_press, 0.0..=100.0, "")?;
        check("reward.effort", reward.effort, 0.0..=10.0, "")?;
        self.validate_instrument()?;
        self.validate_hand()?;
        self.validate_music()
    }

    fn validate_instrument(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let instrument = &self.instrument;
        check("instrument.scale", instrument.scale, 0.2..=2.0, "m")?;
        check("instrument.frets", instrument.frets as f32, 4.0..=36.0, "")?;
        check("instrument.tuning", instrument.tuning.len() as f32, 1.0..=MOST_STRINGS as f32, "strings")?;
        for name in &instrument.tuning {
            if pitch(name).is_none() {
                return Err(Invalid {
                    field: "instrument.tuning".into(),
                    found: format!("`{name}`"),
                    expected: "pitches such as `E2` or `F#3`".into(),
                });
            }
        }
        check("instrument.spacing_at_nut", instrument.spacing_at_nut, 0.003..=0.05, "m")?;
        check("instrument.spacing_at_bridge", instrument.spacing_at_bridge, 0.003..=0.05, "m")?;
        check("instrument.tension", instrument.tension, 1.0..=1000.0, "N")?;
        check("instrument.height_at_nut", instrument.height_at_nut, 0.0001..=0.02, "m")?;
        check("instrument.height_at_bridge", instrument.height_at_bridge, 0.0001..=0.05, "m")
    }

    fn validate_hand(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let hand = &self.hand;
        check("hand.palm_mass", hand.palm_mass, 0.01..=10.0, "kg")?;
        check("hand.slide_speed", hand.slide_speed, 0.0..=5.0, "m/s")?;
        check("hand.slide_force", hand.slide_force, 0.0..=200.0, "N")?;
        check("hand.slide_gain", hand.slide_gain, 1.0..=10_000.0, "1/s")?;
        check("hand.finger_mass", hand.finger_mass, 0.005..=1.0, "kg")?;
        check("hand.finger_radius", hand.finger_radius, 0.001..=0.03, "m")?;
        check("hand.finger_length", hand.finger_length, 0.01..=0.2, "m")?;
        check("hand.reach_speed", hand.reach_speed, 0.0..=2.0, "m/s")?;
        check("hand.reach_force", hand.reach_force, 0.0..=100.0, "N")?;
        check("hand.reach_gain", hand.reach_gain, 1.0..=10_000.0, "1/s")?;
        check("hand.reach_limit", hand.reach_limit, 0.005..=0.2, "m")?;
        check("hand.spread", hand.spread, 2.0 * hand.finger_radius..=0.1, "m")?;
        check("hand.spread_range", hand.spread_range, 0.0..=hand.spread, "m")?;
        check("hand.spread_lag", hand.spread_lag, 0.001..=5.0, "s")?;
        check("hand.spread_stiffness", hand.spread_stiffness, 1.0..=50_000.0, "1/s²")?;
        check("hand.spread_damping", hand.spread_damping, 1.0..=1000.0, "1/s")?;
        check("hand.spread_force", hand.spread_force, 0.0..=200.0, "N")?;
        check("hand.press_force", hand.press_force, 0.1..=100.0, "N")?;
        check("hand.press_lag", hand.press_lag, 0.001..=5.0, "s")?;
        check("hand.friction", hand.friction, 0.0..=10.0, "")
    }

    fn validate_music(&self) -> Result<(), Invalid> {
        let check = Invalid::check;
        let (music, instrument) = (&self.music, &self.instrument);
        if music.score.is_none() && !music.choice().is_none() {
            let expected = "a score, if `track`, `bars`, `tempo`, `transpose` or `voice` is said".into();
            return Err(Invalid { field: "music".into(), found: "no `score`".into(), expected });
        }
        music.choice().validate()?;
        // Four fingers, one per fret.
        let highest = (instrument.frets + 1).saturating_sub(FINGERS as u32) as f32;
        check("music.highest_position", music.highest_position as f32, 1.0..=highest, "")?;
        check("music.lowest_position", music.lowest_position as f32, 1.0..=music.highest_position as f32, "")?;
        check("music.largest_shift", music.largest_shift as f32, 1.0..=36.0, "frets")?;
        check("music.notes_per_shift", music.notes_per_shift, 1.0..=1e6, "")?;
        check("music.strings", music.strings as f32, 1.0..=instrument.tuning.len() as f32, "")?;
        check("music.interval_range", music.interval_range, 0.0..=0.9, "")?;
        let shortest = SHORTEST_INTERVAL / (1.0 - music.interval_range);
        check("music.interval", music.interval, shortest..=10.0, "s")?;
        check("music.lead_in", music.lead_in, 0.0..=self.episode.time_limit * 0.5, "s")?;
        check("music.sustain", music.sustain, 0.0..=1.0, "")
    }
}
