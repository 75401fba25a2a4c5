"""Experiments with learners of Python."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest

import etude

EXPERIMENT = """
experiment: small
question: Does riding help?
agent: idle
subjects: 2
evaluate_every: 400
evaluation_episodes: 2
criterion: 0.5
reference: scratch
test: {task: cycling/rough-v0, steps: 1000, evaluate_at: [100]}
groups:
  scratch: {}
  transfer:
    practice:
      - {task: cycling/flat-v0, steps: 700}
  frozen:
    practice:
      - {task: cycling/flat-v0, steps: 700}
    test_learning: false
  sham:
    practice:
      - {task: cycling/flat-v0, steps: 700, reward: false}
  brain:
    agent: brain
"""

SCHEDULE = """
experiment: trials
question: Does it adapt?
agent: idle
subjects: 2
evaluate_every: 2000
evaluation_episodes: 3
criterion: 0.5
reference: scratch
test: {task: reaching/adaptation-v0, steps: 6000}
groups:
  scratch: {}
  frozen:
    practice:
      - {task: reaching/null-v0, steps: 300}
    test_learning: false
"""


class Still:
    """An agent that does nothing, and counts."""

    def __init__(self, shape, seed):
        self.actions = shape.actions
        self.steps = 0

    def act(self, observation, explore):
        return np.zeros(self.actions, np.float32)

    def learn(self, observation, action, reward, next_observation, terminated, truncated):
        assert observation.shape == next_observation.shape and action.shape == (self.actions,)
        self.steps += 1

    def save(self):
        return self.steps.to_bytes(4, "little")

    def load(self, state):
        self.steps = int.from_bytes(state, "little")


def test_what_is_saved_must_be_bytes(tmp_path):
    class Forgetful(Still):
        def save(self):
            return {"steps": self.steps}

    with pytest.raises(TypeError, match=r"save\(\) gave an object of type dict; expected bytes"):
        etude.train("cycling/flat-v0", tmp_path / "run", Forgetful, subjects=1, steps=200, evaluate_every=200)


def test_the_folder_of_another_learner_is_called_so(experiment, tmp_path):
    etude.Study(experiment, tmp_path / "run", learner="one").close()
    with pytest.raises(etude.EtudeError, match=r"holds a different run: its `experiment.agent` is"):
        etude.Study(experiment, tmp_path / "run", learner="other")


@pytest.fixture
def experiment(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(EXPERIMENT)
    return str(path)


def still(env):
    return lambda observations: np.zeros((len(observations), env.single_action_space.shape[0]), np.float32)


def practised(leg, lanes=1):
    """Goes through a leg without moving."""
    env = leg.vector_env(lanes)
    env.reset()
    act = still(env)
    leg.evaluate_due(act, 0 if leg.learning else leg.due[-1])
    if not leg.learning:
        return leg.save(lambda path: open(path, "w").close())
    rewards = 0.0
    while leg.taken < leg.steps:
        rewards += env.step(np.zeros(env.action_space.shape, np.float32))[1].sum()
        leg.evaluate_due(act)
    leg.save(lambda path: open(path, "w").close())
    return rewards


def concluded(experiment, out, **settings):
    study = etude.Study(experiment, out, "still", **settings)
    for leg in study.legs():
        practised(leg)
    return study.conclude()


@pytest.mark.parametrize("text", [EXPERIMENT, SCHEDULE])
def test_a_study_leaves_what_transfer_leaves_to_the_last_bit(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    run = concluded(path, tmp_path / "study")
    plain = tmp_path / "plain.yaml"
    plain.write_text(text.replace("  brain:\n    agent: brain\n", ""))
    other = etude.transfer(plain, tmp_path / "transfer", "idle")
    for name in ("evaluations.csv", "blocks.csv"):
        assert (run.folder / name).read_text() == (other.folder / name).read_text(), name
    mine, theirs = run.episodes, other.episodes
    # The agent's own practice goes through the episode again that a leg has cut short.
    assert (mine[mine.block == "test"].score.values[:3] == theirs[theirs.block == "test"].score.values[:3]).all()
    assert "still" in (run.folder / "report.html").read_text()


def test_groups_about_the_programs_own_agents_are_left_out(experiment, tmp_path):
    assert etude.Study(experiment, tmp_path / "a", "still").groups == ["scratch", "transfer", "frozen", "sham"]
    assert etude.Study("changed-handlebar", tmp_path / "b", "PPO", subjects=1).groups == ["ppo"]


def test_a_study_that_was_killed_goes_on(experiment, tmp_path):
    whole = concluded(experiment, tmp_path / "whole")
    study = etude.Study(experiment, tmp_path / "parts", "still")
    names = [leg.name for leg in study.legs()]
    for leg, _ in zip(study.legs(), range(3)):
        practised(leg)
    with pytest.raises(etude.EtudeError, match=f"{len(names) - 3} legs are not done"):
        study.conclude()
    study.close()
    with pytest.raises(etude.EtudeError, match="closed"):
        study.conclude()
    study = etude.Study(experiment, tmp_path / "parts", "still")
    assert [leg.name for leg in study.legs()] == names[3:]
    for leg in study.legs():
        practised(leg)
    run = study.conclude()
    for path in sorted(path.relative_to(whole.folder) for path in whole.folder.rglob("*") if path.is_file()):
        assert (whole.folder / path).read_bytes() == (run.folder / path).read_bytes(), path


def test_a_leg_says_what_is_done_in_it(experiment, tmp_path):
    study = etude.Study(experiment, tmp_path / "out", "still", subjects=1)
    legs = {leg.name.removeprefix("subject-000."): leg for leg in study.legs()}
    assert legs["scratch.test"].due == [0, 100, 400, 800, 1000]
    assert (legs["scratch.test"].steps, legs["frozen.test"].steps) == (1000, 0)
    assert practised(legs["scratch.test"]) != 0 and practised(legs["sham.practice-1"]) == 0
    leg = legs["transfer.practice-1"]
    env = leg.vector_env(lanes=3)
    env.reset(seed=5)
    with pytest.raises(etude.EtudeError, match="expected 2 episodes after each of .0, 400, 700."):
        leg.save()
    assert leg.load(str) is None
    assert legs["transfer.test"].load(str).endswith("subject-000_transfer_practice-1")


def test_what_makes_no_sense_is_refused(experiment, tmp_path):
    with pytest.raises(etude.EtudeError, match="did you mean `flat-to-rough`"):
        etude.Study("flat-to-ruogh", tmp_path / "a")
    with pytest.raises(etude.EtudeError, match="expected a name"):
        etude.Study(experiment, tmp_path / "a", learner="../up")
    with pytest.raises(etude.EtudeError, match="expected a number above 0"):
        etude.Study(experiment, tmp_path / "a", scale_steps=0)
    with pytest.raises(etude.EtudeError, match="subjects"):
        etude.Study(experiment, tmp_path / "a", subjects=0)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(etude.EtudeError, match="holds no run"):
        etude.Study(experiment, tmp_path / "full")


def test_a_class_is_an_agent_in_any_run(experiment, tmp_path):
    run = etude.transfer(experiment, tmp_path / "class", Still, threads=2)
    idle = concluded(experiment, tmp_path / "study")
    assert (run.evaluations.score.values == idle.evaluations.score.values).all()
    trained = etude.train("cycling/flat-v0", tmp_path / "train", Still, subjects=2, steps=500, evaluate_every=200)
    assert len(trained.evaluations) == 2 * 4
    assert json.loads((trained.folder / "summary.json").read_text())["agent"] == "Still"


def test_what_a_class_raises_is_raised(tmp_path):
    class Broken(Still):
        def act(self, observation, explore):
            raise ZeroDivisionError("in the middle of it")

    class Short(Still):
        def act(self, observation, explore):
            return [0.0]

    class NoLearner:
        def act(self, observation, explore):
            return [0.0]

    class Unteachable(Still):
        def learn(self, *transition):
            raise KeyError("what was that")

    for _ in range(2):
        with pytest.raises(KeyError, match="what was that"):
            etude.train("cycling/flat-v0", tmp_path / "d", Unteachable, subjects=1, steps=10)
    with pytest.raises(etude.EtudeError, match="seed is .*; expected"):
        etude.train("cycling/flat-v0", tmp_path / "e", Still, subjects=1, steps=10, seed=2**60)
    assert not (tmp_path / "e").exists()
    with pytest.raises(ZeroDivisionError, match="in the middle"):
        etude.train("cycling/flat-v0", tmp_path / "a", Broken, subjects=1, steps=10)
    with pytest.raises(etude.ActionError, match="gave 1 numbers; expected 5"):
        etude.train("cycling/flat-v0", tmp_path / "b", Short, subjects=1, steps=10)
    with pytest.raises(etude.EtudeError, match="no `learn`"):
        etude.train("cycling/flat-v0", tmp_path / "c", NoLearner, subjects=1, steps=10)


def test_parts_are_joined(experiment, tmp_path):
    whole = etude.transfer(experiment, tmp_path / "whole", "random")
    parts = [etude.transfer(experiment, tmp_path / f"{part}", "random", shard=f"{part}/2").folder for part in (1, 2)]
    merged = etude.merge(parts, tmp_path / "merged")
    assert (whole.folder / "evaluations.csv").read_bytes() == (merged.folder / "evaluations.csv").read_bytes()


def test_tasks_and_experiments_are_described():
    assert "flat-to-rough" in etude.experiment_names()
    for name in etude.experiment_names():
        found = etude.experiment(name)
        assert found.name == name and found.question and found.reference in found.groups
    assert etude.experiment("flat-to-rough").test == "cycling/rough-v0"
    assert etude.task("cycling/flat-v0").step_limit > 0 and "upright" in etude.task("cycling/flat-v0").score
    with pytest.raises(etude.EtudeError, match="did you mean"):
        etude.experiment("flat-to-ruogh")


def test_learners_may_not_be_called_as_what_there_is(experiment, tmp_path):
    with pytest.raises(etude.EtudeError, match="none of this program's own agents"):
        etude.Study(experiment, tmp_path / "a", learner="brain")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_signals_mean_after_a_run_what_they_meant_before(tmp_path, name):
    script = f"""
import etude, os, signal, sys
etude.train("cycling/flat-v0", {str(tmp_path / "run")!r}, "idle", subjects=1, steps=200)
try:
    os.kill(os.getpid(), signal.{name})
    import time; time.sleep(5)
except KeyboardInterrupt:
    sys.exit(7)
sys.exit(8)
"""
    code = subprocess.run([sys.executable, "-c", script], timeout=60).returncode
    assert code == (7 if name == "SIGINT" else -signal.SIGTERM)
