"""What Stable-Baselines3 makes of the environments, where it is installed."""

import gymnasium
import numpy as np
import pytest

import etude

sb3 = pytest.importorskip("stable_baselines3")
pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize("task", etude.task_ids())
def test_stable_baselines3_accepts_it(task):
    from stable_baselines3.common.env_checker import check_env

    check_env(gymnasium.make(f"etude:{task}", render_mode="rgb_array"))


def test_the_native_vector_is_its_own_bit_by_bit():
    from stable_baselines3.common.monitor import Monitor
    from stable_baselines3.common.vec_env import DummyVecEnv

    import etude.sb3

    native = etude.sb3.make_vec("cycling/flat-v0", 3)
    dummy = DummyVecEnv([lambda: Monitor(etude.make("cycling/flat-v0"))] * 3)
    native.seed(5), dummy.seed(5)
    np.testing.assert_array_equal(native.reset(), dummy.reset())
    native.action_space.seed(0)
    ended = 0
    for _ in range(400):
        actions = np.stack([native.action_space.sample() for _ in range(3)])
        mine, theirs = native.step(actions), dummy.step(actions)
        for one, two in zip(mine[:3], theirs[:3]):
            np.testing.assert_array_equal(one, two)
        for lane in np.flatnonzero(mine[2]):
            one, two = mine[3][lane], theirs[3][lane]
            np.testing.assert_array_equal(one["terminal_observation"], two["terminal_observation"])
            assert one["TimeLimit.truncated"] == two["TimeLimit.truncated"] and one["score"] == pytest.approx(two["score"])
            assert one["episode"]["l"] == two["episode"]["l"]
            assert one["episode"]["r"] == pytest.approx(two["episode"]["r"], abs=1e-3)
            ended += 1
    assert ended > 2


def test_ppo_learns_to_ride_and_is_recorded_as_a_study(tmp_path):
    """The loop of the README, on an experiment that is soon over."""
    import torch

    torch.set_num_threads(1)
    experiment = tmp_path / "ride.yaml"
    experiment.write_text(
        "experiment: ride\nquestion: Does it learn?\nagent: idle\nsubjects: 1\nevaluate_every: 50000\ncriterion: 0.8\n"
        "reference: scratch\ntest: {task: cycling/rough-v0, steps: 2000}\ngroups:\n  scratch: {}\n  frozen:\n"
        "    practice: [{task: cycling/flat-v0, steps: 100000}]\n    test_learning: false\n"
    )
    settings = {"n_steps": 128, "batch_size": 512, "learning_rate": 1e-3, "device": "cpu"}
    with etude.Study(experiment, tmp_path / "out", "PPO") as study:
        for leg in study.legs():
            model = leg.load(sb3.PPO.load) or sb3.PPO("MlpPolicy", leg.env(lanes=16), seed=leg.seed, **settings)
            model.learn(leg.steps, callback=leg.callback())
            leg.save(model.save)
        run = study.conclude()
    learnt = run.evaluations[run.evaluations.block == "practice-1"].sort_values("steps").score.values
    assert learnt[0] < 0.2 and learnt[-1] > 0.6, learnt
    frozen = run.evaluations[(run.evaluations.group == "frozen") & (run.evaluations.block == "test")].score
    assert frozen.nunique() == 1
    assert (tmp_path / "out" / "models" / "subject-000_frozen_practice-1.zip").is_file()
    assert len(run.episodes[run.episodes.block == "practice-1"]) > 100
