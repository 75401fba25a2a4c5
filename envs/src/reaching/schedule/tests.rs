//! What a schedule makes of courses and tables, against their definitions.

use super::*;
use crate::document::Document;
use crate::reaching::spec::ReachingSpec;
use crate::reaching::trial;
use crate::reaching::trial::Trial;
use crate::registry::Registry;
use crate::schedule::After;
use crate::seed::Seed;
use proptest::prelude::*;

/// A task with these blocks, in YAML.
fn spec(blocks: &str) -> ReachingSpec {
    let yaml = Registry::default().task("reaching/null-v0").unwrap().yaml();
    let base = Document::parse("null", &yaml).unwrap();
    let mine = Document::parse("mine", &format!("cues: 2\nschedule: [{blocks}]")).unwrap().extending(&base);
    let spec: ReachingSpec = mine.read().unwrap();
    spec.validate().unwrap();
    spec.validate_tables().unwrap();
    spec
}

fn strengths(spec: &ReachingSpec, seed: u64, trials: u64) -> Vec<f64> {
    (0..trials).map(|index| f64::from(trial(spec, Seed(seed), Seed(seed), index).conditions.strength)).collect()
}

#[test]
fn a_ramp_goes_from_the_one_to_the_other_in_equal_steps_and_stays_there() {
    let spec = spec("{trials: 3}, {trials: 5, field: curl, strength: {ramp: {from: 2, to: -10}}}");
    assert_eq!(strengths(&spec, 1, 11), [0.0, 0.0, 0.0, 2.0, -1.0, -4.0, -7.0, -10.0, -10.0, -10.0, -10.0]);
}

#[test]
fn steps_of_a_random_walk_have_the_sd_asked_for_and_the_walk_is_the_subjects_own() {
    let walk = spec("{trials: 10}, {trials: 4000, field: rotation, strength: {random_walk: {from: 5, sd: 1.5}}}");
    let course = strengths(&walk, 1, 4010);
    assert_eq!(course[10], 5.0);
    // Steps that end at the field's largest strength are shorter.
    let steps: Vec<f64> =
        course[10..].windows(2).filter(|pair| pair[1].abs() < 180.0).map(|pair| pair[1] - pair[0]).collect();
    let (count, mean) = (steps.len() as f64, steps.iter().sum::<f64>() / steps.len() as f64);
    let sd = (steps.iter().map(|step| (step - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    // Four standard errors.
    assert!(count > 3000.0 && mean.abs() < 4.0 * 1.5 / count.sqrt(), "{mean} of {count}");
    assert!((sd / 1.5 - 1.0).abs() < 4.0 / (2.0 * count).sqrt(), "{sd}");
    let next = steps.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / (count - 1.0) / sd.powi(2);
    assert!(next.abs() < 4.0 / count.sqrt(), "steps go together by {next}");
    assert_eq!(course, strengths(&walk, 1, 4010));
    assert_ne!(course[11], strengths(&walk, 2, 12)[11]);
    // It is that of the seed it follows, whatever the lane is.
    let other = trial(&walk, Seed(7), Seed(1), 99);
    assert_eq!(f64::from(other.conditions.strength), course[99]);
    assert!(course.iter().all(|strength| strength.abs() <= 180.0));
    // Where the block goes on, the walk does not.
    assert_eq!(strengths(&walk, 1, 4100)[4050], course[4009]);
}

#[test]
fn a_second_round_has_a_walk_of_its_own() {
    let mut walk = spec("{trials: 20, field: curl, strength: {random_walk: {sd: 1}}}, {trials: 5}");
    walk.after_schedule = After::Repeat;
    let course = strengths(&walk, 3, 50);
    assert_eq!((course[0], course[25]), (0.0, 0.0));
    assert_ne!(course[1..20], course[26..45]);
}

#[test]
fn the_period_of_a_sinusoid_is_recovered_from_its_trials() {
    for (period, mean, amplitude, phase) in
        [(16.0, 0.0, 30.0, 0.0), (22.0, 10.0, 20.0, 90.0), (40.0, -5.0, 12.5, -45.0)]
    {
        let course = format!("{{mean: {mean}, amplitude: {amplitude}, period: {period}, phase: {phase}}}");
        let trials = 880;
        let block = spec(&format!("{{trials: {trials}, field: rotation, strength: {{sinusoid: {course}}}}}"));
        let strengths = strengths(&block, 1, trials);
        let power = |cycles: u64| {
            let at = |(trial, strength): (usize, &f64)| {
                let (sin, cos) = (std::f64::consts::TAU * (cycles * trial as u64) as f64 / trials as f64).sin_cos();
                [strength * cos, strength * sin]
            };
            let [cos, sin] =
                strengths.iter().enumerate().map(at).fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]]);
            2.0 * cos.hypot(sin) / trials as f64
        };
        let most = (1..trials / 2).max_by(|&one, &other| power(one).total_cmp(&power(other))).unwrap();
        assert!(
            (trials as f64 / most as f64 - period).abs() < 1e-9,
            "a period of {period} became one of {trials} / {most}"
        );
        assert!((power(most) - amplitude).abs() < 1e-4, "{} for {amplitude}", power(most));
        assert!((strengths.iter().sum::<f64>() / trials as f64 - mean).abs() < 1e-4);
        assert!((strengths[0] - (mean + amplitude * f64::to_radians(phase).sin())).abs() < 1e-4);
    }
}

#[test]
fn drawn_strengths_have_the_mean_and_the_sd_asked_for() {
    let drawn = strengths(&spec("{trials: 4000, field: rotation, strength: {normal: {mean: 10, sd: 4}}}"), 1, 4000);
    let mean = drawn.iter().sum::<f64>() / 4000.0;
    let sd = (drawn.iter().map(|strength| (strength - mean).powi(2)).sum::<f64>() / 3999.0).sqrt();
    assert!(
        (mean - 10.0).abs() < 4.0 * 4.0 / 4000f64.sqrt() && (sd / 4.0 - 1.0).abs() < 4.0 / 8000f64.sqrt(),
        "{mean}, {sd}"
    );
}

#[test]
fn a_row_says_what_its_block_does_not_and_cycles_of_targets_begin_with_blocks() {
    let table = "block,curl_n_s_per_m,cursor,clamp,break_s,cue\\n0,,,,,\\n0,5,,1,,\\n4,,off,,30,2\\n4,-3,end,,,\\n";
    let spec = spec(&format!("{{trials: {{table: \"{table}\"}}, field: rotation, strength: 7, cue: 1}}"));
    let trials: Vec<Trial> = (0..6).map(|index| trial(&spec, Seed(1), Seed(1), index)).collect();
    let told: Vec<_> =
        trials.iter().map(|trial| (trial.block, trial.conditions.field, trial.conditions.strength)).collect();
    let (rotation, curl) = (FieldKind::Rotation, FieldKind::Curl);
    let last = (4, curl, -3.0);
    assert_eq!(told, [(0, rotation, 7.0), (0, curl, 5.0), (4, rotation, 7.0), last, last, last]);
    let seen: Vec<_> = trials[..4].iter().map(|trial| (trial.conditions.cursor, trial.conditions.cue)).collect();
    assert_eq!(seen, [(CursorShown::On, 1), (CursorShown::On, 1), (CursorShown::Off, 2), (CursorShown::End, 1)]);
    let rests: Vec<f32> = trials.iter().map(|trial| trial.conditions.rest).collect();
    assert_eq!(rests, [0.0, 0.0, 30.0, 0.0, 0.0, 0.0]);
    assert_eq!(trials[1].conditions.clamp, 1.0);
    // The same targets as those of blocks of two and of many trials.
    let blocks = self::spec("{trials: 2}, {trials: 100}");
    for index in 0..60 {
        let expected = trial(&blocks, Seed(1), Seed(1), index);
        let found = trial(&spec, Seed(1), Seed(1), index);
        assert_eq!((found.target, found.direction), (expected.target, expected.direction), "trial {index}");
    }
}

#[test]
fn targets_may_be_told_by_index_or_by_direction() {
    let by_index = spec("{trials: {table: \"target\\n3\\n0\\n\"}}");
    let by_direction = spec("{trials: {table: \"target_deg\\n135\\n12.5\\n\"}}");
    let told = |spec: &ReachingSpec, index| {
        let trial = trial(spec, Seed(1), Seed(1), index);
        (trial.target, trial.direction)
    };
    assert_eq!([told(&by_index, 0), told(&by_index, 1)], [(Some(3), 135.0), (Some(0), 0.0)]);
    assert_eq!([told(&by_direction, 0), told(&by_direction, 1)], [(Some(3), 135.0), (None, 12.5)]);
}

#[test]
fn breaks_come_after_a_block_or_every_so_many_trials() {
    let rests = |blocks: &str| {
        let spec = spec(blocks);
        (0..8).map(|index| trial(&spec, Seed(1), Seed(1), index).conditions.rest).collect::<Vec<f32>>()
    };
    assert_eq!(rests("{trials: 3, break: 60}, {trials: 9}"), [0.0, 0.0, 60.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(rests("{trials: 4, break: 5, break_every: 2}, {trials: 9}"), [0.0, 5.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn what_is_wrong_with_a_table_is_told_with_its_line_and_column() {
    let many = format!("cue\n{}", "1\n".repeat(10_001));
    for (text, expected) in [
        ("", "line 1, column 1 of the table: expected a first line that names the columns, found nothing"),
        ("\u{feff}\n\n", "line 1, column 1 of the table: expected a first line that names the columns, found nothing"),
        ("catch,clamp\n", "line 2, column 1 of the table: expected a row for each trial, found none"),
        (
            "0,30\n1,30\n",
            "line 1, column 1 of the table: the first line names the columns: expected one of trial, block,",
        ),
        ("target_deg,rotation\n", "line 1, column 2 of the table: the first line names the columns: expected one of"),
        ("target_deg,rotation\n", "found `rotation`; did you mean `rotation_deg`?"),
        ("cue;catch\n1;0\n", "line 1, column 1 of the table: expected commas between the names of columns, found `;`"),
        ("cue,catch,cue\n", "line 1, column 3 of the table: expected each column once, found `cue` again"),
        ("target,target_deg\n", "line 1, column 2 of the table: expected either `target` or `target_deg`, found both"),
        (
            "cue,catch\n1,0\n1\n",
            "line 3, column 1 of the table: expected as many cells as there are columns, 2, found 1",
        ),
        (
            "cue,catch\n1,0,0\n",
            "line 2, column 2 of the table: expected as many cells as there are columns, 2, found 3",
        ),
        (
            "trial,cue\r\n0,1\r\n\r\n2,1\r\n",
            "line 4, column 1 (`trial`) of the table: expected 1, as trials are counted",
        ),
        (
            "curl_n_s_per_m\n13\nNaN\n",
            "line 3, column 1 (`curl_n_s_per_m`) of the table: expected a number from -100 to",
        ),
        (
            "rotation_deg\n 1e9 \n",
            "(`rotation_deg`) of the table: expected a number from -180 to 180 degrees, found `1e9`",
        ),
        (
            "gain,rotation_deg\n1,\n,30\n2,30\n",
            "line 4, column 2 (`rotation_deg`) of the table: expected one field in a row",
        ),
        (
            "cursor\non\nmaybe\n",
            "line 3, column 1 (`cursor`) of the table: expected one of on, off, end, found `maybe`",
        ),
        (
            "reward_only\ntrue\nyes\n",
            "line 3, column 1 (`reward_only`) of the table: expected one of true, false, found",
        ),
        ("target\n-1\n", "line 2, column 1 (`target`) of the table: expected a whole number from 0 to"),
        (
            "break_s\n-1\n",
            "line 2, column 1 (`break_s`) of the table: expected a number from 0 to 320000000 s, found `-1`",
        ),
        ("cue\n\"1\n2\n3", "line 2, column 1 (`cue`) of the table: expected a whole number from 0 to"),
        (many.as_str(), "line 10002, column 1 of the table: expected at most 10000 trials, found more"),
    ] {
        let fault = TrialTable::parse(text).unwrap_err().to_string();
        assert!(fault.contains(expected), "{}: {fault}", &text[..text.len().min(40)]);
    }
}

#[test]
fn a_table_that_does_not_fit_its_task_is_told_in_the_same_way() {
    let yaml = Registry::default().task("reaching/null-v0").unwrap().yaml();
    let base = Document::parse("null", &yaml).unwrap();
    for (table, expected) in [
        ("target\\n7\\n8\\n", "line 3, column 1 (`target`) of the table: expected a whole number from 0 to 7, found 8"),
        ("trial,cue\\n0,1\\n", "line 2, column 2 (`cue`) of the table: expected a whole number from 0 to 0, found 1"),
        ("catch,clamp\\n1,0\\n0.5,0.6\\n", "line 3, column 2 (`clamp`) of the table: expected probabilities of catch"),
        ("target_deg\\n0\\n361\\n", "line 3, column 1 (`target_deg`) of the table: expected a number from -360 to 360"),
    ] {
        let text = format!("schedule:\n  - trials:\n      table: \"{table}\"\n");
        let mine = Document::parse("mine.yaml", &text).unwrap().extending(&base);
        let error = Registry::default().task_from(&mine).unwrap_err().to_string();
        assert!(
            error.starts_with("mine.yaml:2:5: field `schedule[0].trials`: ") && error.contains(expected),
            "{error}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_table_or_one_line_of_what_is_wrong(
        head in "(trial|cue|clamp|target_deg|rotation_deg|curl_n_s_per_m|cursor|block|.{0,6})(,(catch|gain|break_s|saddle|.{0,4})){0,3}",
        rows in prop::collection::vec("([-+0-9.eE]{0,4}|on|off|.{0,5})(,([0-9.]{0,3}|.{0,3})){0,3}", 0..6),
    ) {
        let text = format!("{head}\n{}", rows.join("\n"));
        match TrialTable::parse(&text) {
            Ok(table) => {
                prop_assert!(!table.rows().is_empty());
                // What is written of it is read as the same.
                let written = crate::document::to_yaml(&table).unwrap();
                let read: TrialTable = Document::parse("t", &written).unwrap().read().unwrap();
                prop_assert_eq!(read, table);
            }
            Err(fault) => prop_assert!(fault.to_string().starts_with("line ")),
        }
    }
}
