//! What a checkpoint holds of a subject, and how a subject goes on from it.

use super::Subject;
use crate::record::Marks;
use crate::run::checkpoint::Checkpoint;
use anyhow::{Result, anyhow};
use etude_envs::snapshot::Snapshot;

impl Subject {
    /// Puts a subject back to where a checkpoint of it was taken.
    ///
    /// # Errors
    /// A checkpoint of another subject, task or agent.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        if (checkpoint.subject, checkpoint.seed) != (self.index, self.seed.0) {
            return Err(anyhow!(
                "it belongs to subject {} with seed {}; expected subject {} with seed {}",
                checkpoint.subject,
                checkpoint.seed,
                self.index,
                self.seed.0
            ));
        }
        if checkpoint.task_yaml != self.task.yaml() {
            return Err(anyhow!("it is for {} with other settings than {}", checkpoint.task, self.plan.task.spec().id));
        }
        self.agent.load(&checkpoint.state)?;
        (self.steps, self.saved_at) = (checkpoint.steps, checkpoint.steps);
        (self.episodes, self.trial) = (checkpoint.episode, checkpoint.trial);
        (self.score, self.faults) = (checkpoint.score, checkpoint.faults);
        self.closing = checkpoint.closing;
        if !checkpoint.lane.is_empty() && !self.complete() {
            self.lane = Some(Snapshot::from_bytes(&checkpoint.lane)?);
        }
        Ok(())
    }

    /// Where a subject stands between two episodes.
    pub(super) fn to_checkpoint(&self) -> Checkpoint {
        Checkpoint {
            task_yaml: self.task.yaml(),
            task: self.plan.task.spec().id.clone(),
            agent: self.plan.agent.name().into(),
            agent_yaml: self.plan.agent.yaml().into(),
            subject: self.index,
            seed: self.seed.0,
            steps: self.steps,
            episode: self.episodes,
            trial: self.trial,
            score: self.score,
            faults: self.faults,
            complete: self.complete(),
            state: self.state(),
            lane: Vec::new(),
            closing: self.closing,
            // Whoever writes the rows knows how far they have come then.
            logs: Marks::default(),
        }
    }
}
