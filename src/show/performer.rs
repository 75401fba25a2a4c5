//! A subject on stage: it practises as ever, and tells of it when asked.

use super::messages::{Ended, Sample, Shot};
use crate::run::subject::Subject;
use etude_agents::{Agent, Transition};
use etude_envs::gym::Occupant;
use etude_envs::lane::LaneAccess;
use etude_envs::scene::Scene;
use etude_envs::task::Push;
use etude_envs::tone::Tone;

/// What a performer is to do in the next burst.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    /// Env steps to practise.
    pub steps: u64,
    /// Whether to tell of every step.
    pub sample: bool,
    /// Whether to draw what is seen at the end.
    pub draw: bool,
    /// A push that lasts for all of the burst.
    pub push: Option<Push>,
}

/// A subject with what is told of it. Looking changes nothing: see [`etude_agents::Agent`].
pub struct Performer {
    /// The subject.
    pub subject: Subject,
    /// What to do next.
    pub order: Order,
    /// What was drawn last.
    pub shot: Shot,
    /// What was told of the steps since they were last taken.
    pub samples: Vec<Sample>,
    /// A copy of the agent that learns beside one that does not, and the episode and step that it waits for.
    twin: Option<(Box<dyn Agent>, (u64, u32))>,
}

/// Samples and ended episodes that wait to be taken; older ones are forgotten.
const WAITING: usize = 512;

impl Performer {
    /// Puts a subject on stage.
    pub fn new(subject: Subject) -> Self {
        let shot = Shot { subject: subject.index(), ..Shot::default() };
        Self { subject, order: Order::default(), shot, samples: Vec::new(), twin: None }
    }

    /// The agent, to change something about it.
    pub fn agent_mut(&mut self) -> &mut dyn Agent {
        self.twin = None;
        self.subject.agent_mut()
    }

    /// Tells of the step that has just been taken from an observation, `at` an episode and a step in it.
    fn sample(&mut self, before: &[f32], at: (u64, u32), lane: &LaneAccess<'_>) {
        let (lane_now, step) = (lane.lane(), lane.lane().last_step());
        let taken = self.subject.action().to_vec();
        let mut sample = Sample { best: vec![0.0; taken.len()], progress: lane_now.progress(), ..Sample::default() };
        let learning = self.subject.learning();
        let agent = self.subject.agent_mut();
        agent.act(before, false, &mut sample.best);
        if learning {
            agent.signals(&mut |name, value| sample.signals.push((name, value)));
        } else {
            // Signals come with learning. A twin learns from what it sees in this episode, and tells; the subject stays
            // as it is.
            let goes_on = self.twin.as_ref().is_some_and(|(_, next)| *next == at);
            let mut twin = match self.twin.take().filter(|_| goes_on) {
                Some((twin, _)) => twin,
                None => agent.clone_agent(),
            };
            twin.act(before, true, &mut taken.clone());
            let ended = step.ended();
            twin.learn(&Transition {
                observation: before,
                action: &taken,
                reward: step.reward,
                next_observation: if ended { lane_now.final_observation() } else { lane_now.observation() },
                terminated: step.terminated,
                truncated: step.truncated,
            });
            twin.signals(&mut |name, value| sample.signals.push((name, value)));
            self.twin = (!ended).then(|| (twin, lane_now.progress()));
        }
        sample.action = taken;
        let mut scene = Scene::default();
        lane.draw(&mut scene);
        sample.trail = scene.told("trail").next().and_then(|place| place.try_into().ok());
        sample.pattern = scene.told("pattern").next().and_then(|pattern| pattern.try_into().ok());
        sample.tones.resize(lane_now.task().strings(), Tone::default());
        lane.sound(&mut sample.tones);
        if self.samples.len() >= WAITING {
            self.samples.drain(..WAITING / 2);
        }
        self.samples.push(sample);
    }

    fn note_end(&mut self, lane: &LaneAccess<'_>) {
        let episode = lane.lane().last_episode();
        if self.shot.ended.len() >= WAITING {
            self.shot.ended.drain(..WAITING / 2);
        }
        self.shot.ended.push(Ended {
            steps: self.subject.steps(),
            score: episode.score,
            total_reward: episode.total_reward,
        });
    }
}

impl Occupant for Performer {
    fn burst(&mut self, lane: &mut LaneAccess<'_>) {
        let Order { steps, sample, draw, push } = self.order;
        let singly = sample || push.is_some();
        let (bursts, length) = if singly { (steps, 1) } else { (1, steps) };
        for _ in 0..bursts {
            let (before, done) = (self.subject.episodes(), self.subject.steps());
            let at = lane.lane().progress();
            let observation = if sample { lane.lane().observation().to_vec() } else { Vec::new() };
            if let Some(push) = &push {
                lane.push(push);
            }
            self.subject.practise_for(length, lane);
            if self.subject.episodes() > before && lane.lane().last_episode().index + 1 >= self.subject.episodes() {
                self.note_end(lane);
            }
            if sample && self.subject.steps() > done {
                self.sample(&observation, at, lane);
            }
        }
        if draw {
            self.shot.scene.clear();
            lane.draw(&mut self.shot.scene);
            let scene = &mut self.shot.scene;
            self.subject.agent_mut().beliefs(&mut |belief| {
                let head = [belief.percept as f32, belief.trust];
                scene.tell("belief", [&head[..], belief.values].concat());
            });
        }
        self.shot.steps = self.subject.steps();
        self.shot.progress = lane.lane().progress();
        self.shot.so_far = lane.so_far();
    }
}
