//! Schedules of reaching: courses of strengths, tables of trials, breaks, cues, and cursors that are clamped or misplaced.

mod common;

use common::{field, seen, task, with, yaml};
use etude_envs::lane::SoloLane;
use etude_envs::rapier::prelude::Vector;
use etude_envs::schedule::After;
use etude_envs::task::Blueprint;
use etude_envs::{Registry, Seed};

/// The arm of a task on these blocks, in a flow sequence of YAML.
fn on(arm: &str, blocks: &str) -> Blueprint {
    task(&with(&yaml(arm), "schedule", |_| serde_yaml::from_str(&format!("[{blocks}]")).unwrap()))
}

/// All that is seen of some trials of an agent that does a little, but for the named metrics.
fn history(blueprint: &Blueprint, trials: u64, but: &[&str]) -> Vec<u32> {
    let left_out: Vec<usize> = but.iter().map(|name| blueprint.spec().metric(name).unwrap()).collect();
    let mut lane = SoloLane::new(blueprint, Seed(4));
    let action: Vec<f32> = (0..blueprint.spec().action.len()).map(|index| 0.1 - 0.07 * index as f32).collect();
    let mut bits = Vec::new();
    for _ in 0..trials {
        while !lane.access().step(&action).unwrap().ended() {
            bits.extend(seen(&lane));
        }
        let episode = lane.lane().last_episode();
        let metrics = episode.metrics.iter().enumerate().filter(|(index, _)| !left_out.contains(index));
        bits.extend(metrics.map(|(_, value)| value.to_bits()).chain([episode.score.to_bits()]));
    }
    bits
}

#[test]
fn a_ramp_is_the_same_as_one_trial_blocks_to_the_last_bit() {
    let ramp = "{trials: 12, field: curl, strength: {ramp: {from: -1.5, to: 13}}, targets: [90]}, {targets: [90]}";
    let blocks: String = (0..12)
        .map(|trial| {
            let strength = (-1.5 + 14.5 * f64::from(trial) / 11.0) as f32;
            format!("{{field: curl, strength: {strength}, targets: [90]}}, ")
        })
        .collect();
    let [ramp, blocks] = [ramp, &(blocks + "{targets: [90]}")].map(|text| on("reaching/null-v1", text));
    let of = |task: &Blueprint| history(task, 14, &["block"]);
    assert!(of(&ramp) == of(&blocks));
    assert!(of(&ramp) != of(&on("reaching/null-v1", "{trials: 12, field: curl, strength: 13, targets: [90]}")));
}

#[test]
fn a_table_is_the_same_as_the_blocks_that_it_spells_out_to_the_last_bit() {
    let blocks = "{trials: 3}, {trials: 9, field: curl, strength: 13, clamp: 1}, {trials: 2, field: rotation, strength: 30, \
                  cursor: end, blur: 0.01}, {trials: 4, field: error-clamp, strength: 15, payoff: 5}, {trials: 1, reward_only: true}";
    let mut table =
        String::from("block,curl_n_s_per_m,clamp,rotation_deg,cursor,blur_m,error_clamp_deg,payoff_deg,reward_only\\n");
    for (count, cells) in
        [(3, "0,,,,,,,,"), (9, "1,13,1,,,,,,"), (2, "2,,,30,end,0.01,,,"), (4, "3,,,,,,15,5,"), (1, "4,,,,,,,,true")]
    {
        table.push_str(&format!("{cells}\\n").repeat(count));
    }
    let [blocks, table] =
        [blocks, &format!("{{trials: {{table: \"{table}\"}}}}")].map(|text| on("reaching/null-v1", text));
    assert!(history(&blocks, 22, &[]) == history(&table, 22, &[]));
    assert_eq!(table.round().map(|round| (round.trials, round.after)), Some((19, After::Continue)));
    assert!(table.scheduled() && !on("reaching/null-v1", "{}").scheduled());
}

/// Drives the hand somewhere else in every trial, and gives the way of the cursor from the start at each step, across and along the
/// direction in which it is clamped, with the hand's distance.
fn clamped_ways(arm: &str, clamp: f32) -> Vec<[f64; 3]> {
    // From the centre, so that places from it are ways from the start.
    let centred = with(&yaml(arm), "episode.start_offset", |_| 0.into());
    let block = format!("[{{field: error-clamp, strength: {clamp}, targets: [90]}}]");
    let blueprint = task(&with(&centred, "schedule", |_| serde_yaml::from_str(&block).unwrap()));
    let state = blueprint.make().state_fields();
    let at = |name: &str| state.iter().position(|field| field.name == name).unwrap();
    let (cursor, hand, target) = (at("cursor_x"), at("hand_x"), field(&blueprint, "target_x"));
    let mut now = vec![0.0; state.len()];
    let mut ways = Vec::new();
    for trial in 0..6u64 {
        let mut lane = SoloLane::new(&blueprint, Seed(trial));
        let vector = |values: &[f32], at: usize| [f64::from(values[at]), f64::from(values[at + 1])];
        let way = vector(lane.lane().observation(), target);
        let length = way[0].hypot(way[1]);
        let (sin, cos) = f64::from(clamp).to_radians().sin_cos();
        let along = [(way[0] * cos - way[1] * sin) / length, (way[0] * sin + way[1] * cos) / length];
        let push = [0.5 - 0.2 * trial as f32, -0.3 + 0.15 * trial as f32];
        let action: Vec<f32> = push.iter().copied().chain([0.0; 2]).take(blueprint.spec().action.len()).collect();
        for _ in 0..blueprint.spec().step_limit {
            lane.access().step(&action).unwrap();
            lane.access().state(&mut now);
            let (shown, own) = (vector(&now, cursor), vector(&now, hand));
            let across = along[0] * shown[1] - along[1] * shown[0];
            ways.push([across, along[0] * shown[0] + along[1] * shown[1], own[0].hypot(own[1])]);
        }
    }
    ways
}

#[test]
fn a_clamped_cursor_leaves_its_direction_by_no_more_than_rounding_whatever_the_hand_does() {
    for (arm, clamp) in
        [("reaching/null-v0", 15.0), ("reaching/null-v1", 45.0), ("reaching/null-v1", -95.0), ("reaching/null-v1", 0.0)]
    {
        let ways = clamped_ways(arm, clamp);
        let furthest = ways.iter().map(|way| way[0].abs()).fold(0.0, f64::max);
        let angle = ways.iter().filter(|way| way[1] > 0.06).map(|way| (way[0] / way[1]).abs()).fold(0.0, f64::max);
        assert!(ways.iter().any(|way| way[1] > 0.06), "the hand goes somewhere");
        assert!(furthest < 1e-6, "{clamp}: {furthest} m beside its line");
        assert!(angle < 1e-6, "{clamp}: {angle} rad");
        let distance = ways.iter().map(|[_, along, hand]| (along - hand).abs()).fold(0.0, f64::max);
        assert!(distance < 1e-6, "{clamp}: {distance} m less far than the hand");
    }
}

#[test]
fn a_cue_is_seen_where_there_are_cues_and_nowhere_else() {
    let text = with(&yaml("reaching/null-v1"), "schedule", |_| {
        serde_yaml::from_str("[{cue: 2}, {}, {cue: 1, field: curl, strength: 13}]").unwrap()
    });
    let cued = task(&format!("{text}cues: 2\n"));
    let names = |blueprint: &Blueprint| {
        blueprint.spec().observation.fields().iter().map(|field| field.name.clone()).collect::<Vec<_>>()
    };
    let (with_cues, without) = (names(&cued), names(&on("reaching/null-v1", "{}")));
    assert_eq!(with_cues, [&without[..], &["cue_1".to_string(), "cue_2".to_string()]].concat());
    let mut lane = SoloLane::new(&cued, Seed(1));
    for expected in [[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]] {
        loop {
            assert_eq!(lane.lane().observation()[field(&cued, "cue_1")..], expected);
            if lane.access().step(&[0.0; 4]).unwrap().ended() {
                break;
            }
        }
    }
}

#[test]
fn a_cursor_is_misplaced_for_a_whole_trial_by_the_sd_asked_for_and_only_to_the_eye() {
    let (sd, trials) = (0.02, 400u32);
    let block = |blur: f64| on("reaching/null-v0", &format!("{{trial_blur: {blur}, targets: [90]}}"));
    let (blurred, plain) = (block(sd), block(0.0));
    let (cursor, hand) = (field(&blurred, "cursor_x"), field(&blurred, "hand_x"));
    let mut lane = SoloLane::new(&blurred, Seed(2));
    let off = |seen: &[f32]| Vector::new(seen[cursor] - seen[hand], seen[cursor + 1] - seen[hand + 1]);
    let mut squares = 0.0;
    for _ in 0..trials {
        let first = off(lane.lane().observation());
        squares += f64::from(first.length_squared());
        for _ in 0..5 {
            lane.access().step(&[0.0; 2]).unwrap();
            assert!((off(lane.lane().observation()) - first).length() < 1e-6);
        }
        let next = lane.lane().progress().0 + 1;
        lane.access().begin(next);
    }
    let found = (squares / f64::from(2 * trials)).sqrt();
    assert!((found / sd - 1.0).abs() < 4.0 / f64::from(4 * trials).sqrt(), "{found}");
    // The controller of this arm acts on sight of the cursor as it is, and reward and metrics are of that.
    let metrics = |task: &Blueprint| {
        let mut lane = SoloLane::new(task, Seed(2));
        while !lane.access().step(&[0.0; 2]).unwrap().ended() {}
        lane.lane().last_episode().metrics.clone()
    };
    assert_eq!(format!("{:?}", metrics(&blurred)), format!("{:?}", metrics(&plain)));
}

#[test]
fn a_lane_tells_the_break_that_follows_a_trial() {
    let blueprint = on("reaching/null-v0", "{trials: 2, break: 90}, {trials: 1}");
    let mut lane = SoloLane::new(&blueprint, Seed(1));
    let mut rests = Vec::new();
    while rests.len() < 4 {
        if lane.access().step(&[0.0; 2]).unwrap().ended() {
            rests.push(lane.lane().rest());
        }
    }
    assert_eq!(rests, [0.0, 90.0, 0.0, 0.0]);
}

#[test]
#[expect(clippy::single_range_in_vec_init, reason = "a list of one range is meant")]
fn perturbed_trials_are_those_of_the_schedule_be_they_caught_or_not() {
    let schedule = "{trials: 5}, {trials: 4, field: curl, strength: 13, catch: 0.5}, {trials: 2, field: gain, strength: 1}, \
                    {trials: 3, field: rotation, strength: 30}";
    let task = on("reaching/null-v0", schedule);
    assert_eq!(task.perturbed(14), [5..9, 11..14]);
    assert_eq!(task.perturbed(7), [5..7], "as far as asked");
    let never = Registry::default().task("cycling/flat-v0").unwrap();
    assert_eq!(never.perturbed(100), [], "there are no trials");
    let cursor = Registry::default().task("cursor/outside-gradual-v0").unwrap();
    assert_eq!(cursor.perturbed(2400), [0..2400]);
}

#[test]
fn a_subject_is_scored_on_trials_that_ask_for_the_skill() {
    let table = "block,curl_n_s_per_m,clamp,catch\\n0,,,\\n1,13,,\\n1,13,1,\\n1,13,,1\\n1,13,,\\n1,13,1,\\n2,13,1,\\n2,13,1,\\n3,,,\\n";
    let task = on("reaching/null-v0", &format!("{{trials: {{table: \"{table}\"}}}}"));
    let telling: Vec<u64> = (0..9).map(|trial| task.telling_trial(trial)).collect();
    // Later ones first, none of another block, and itself where a block has no other.
    assert_eq!(telling, [0, 1, 4, 4, 4, 4, 6, 7, 8]);
    let sometimes = on("reaching/null-v0", "{field: curl, strength: 13, clamp: 0.5}, {trials: 5}");
    assert_eq!(sometimes.telling_trial(3), 3, "what may ask for the skill counts");
}

#[test]
fn random_strengths_are_those_of_the_seed_that_is_followed_and_targets_those_of_the_lane() {
    let walk = on("reaching/null-v0", "{trials: 50, field: rotation, strength: {random_walk: {sd: 3}}}");
    let strength = walk.spec().metric("field_strength").unwrap();
    let told = |mut lane: SoloLane| {
        lane.access().begin(30);
        let target = lane.lane().observation()[field(&walk, "target_x")];
        while !lane.access().step(&[0.0; 2]).unwrap().ended() {}
        (lane.lane().last_episode().metrics[strength], target)
    };
    let own = told(SoloLane::new(&walk, Seed(1)));
    let others: Vec<_> = (2..12).map(|seed| told(SoloLane::new(&walk, Seed(seed)).following(Seed(1)))).collect();
    assert!(others.iter().all(|other| other.0 == own.0) && others.iter().any(|other| other.1 != own.1), "{others:?}");
    assert_ne!(told(SoloLane::new(&walk, Seed(2))).0, own.0);
}
