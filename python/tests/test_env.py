"""What every environment has to keep, for every task of the registry."""

import copy
import pickle
import warnings

import etude
import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv

TASKS = etude.task_ids()
SOME = ["cycling/rough-v0", "fretting/guitar-blind-v0", "reaching/adaptation-v0"]

OWN_TASK = """
task: cycling/gravel-v0
extends: cycling/flat-v0
summary: Ride 60 m of gravel.
ground: {roughness: 256.0e-6}
"""


@pytest.fixture
def own_task(tmp_path):
    path = tmp_path / "gravel.yaml"
    path.write_text(OWN_TASK)
    return str(path)


def played(env, seed, steps):
    """Everything that is told in so many steps of random actions."""
    env.action_space.seed(seed)
    told = [env.reset(seed=seed)]
    for _ in range(steps):
        told.append(env.step(env.action_space.sample()))
        if told[-1][2] or told[-1][3]:
            told.append(env.reset())
    return told


def same(first, second):
    np.testing.assert_equal(first, second)


@pytest.mark.parametrize("task", TASKS)
def test_gymnasium_accepts_it(task):
    env = gymnasium.make(f"etude:{task}")
    check_env(gymnasium.make(f"etude:{task}", render_mode="rgb_array").unwrapped)
    assert env.spec.max_episode_steps == env.unwrapped.task.step_limit


@pytest.mark.parametrize("task", TASKS)
def test_a_seed_repeats_itself_and_another_is_another(task):
    env = etude.make(task)
    first = played(env, 3, 60)
    same(first, played(env, 3, 60))
    same(first, played(etude.make(task), 3, 60))
    other = played(env, 4, 60)
    assert any(not np.array_equal(one[0], two[0]) for one, two in zip(first, other))


@pytest.mark.parametrize("task", TASKS)
def test_fields_and_infos_say_what_there_is(task):
    env = etude.make(task)
    fields = env.observation_fields
    assert env.observation_space.shape == (len(fields),)
    assert len({field.name for field in fields}) == len(fields)
    assert all(field.unit and field.meaning and field.low < field.high for field in fields)
    _, info = env.reset(seed=0)
    assert list(info) == ["score", *env.task.metrics]
    observation, reward, terminated, truncated, later = env.step(np.zeros(env.action_space.shape, np.float32))
    assert list(later) == list(info) and 0 <= later["score"] <= 1
    assert observation.dtype == np.float32 and isinstance(reward, float)
    assert isinstance(terminated, bool) and isinstance(truncated, bool)


def test_a_task_of_ones_own_is_like_any_other(own_task):
    check_env(etude.make(own_task), skip_render_check=True)
    assert etude.make(own_task).task.id == "cycling/gravel-v0"
    envs = etude.make_vec(own_task, 3)
    assert envs.reset(seed=0)[0].shape == (3, len(envs.observation_fields))


def test_an_episode_ends_once_and_the_next_is_begun_by_reset():
    env = etude.make("cycling/flat-v0")
    with pytest.raises(ResetNeeded):
        env.step(env.action_space.sample())
    env.reset(seed=1)
    for _ in range(5000):
        last = env.step(np.ones(env.action_space.shape, np.float32))
        if last[2] or last[3]:
            break
    else:
        pytest.fail("no episode ended")
    with pytest.raises(ResetNeeded):
        env.step(env.action_space.sample())
    begun, _ = env.reset()
    assert not np.array_equal(begun, last[0])
    again, _ = env.reset(options={"episode": 1})
    same(begun, again)
    with pytest.raises(ValueError, match="expected 'episode'"):
        env.reset(options={"epoch": 1})
    with pytest.raises(ValueError, match="expected 0 or more"):
        env.reset(options={"episode": -1})


def test_what_is_wrong_is_an_error_that_says_so():
    with pytest.raises(etude.TaskError, match="did you mean `cycling/flat-v0`"):
        etude.make("cycling/flut-v0")
    env = etude.make("reaching/null-v0")
    env.reset(seed=0)
    with pytest.raises(etude.ActionError, match="an action of 3 numbers; expected 2"):
        env.step(np.zeros(3, np.float32))
    with pytest.raises(etude.ActionError, match="expected a finite number"):
        env.step(np.array([0, np.nan], np.float32))
    with pytest.raises(etude.EtudeError, match="expected 1 to"):
        etude.make_vec("reaching/null-v0", 0)
    with pytest.raises(ValueError, match="render_mode"):
        etude.make("reaching/null-v0", render_mode="human")
    with pytest.raises(etude.ActionError, match=r"expected \(2, 2\)"):
        envs = etude.make_vec("reaching/null-v0", 2)
        envs.reset(seed=0)
        envs.step(np.zeros(2))
    with pytest.raises(IndexError, match="expected one below 2"):
        etude.Lanes("reaching/null-v0", 2).begin(2)


def test_actions_in_fortran_order_or_other_numbers_mean_the_same():
    first, second = (etude.make_vec("cycling/flat-v0", 4) for _ in range(2))
    first.reset(seed=0), second.reset(seed=0)
    actions = first.action_space.sample()
    same(first.step(actions), second.step(np.asfortranarray(actions)))
    same(first.step(actions), second.step(actions.astype(np.float64).tolist()))


@pytest.mark.parametrize("task", SOME)
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_the_native_vector_is_gymnasiums_bit_by_bit(task, mode):
    native = etude.make_vec(task, 3, threads=2, autoreset_mode=mode)
    python = SyncVectorEnv([lambda: etude.make(task)] * 3, autoreset_mode=mode)
    ends = 0
    native.action_space.seed(5)
    same(native.reset(seed=7)[0], python.reset(seed=7)[0])
    for _ in range(700):
        actions = native.action_space.sample()
        one, two = native.step(actions), python.step(actions)
        for mine, theirs in zip(one[:4], two[:4]):
            np.testing.assert_array_equal(mine, theirs)
        assert sorted(one[4]) == sorted(two[4])
        np.testing.assert_array_equal(one[4]["score"], two[4]["score"])
        ended = one[2] | one[3]
        if mode == AutoresetMode.SAME_STEP and ended.any():
            for lane in np.flatnonzero(ended):
                np.testing.assert_array_equal(one[4]["final_obs"][lane], two[4]["final_obs"][lane])
            np.testing.assert_array_equal(one[4]["final_info"]["score"][ended], two[4]["final_info"]["score"][ended])
        ends += ended.sum()
    assert ends > 2


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_what_was_sent_is_received_as_step_would_return_it(mode):
    plain, halves = (etude.make_vec("cycling/rough-v0", 6, autoreset_mode=mode) for _ in range(2))
    plain.action_space.seed(1)
    first, _ = plain.reset(seed=3)
    seen, _ = halves.reset(seed=3)
    assert np.array_equal(first, seen)
    for _ in range(300):
        actions = plain.action_space.sample()
        expected = plain.step(actions)
        halves.send(actions)
        # The caller's array is the caller's again.
        actions[:] = np.nan
        found = halves.recv()
        assert all(np.array_equal(one, other) for one, other in zip(expected[:4], found[:4]))
        assert found[4].keys() == expected[4].keys()
    halves.close()


def test_between_send_and_recv_there_is_nothing_else():
    envs = etude.make_vec("reaching/null-v0", 2)
    envs.reset(seed=1)
    actions = np.zeros((2, len(envs.action_fields)), np.float32)
    with pytest.raises(gymnasium.error.NoAsyncCallError, match="without send"):
        envs.recv()
    envs.send(actions)
    for call in (lambda: envs.step(actions), lambda: envs.send(actions), envs.reset, lambda: pickle.dumps(envs)):
        with pytest.raises(gymnasium.error.AlreadyPendingCallError, match="recv"):
            call()
    envs.recv()
    envs.step(actions)
    # What is wrong with what was sent is told to who receives.
    envs.send(actions[:1])
    with pytest.raises(ValueError):
        envs.recv()
    envs.step(actions)
    envs.close()


def test_without_autoreset_a_lane_waits_for_its_reset():
    envs = etude.make_vec("cycling/flat-v0", 4, autoreset_mode=AutoresetMode.DISABLED)
    with pytest.raises(ResetNeeded):
        envs.step(envs.action_space.sample())
    envs.reset(seed=0)
    for _ in range(5000):
        observations, _, terminated, truncated, infos = envs.step(envs.action_space.sample())
        ended = terminated | truncated
        if ended.any():
            break
    with pytest.raises(ResetNeeded, match="has ended"):
        envs.step(envs.action_space.sample())
    # A lane that is not reset shows what it showed.
    waiting, told = envs.reset(options={"reset_mask": np.zeros(4, bool)})
    same(waiting, observations)
    same(told["score"], infos["score"])
    begun, _ = envs.reset(options={"reset_mask": ended})
    same(begun[~ended], observations[~ended])
    assert (begun[ended] != observations[ended]).any()
    envs.step(envs.action_space.sample())


def test_make_vec_makes_the_native_one_and_wrappers_take_it():
    envs = gymnasium.make_vec("etude:cycling/flat-v0", num_envs=5, threads=2)
    assert isinstance(envs.unwrapped, etude.VectorEnv)
    wrapped = gymnasium.wrappers.vector.NormalizeObservation(gymnasium.wrappers.vector.RecordEpisodeStatistics(envs))
    wrapped.reset(seed=0)
    for _ in range(300):
        infos = wrapped.step(wrapped.action_space.sample())[4]
        if "episode" in infos:
            break
    else:
        pytest.fail("no episode ended")


@pytest.mark.parametrize("task", TASKS)
def test_copies_go_on_where_the_environment_stood(task):
    env = etude.make(task)
    fresh = pickle.loads(pickle.dumps(env))
    same(env.reset(seed=2), fresh.reset(seed=2))
    env.action_space.seed(1)
    for _ in range(30):
        env.step(env.action_space.sample())
    copied, pickled = copy.deepcopy(env), pickle.loads(pickle.dumps(env))
    for _ in range(300):
        action = env.action_space.sample()
        told = [each.step(action) for each in (env, copied, pickled)]
        same(told[0], told[1]), same(told[0], told[2])
        if told[0][2] or told[0][3]:
            same(env.reset(), copied.reset()), pickled.reset()


@pytest.mark.parametrize("task", ["cycling/rough-v0", "fretting/guitar-v0", "reaching/curl-v1", "cursor/turned-25-v0"])
def test_a_saved_state_is_recalled_as_often_as_needed(task):
    env = etude.make(task)
    env.reset(seed=3)
    generator = np.random.default_rng(0)
    plans = generator.uniform(-1, 1, (6, 12, len(env.action_fields))).astype(np.float32)
    env.rollout(plans[0])
    saved = env.save()
    first = [(env.recall(saved), env.rollout(plan)) for plan in plans]
    again = [(env.recall(saved), env.rollout(plan)) for plan in plans]
    for (seen, rolled), (seen_again, rolled_again) in zip(first, again):
        np.testing.assert_array_equal(seen, seen_again)
        np.testing.assert_array_equal(rolled[0], rolled_again[0])
        np.testing.assert_array_equal(rolled[1], rolled_again[1])
    assert any(not np.array_equal(one[1][0], other[1][0]) for one in first for other in first)
    stranger = etude.make(task)
    with pytest.raises(ResetNeeded):
        stranger.save()
    stranger.reset(seed=3)
    with pytest.raises(etude.StateError, match="another blueprint"):
        stranger.recall(saved)


def test_all_environments_go_on_from_the_state_of_one():
    envs = etude.make_vec("cycling/rough-v0", num_envs=5, threads=2)
    envs.reset(seed=0)
    still = np.zeros((5, len(envs.action_fields)), np.float32)
    for _ in range(20):
        envs.step(still)
    saved = envs.save(3)
    observations = envs.recall(saved)
    assert (observations == observations[3]).all()
    actions = np.random.default_rng(1).uniform(-1, 1, still.shape).astype(np.float32)
    tried, rewards, *_ = envs.step(actions)
    assert len({row.tobytes() for row in tried}) == 5
    envs.recall(saved, [1, 4])
    same = np.repeat(actions[2:3], 5, axis=0)
    seen, rewards_again, *_ = envs.step(same)
    for index in (1, 4):
        np.testing.assert_array_equal(seen[index], tried[2])
        assert rewards_again[index] == rewards[2]
    with pytest.raises(IndexError):
        envs.recall(saved, [5])
    with pytest.raises(ValueError, match="numbers of environments"):
        envs.recall(saved, [True, False])
    while not envs._ended.any():
        seen, *_ = envs.step(actions)
    ended = envs._ended.copy()
    shown = envs.recall(saved, np.flatnonzero(~ended))
    np.testing.assert_array_equal(shown[ended], seen[ended])
    envs.send(still)
    with pytest.raises(gymnasium.error.AlreadyPendingCallError):
        envs.recall(saved)
    envs.recv()
    envs.close()


def test_a_snapshot_is_branched_from_and_gone_back_to():
    env = etude.make("cycling/rough-v0")
    env.reset(seed=0)
    env.action_space.seed(0)
    actions = np.stack([env.action_space.sample() for _ in range(40)])
    env.rollout(actions[:20])
    state = env.snapshot()
    first = env.rollout(actions[20:])
    other = env.rollout(actions[:5])
    env.restore(state)
    same(first, env.rollout(actions[20:]))
    same(other, env.rollout(actions[:5]))
    with pytest.raises(etude.StateError, match="expected all bytes"):
        env.restore(state[:-1])
    with pytest.raises(etude.StateError, match="expected one of reaching/null-v0"):
        etude.make("reaching/null-v0").restore(state)


def test_a_rollout_is_a_row_of_steps():
    one, two = etude.make("cycling/flat-v0"), etude.make("cycling/flat-v0")
    one.reset(seed=4), two.reset(seed=4)
    actions = np.ones((2000, *one.action_space.shape), np.float32)
    observations, rewards, terminated, truncated = one.rollout(actions)
    told = [two.step(action) for action in actions[: len(rewards)]]
    same(observations, np.stack([each[0] for each in told]))
    same(rewards, np.array([each[1] for each in told], np.float32))
    assert (terminated, truncated) == told[-1][2:4] and (terminated or truncated)
    with pytest.raises(ResetNeeded):
        one.rollout(actions)
    one.reset()
    with pytest.raises(etude.ActionError, match="expected .steps, 5."):
        one.rollout(actions[:, :3])


def test_vectors_go_on_where_they_stood():
    envs = etude.make_vec("cycling/flat-v0", 3)
    envs.reset(seed=0)
    envs.action_space.seed(0)
    for _ in range(100):
        envs.step(envs.action_space.sample())
    other = pickle.loads(pickle.dumps(envs))
    for _ in range(200):
        actions = envs.action_space.sample()
        same(envs.step(actions), other.step(actions))
    assert other.autoreset_mode == envs.autoreset_mode


@pytest.mark.parametrize("task", SOME)
def test_pictures_show_what_happens(task):
    env = gymnasium.make(f"etude:{task}", render_mode="rgb_array", width=320, height=200)
    env.reset(seed=0)
    first = env.render()
    assert first.shape == (200, 320, 3) and first.dtype == np.uint8 and len(np.unique(first)) > 20
    for _ in range(20):
        env.step(env.action_space.sample())
    assert (env.render() != first).any()
    envs = gymnasium.make_vec(f"etude:{task}", num_envs=2, render_mode="rgb_array", width=320, height=200)
    envs.reset(seed=0)
    pictures = envs.render()
    assert len(pictures) == 2 and (pictures[0] == first).all()
    assert etude.make(task).render() is None
    with pytest.raises(ValueError, match="width 0; expected 16 to 8192"):
        etude.make(task, render_mode="rgb_array", width=0)


def test_steps_go_on_in_a_thread_that_has_taken_over():
    import threading

    envs = etude.make_vec("cycling/flat-v0", 16, threads=2)
    envs.reset(seed=0)
    done = []
    worker = threading.Thread(target=lambda: done.append(envs.step(envs.action_space.sample())))
    worker.start()
    worker.join()
    assert done[0][0].shape[0] == 16


def test_threads_that_a_fork_has_left_behind_are_an_error_and_no_hang():
    import subprocess
    import sys

    script = """
import os, warnings
warnings.simplefilter("ignore")
import etude, numpy as np
envs = etude.make_vec("cycling/flat-v0", 64, threads=2)
envs.reset(seed=0)
if os.fork() == 0:
    try:
        envs.step(np.zeros(envs.action_space.shape, np.float32))
    except RuntimeError as why:
        os._exit(0 if "do not outlive a fork" in str(why) else 2)
    os._exit(1)
raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0


def test_a_forked_child_sends_steps_of_its_own():
    import subprocess
    import sys

    script = """
import os, warnings
warnings.simplefilter("ignore")
import etude, gymnasium, numpy as np
envs = etude.make_vec("cycling/flat-v0", 4)
envs.reset(seed=0)
actions = np.zeros(envs.action_space.shape, np.float32)
envs.send(actions)
envs.recv()
envs.send(actions)
if os.fork() == 0:
    try:
        envs.recv()
        os._exit(1)
    except gymnasium.error.NoAsyncCallError:
        pass
    envs.reset(seed=0)
    envs.send(actions)
    envs.recv()
    envs.close()
    os._exit(0)
envs.recv()
raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0


def test_the_version_is_that_of_the_installed_package():
    import importlib.metadata

    assert etude.__version__ == importlib.metadata.version("etude")


def test_nothing_warns_on_import():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        etude._register()
