//! Subjects who are seen while they practise: a cohort that goes on by so many steps when asked, tells what there is to be seen,
//! and does what spectators ask.

use super::company::{cast, gym_of, naive, plan_of};
use super::messages::{Command, Frame, Sample, Shot, Speed};
use super::performer::{Order, Performer};
use super::programme::Programme;
use crate::run::cohort::{Members, Run};
use crate::run::course::Course;
use crate::run::lesions::Lesions;
use crate::run::subject::Subject;
use anyhow::Result;
use etude_agents::LesionError;
use etude_envs::gym::Gym;
use etude_envs::task::Push;
use std::sync::Arc;

/// Samples that wait for whoever watches; older ones are forgotten.
pub const SAMPLES: usize = 2_048;

/// Subjects on stage.
pub struct Theatre {
    programme: Programme,
    gym: Gym<Performer>,
    courses: Arc<[Course]>,
    run: Option<Run>,
    focus: usize,
    learning: bool,
    parts: Vec<(&'static str, f32)>,
    push: Option<Push>,
    samples: Vec<Sample>,
    notice: Option<String>,
    finished: bool,
}

impl Theatre {
    /// Puts everyone on stage.
    ///
    /// # Errors
    /// An agent that does not fit the task, or a run folder that cannot be used.
    pub fn open(programme: Programme) -> Result<Self> {
        let plan = plan_of(&programme);
        let (run, subjects) = match &programme.run {
            Some(training) => {
                let (run, subjects) = Run::open(
                    plan,
                    Members { subjects: programme.subjects, seed: programme.seed, from: None },
                    &training.out,
                    training.resume,
                )?;
                (Some(run), subjects)
            }
            None => (None, naive(&programme, plan)?),
        };
        let (subjects, notice) = cast(&programme, subjects)?;
        let mut theatre = Self {
            gym: gym_of(&programme, subjects),
            courses: programme.cast.iter().map(|trained| trained.course.clone()).collect(),
            run,
            focus: 0,
            learning: programme.learning,
            parts: Vec::new(),
            push: None,
            samples: Vec::new(),
            notice,
            finished: false,
            programme,
        };
        theatre.parts = theatre.parts_of();
        theatre.look();
        Ok(theatre)
    }

    /// What can be lesioned, with the lesions there are.
    fn parts_of(&mut self) -> Vec<(&'static str, f32)> {
        let Some(performer) = self.gym.occupant_mut(0) else { return Vec::new() };
        // No agent has a part without a name: the error lists those there are.
        let Err(LesionError::Unknown { parts, .. }) = performer.agent_mut().lesion("", 0.0) else {
            return Vec::new();
        };
        let lesions = &self.programme.lesions;
        parts.into_iter().map(|part| (part, lesions.get(part).copied().unwrap_or(0.0))).collect()
    }

    /// Time between two env steps in s.
    pub fn interval(&self) -> f64 {
        f64::from(self.programme.task.spec().physics.control_interval())
    }

    /// How many strings of each subject can be heard.
    pub fn strings(&self) -> usize {
        self.programme.task.make().strings()
    }

    /// How many subjects there are.
    pub fn subjects(&self) -> u64 {
        self.gym.lanes() as u64
    }

    /// Whether there is nothing left to practise.
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// Lets every subject practise some env steps; with `watch` what the one in focus does is told step by step.
    ///
    /// # Errors
    /// A subject that cannot go on, or a run folder that cannot be written to.
    pub fn advance(&mut self, steps: u64, watch: bool) -> Result<()> {
        let (focus, push) = (self.focus, self.push);
        self.order(|index| {
            let own = index == focus;
            Order { steps, sample: watch && own, draw: false, push: push.filter(|_| own) }
        });
        let kept = self.run.is_some();
        for index in 0..self.gym.lanes() {
            let Some(performer) = self.gym.occupant_mut(index) else { continue };
            match &mut self.run {
                Some(run) => run.see_to(&mut performer.subject)?,
                None => performer.subject.check()?,
            }
            if !kept {
                performer.subject.rows().clear();
            }
            if index == focus {
                self.samples.append(&mut performer.samples);
            }
        }
        if self.samples.len() > SAMPLES {
            self.samples.drain(..self.samples.len() - SAMPLES);
        }
        self.finish_if_complete()
    }

    fn finish_if_complete(&mut self) -> Result<()> {
        let Some(run) = self.run.as_ref().filter(|_| !self.finished) else { return Ok(()) };
        let subjects: Vec<&Subject> = (0..self.gym.lanes())
            .filter_map(|index| self.gym.occupant(index))
            .map(|performer| &performer.subject)
            .collect();
        if subjects.iter().all(|subject| subject.complete()) {
            let summary = run.finish(&subjects)?;
            self.finished = true;
            self.notice = Some(format!("Practice is complete: score {:.3}", summary.score_iqm));
        }
        Ok(())
    }

    fn order(&mut self, order: impl Fn(usize) -> Order) {
        for index in 0..self.gym.lanes() {
            if let Some(performer) = self.gym.occupant_mut(index) {
                performer.order = order(index);
            }
        }
        self.gym.burst();
    }

    /// Draws every subject, and tells of the brain of the one in focus if nothing has been told yet.
    fn look(&mut self) {
        self.order(|_| Order { draw: true, ..Order::default() });
    }

    /// What there is to be seen now.
    pub fn frame(&mut self, speed: Speed, paused: bool, rate: f32) -> Frame {
        self.look();
        let shots = (0..self.gym.lanes()).filter_map(|index| {
            let performer = self.gym.occupant_mut(index)?;
            let ended = std::mem::take(&mut performer.shot.ended);
            Some(Shot { ended, ..performer.shot.clone() })
        });
        Frame {
            shots: shots.collect(),
            courses: Arc::clone(&self.courses),
            task: Arc::clone(self.programme.task.spec()),
            agent: self.programme.agent.name().into(),
            focus: self.focus,
            samples: std::mem::take(&mut self.samples),
            parts: self.parts.clone(),
            learning: self.learning,
            pushed: self.push.is_some(),
            paused,
            speed,
            rate,
            has_keys: true,
            notice: self.notice.clone(),
        }
    }

    /// Does what a spectator asks, as far as it is not a matter of pace.
    ///
    /// # Errors
    /// Another task that the agent cannot practise.
    pub fn obey(&mut self, command: &Command) -> Result<()> {
        let intervenes = matches!(
            command,
            Command::Restart | Command::Learn | Command::Lesion(_) | Command::Push(_) | Command::Task { .. }
        );
        if intervenes && self.run.is_some() {
            if *command != Command::Push(None) {
                self.notice =
                    Some("This run is being written to its folder: it can be watched, not interfered with".into());
            }
            return Ok(());
        }
        match command {
            Command::Focus(index) if *index < self.gym.lanes() => {
                self.focus = *index;
                self.samples.clear();
            }
            Command::Restart => self.each(|performer| performer.subject.cut_episode()),
            Command::Learn => {
                self.learning = !self.learning;
                let learning = self.learning;
                self.each(|performer| performer.subject.set_learning(learning));
            }
            Command::Lesion(index) => self.lesion(*index),
            Command::Push(push) => self.push = *push,
            Command::Task { next } => self.change_task(*next)?,
            Command::Pause | Command::Step | Command::Speed(_) | Command::Focus(_) => {}
        }
        Ok(())
    }

    fn each(&mut self, mut change: impl FnMut(&mut Performer)) {
        for index in 0..self.gym.lanes() {
            if let Some(performer) = self.gym.occupant_mut(index) {
                change(performer);
            }
        }
    }

    /// Makes a whole lesion, or takes it back.
    fn lesion(&mut self, index: usize) {
        let Some((part, share)) = self.parts.get_mut(index) else { return };
        *share = if *share > 0.0 { 0.0 } else { 1.0 };
        let (part, share) = (*part, *share);
        let mut refused = None;
        self.each(|performer| refused = performer.agent_mut().lesion(part, share).err().or(refused.take()));
        self.notice = refused.map(|error| error.to_string());
        self.programme.lesions.insert(part.into(), share);
    }

    /// Takes all subjects, with what they have learned, to another task of the same body.
    fn change_task(&mut self, next: bool) -> Result<()> {
        let siblings = &self.programme.siblings;
        let here = siblings.iter().position(|task| task.spec().id == self.programme.task.spec().id).unwrap_or(0);
        let count = siblings.len();
        if count < 2 {
            self.notice = Some("There is no other task for this body".into());
            return Ok(());
        }
        let there = (here + if next { 1 } else { count - 1 }) % count;
        let programme = Programme { task: siblings[there].clone(), learning: self.learning, ..self.programme.clone() };
        let mut subjects = naive(&programme, plan_of(&programme))?;
        for (index, subject) in subjects.iter_mut().enumerate() {
            let Some(performer) = self.gym.occupant(index) else { continue };
            subject.inherit(&performer.subject.state(), &Lesions::new())?;
            subject.suit()?;
        }
        self.gym = gym_of(&programme, subjects);
        self.programme = programme;
        self.samples.clear();
        self.notice = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use etude_envs::Seed;

    fn programme(learning: bool) -> Programme {
        let catalog = Catalog::default();
        let task = catalog.tasks.task("cycling/flat-v0").unwrap();
        let siblings = ["cycling/flat-v0", "cycling/tall-v0"].map(|id| catalog.tasks.task(id).unwrap()).into();
        Programme {
            task,
            siblings,
            agent: catalog.agent("brain").unwrap(),
            seed: Seed(1),
            subjects: 2,
            cast: Vec::new(),
            learning,
            lesions: Lesions::new(),
            run: None,
            threads: 1,
        }
    }

    fn states(theatre: &Theatre) -> Vec<etude_agents::State> {
        (0..2).filter_map(|index| theatre.gym.occupant(index)).map(|performer| performer.subject.state()).collect()
    }

    #[test]
    fn looking_closely_changes_nothing() {
        for learning in [true, false] {
            let mut watched = Theatre::open(programme(learning)).unwrap();
            let mut unwatched = Theatre::open(programme(learning)).unwrap();
            for _ in 0..20 {
                watched.advance(37, true).unwrap();
                watched.frame(Speed::Most, false, 0.0);
                unwatched.advance(37, false).unwrap();
            }
            assert!(states(&watched) == states(&unwatched), "learning: {learning}");
            let (one, two) = (watched.frame(Speed::Most, false, 0.0), unwatched.frame(Speed::Most, false, 0.0));
            assert!(one.shots[1].scene == two.shots[1].scene && one.shots[0].steps == 740);
        }
    }

    #[test]
    fn signals_are_told_of_those_who_learn_and_of_those_who_do_not() {
        for learning in [true, false] {
            let mut theatre = Theatre::open(programme(learning)).unwrap();
            theatre.advance(50, true).unwrap();
            let samples = theatre.frame(Speed::Most, false, 0.0).samples;
            assert_eq!(samples.len(), 50);
            let dopamine = |index: usize| {
                let signals: &Vec<_> = &samples[index].signals;
                signals.iter().find(|signal| signal.0 == "dopamine").map(|signal| signal.1)
            };
            assert!(dopamine(20).is_some() && dopamine(20) != dopamine(40), "learning: {learning}");
        }
    }

    #[test]
    fn a_push_a_lesion_and_a_restart_have_their_consequences() {
        let roll = |command: Option<Command>| {
            let mut theatre = Theatre::open(programme(false)).unwrap();
            command.iter().for_each(|command| theatre.obey(command).unwrap());
            theatre.advance(12, false).unwrap();
            let frame = theatre.frame(Speed::Most, false, 0.0);
            let roll = frame.shots[0].scene.told("motion").next().unwrap()[2];
            (roll, frame)
        };
        let (plain, _) = roll(None);
        let push = |aside: f32| Some(Command::Push(Some(Push { place: [0.5, 1.0], force: [0.0, 0.0, aside] })));
        assert!(roll(push(150.0)).0 != plain && (roll(push(150.0)).0 - roll(push(-150.0)).0).abs() > 0.02);
        let (_, lesioned) = roll(Some(Command::Lesion(0)));
        assert_eq!(lesioned.parts[0], ("basal-ganglia", 1.0));
        assert!(lesioned.samples.is_empty());
        let (_, restarted) = roll(Some(Command::Restart));
        assert_eq!(restarted.shots[0].progress, (1, 11));
    }

    #[test]
    fn another_task_is_gone_on_with_by_the_same_brain() {
        let mut theatre = Theatre::open(programme(true)).unwrap();
        theatre.advance(300, false).unwrap();
        let before = states(&theatre);
        theatre.obey(&Command::Task { next: true }).unwrap();
        assert_eq!(theatre.frame(Speed::Most, false, 0.0).task.id, "cycling/tall-v0");
        assert!(states(&theatre) == before);
        theatre.obey(&Command::Task { next: true }).unwrap();
        assert_eq!(theatre.frame(Speed::Most, false, 0.0).task.id, "cycling/flat-v0");
    }
}
