"""Transfer experiments with an external learner."""

import pathlib

import numpy as np
from gymnasium.vector import AutoresetMode

from ._etude import EtudeError, Lanes
from ._etude import Study as _Study
from .runs import read_run
from .spaces import as_actions
from .vector import VectorEnv

MODELS = "models"


class Study:
    """An experiment of ``etude transfer`` whose subjects are your own learners.

    The schedule, the seeds, the shared practice, the evaluations, the statistics and the report are the experiment's; the
    learner is up to the loop over its legs::

        study = etude.Study("flat-to-rough", subjects=10, out="runs/ppo", learner="PPO")
        for leg in study.legs():
            model = leg.load(PPO.load) or PPO("MlpPolicy", leg.env(lanes=16), seed=leg.seed)
            model.learn(leg.steps, callback=leg.callback())
            leg.save(model.save)
        study.conclude()

    ``experiment`` is a name (``etude list experiments``) or the path of a YAML file, ``subjects`` and ``seed`` default to the
    experiment's, and ``scale_steps`` multiplies all numbers of steps, e.g. by 0.01 for a rehearsal. ``learner`` is the name of the
    learner in tables and reports.

    Groups that are about parts of etude's own agents (settings, lesions, other agents) are left out; ``groups`` lists the
    remaining ones.

    Finished legs are skipped, so that a study that was killed resumes where it was.

    Raises ``etude.EtudeError`` if there is no such experiment, or if the folder holds something else.
    """

    def __init__(self, experiment, out, learner="learner", subjects=None, seed=None, scale_steps=None):
        self.folder = pathlib.Path(out)
        self._study = _Study(str(experiment), str(out), learner, subjects, seed, scale_steps)
        self.experiment, self.question, self.groups = self._study.experiment
        (self.folder / MODELS).mkdir(exist_ok=True)

    def legs(self):
        """The legs that are not finished, subject by subject, each after the leg that it continues."""
        for assignment in self._study.assignments():
            if not assignment.done:
                yield Leg(self, assignment)

    def _model(self, name):
        # What follows a dot would be taken for an ending.
        return self.folder / MODELS / name.replace(".", "_")

    def close(self):
        """Releases the folder; ``with etude.Study(…) as study`` does so at its end."""
        self._study.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def conclude(self):
        """Writes tables, summary and ``report.html`` once all legs are finished, and returns the run, as ``etude.read_run`` does."""
        self._study.conclude()
        return read_run(self.folder)


class Leg:
    """A stretch of practice of one subject, or its test.

    ``task`` is the id of its task, ``subject`` the index of the subject, ``name`` the name of its files, ``seed`` a seed for the
    learner, below 2**32. ``learning`` is False in a leg that shows what practice alone is worth.

    ``steps`` is the number of env steps to learn for; it is 0 where learning is disabled, so that the same loop works everywhere.
    ``taken`` counts the env steps practised so far in all lanes together; a lane that only starts its next episode takes none.
    ``due`` lists the env steps after which it is evaluated, from 0 to the last.
    """

    def __init__(self, study, assignment):
        self._study = study
        self._assignment = assignment
        self._episodes = []
        self._evaluations = []
        self.taken = 0
        self._trial = 0
        self.name = assignment.name
        self.subject = assignment.subject
        self.task = assignment.task
        self.seed = assignment.learner_seed
        self.learning = assignment.learning
        self.steps = assignment.steps if assignment.learning else 0
        self.due = list(assignment.due)

    def __repr__(self):
        return f"Leg({self.name}: {self.steps} steps of {self.task})"

    @property
    def model(self):
        """Path at which the learner is saved, without an ending."""
        return self._study._model(self.name)

    def vector_env(self, lanes=1, threads=1, autoreset_mode=AutoresetMode.NEXT_STEP):
        """The leg's task as an ``etude.VectorEnv`` with the leg's seeds. Practice in it is recorded."""
        return _Practice(self, lanes, threads, autoreset_mode)

    def env(self, lanes=1, threads=1):
        """The same for Stable-Baselines3."""
        from .sb3 import EtudeVecEnv

        return EtudeVecEnv(self.vector_env(lanes, threads, AutoresetMode.SAME_STEP))

    def load(self, load, **settings):
        """The learner of the leg before this one, or None if there is none; ``load`` is called with the path, without an ending.

        A learner with ``set_env``, as in Stable-Baselines3, gets as many lanes of this leg's task as it had before.
        """
        if self._assignment.parent is None:
            return None
        model = load(str(self._study._model(self._assignment.parent)), **settings)
        if hasattr(model, "set_env") and hasattr(model, "n_envs"):
            model.set_env(self.env(lanes=model.n_envs))
        return model

    def callback(self):
        """A callback for ``learn`` of Stable-Baselines3 that evaluates when due and ends practice after ``steps``."""
        from .sb3 import evaluating

        return evaluating(self)

    def evaluate(self, steps, act):
        """Runs the evaluation due after ``steps`` env steps, on the experiment's own episodes, learning disabled.

        ``act`` gets observations of shape (episodes, fields) and returns actions of shape (episodes, fields). Returns the mean
        score, or None if no evaluation is due then or it was run before.
        """
        done = {evaluation[0] for evaluation in self._evaluations}
        if steps not in self.due or steps in done:
            return None
        trial = self._assignment.telling_trial(self._trial) if self._assignment.scheduled else None
        episodes = evaluate(self._assignment.yaml, self._assignment.evaluation_seeds, trial, act)
        self._evaluations.append((steps, trial, episodes))
        self._evaluations.sort(key=lambda evaluation: evaluation[0])
        return float(np.mean([episode.score for episode in episodes]))

    def evaluate_due(self, act, upto=None):
        """Runs the evaluations that are due by now (or by ``upto`` env steps) and have not been run."""
        upto = self.taken if upto is None else upto
        if not self.learning:
            return self._hold(act, upto)
        done = {evaluation[0] for evaluation in self._evaluations}
        for steps in self.due:
            if steps <= upto and steps not in done:
                self.evaluate(steps, act)

    def _hold(self, act, upto):
        """Steps through the leg without learning: in a schedule, evaluations depend on the trial that practice has reached."""
        env = self.vector_env()
        observations, _ = env.reset()
        for steps in self.due:
            while self.taken < min(steps, upto):
                observations = env.step(act(observations))[0]
            if steps <= upto:
                self.evaluate(steps, act)

    def save(self, save=None):
        """Saves the learner by calling ``save`` with the path, without an ending, and finishes the leg.

        Raises ``etude.EtudeError`` if an evaluation that was due is missing.
        """
        if save is not None:
            save(str(self.model))
        self._study._study.record(self._assignment.index, self._episodes, self._evaluations)


class _Practice(VectorEnv):
    """The lanes in which a leg is practised: they have the leg's seeds, and report their episodes to it."""

    def __init__(self, leg, lanes, threads, autoreset_mode):
        seeds = leg._assignment.lane_seeds
        if not 1 <= lanes <= len(seeds):
            raise EtudeError(f"{lanes} lanes; expected 1 to {len(seeds)}")
        super().__init__(leg._assignment.yaml, lanes, threads, autoreset_mode)
        self._leg = leg

    def _begin(self, lane, seed):
        # A learner's seed is none of the environment's: the subject's own is.
        if not self._begun[lane]:
            self._lanes.begin(lane, self._leg._assignment.lane_seeds[lane], 0)
            self._generators[lane] = False
            self._begun[lane] = True
        else:
            super()._begin(lane, None)

    def step(self, actions):
        resting = self._ended.copy()
        leg = self._leg
        if not resting[0]:
            leg._trial = self._lanes.episode(0)
        observations, rewards, terminated, truncated, infos = super().step(actions)
        leg.taken += int((~resting).sum())
        for lane in np.flatnonzero(terminated | truncated):
            leg._episodes.append((leg.taken, self._lanes.last_episode(int(lane))))
        if not leg._assignment.reward:
            rewards = np.zeros_like(rewards)
        return observations, rewards, terminated, truncated, infos


def evaluate(task, seeds, trial, act):
    """Episodes of an agent that neither explores nor learns, all at once.

    Without ``trial`` episode i is the i-th of its seed; with it each is that trial. Returns one ``etude.Episode`` for each seed.
    """
    count = len(seeds)
    lanes = Lanes(task, count)
    fields = len(lanes.spec.action_fields)
    for lane, seed in enumerate(seeds):
        lanes.begin(lane, seed, lane if trial is None else trial)
    done = np.zeros(count, bool)
    episodes = [None] * count
    observations = lanes.observations()
    while not done.all():
        actions = as_actions(act(observations), count, fields)
        observations, _, terminated, truncated = lanes.step(actions, done)
        for lane in np.flatnonzero(terminated | truncated):
            episodes[lane] = lanes.last_episode(int(lane))
            done[lane] = True
    return episodes

