"""Speed of the environments, compared with other installed libraries: ``python -m etude.speed``.

All are measured in turn, round after round, with random actions, and the best round of each counts, so that other work on the
machine has little effect on the ratios. One thread is measured in processor time, several in wall time.
"""

import argparse
import time

import gymnasium
import numpy as np

from ._etude import Lanes

LANES = 64
STEPS = 4096


def _single(env):
    env.action_space.seed(0)
    actions = [env.action_space.sample() for _ in range(256)]
    env.reset(seed=0)

    def run():
        for step in range(STEPS):
            told = env.step(actions[step & 255])
            if told[2] or told[3]:
                env.reset()
        return STEPS

    return run


def _native_single(task):
    env = gymnasium.make(f"etude:{task}").unwrapped
    env.action_space.seed(0)
    actions = np.stack([env.action_space.sample() for _ in range(256)])
    env.reset(seed=0)

    def run():
        taken = 0
        while taken < STEPS:
            # From where the rollout before has stopped, so that it takes the actions that single steps take.
            start = taken & 255
            taken += len(env.rollout(actions[start:])[1])
            if not env._lane.running:
                env.reset()
        return taken

    return run


def _batches(envs, single_action_space=None):
    lanes = getattr(envs, "num_envs", None) or len(envs)
    space = single_action_space or envs.single_action_space
    space.seed(0)
    actions = [np.stack([space.sample() for _ in range(lanes)]) for _ in range(16)]
    envs.reset()

    def run():
        for step in range(STEPS // 16):
            envs.step(actions[step & 15])
        return STEPS // 16 * lanes

    return run


def _native_batches(task, lanes, threads):
    gym = Lanes(task, lanes, threads=threads)
    envs = gymnasium.make_vec(f"etude:{task}", num_envs=lanes)
    envs.action_space.seed(0)
    actions = [np.ascontiguousarray(envs.action_space.sample()) for _ in range(16)]

    def run():
        for step in range(STEPS // 16):
            gym.repeat(actions[step & 15], 1)
        return STEPS // 16 * lanes

    return run


def _envpool(lanes, threads):
    import envpool

    envs = envpool.make_gymnasium("BipedalWalker-v3", num_envs=lanes, num_threads=threads)
    return _batches(envs, envs.action_space)


def contenders(task):
    """What is measured: name, threads, and what makes a function that takes steps and returns their number."""
    yield f"{task}, Rust alone", 1, lambda: _native_single(task)
    yield f"{task}, gymnasium.make, unwrapped", 1, lambda: _single(gymnasium.make(f"etude:{task}").unwrapped)
    yield f"{task}, gymnasium.make", 1, lambda: _single(gymnasium.make(f"etude:{task}"))
    for lanes in (LANES, 256):
        for threads in (1, 2):
            make = lambda: _batches(gymnasium.make_vec(f"etude:{task}", num_envs=lanes, threads=threads))  # noqa: E731
            yield f"{task}, {lanes} lanes, Rust alone", threads, lambda: _native_batches(task, lanes, threads)
            yield f"{task}, {lanes} lanes", threads, make
    for threads in (1, 2):
        yield f"EnvPool BipedalWalker-v3, {LANES} lanes", threads, lambda: _envpool(LANES, threads)
    yield "Gymnasium BipedalWalker-v3", 1, lambda: _single(gymnasium.make("BipedalWalker-v3"))


def measure(task, rounds):
    """Steps per second of every contender that is installed, by its name and threads."""
    ready = []
    for name, threads, make in contenders(task):
        try:
            ready.append((name, threads, make()))
        except (ImportError, gymnasium.error.Error) as why:
            print(f"left out: {name}: {str(why).splitlines()[0]}")
    best = {}
    for _ in range(rounds):
        for name, threads, run in ready:
            clock = time.process_time if threads == 1 else time.perf_counter
            start = clock()
            taken = run()
            rate = taken / (clock() - start)
            best[name, threads] = max(best.get((name, threads), 0.0), rate)
    return best


def main():
    parser = argparse.ArgumentParser(prog="python -m etude.speed", description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="?", default="cycling/flat-v0")
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    best = measure(arguments.task, arguments.rounds)
    width = max(len(name) for name, _ in best)
    print(f"{'':{width}}  threads   steps/s  Python's share")
    rust = {}
    for (name, threads), rate in best.items():
        share = ""
        if name.endswith("Rust alone"):
            rust[name.removesuffix(", Rust alone"), threads] = rate
        else:
            alone = rust.get((name.replace(", gymnasium.make", "").replace(", unwrapped", ""), threads))
            share = f"{1 - rate / alone:8.1%}" if alone else ""
        print(f"{name:{width}}  {threads:7}  {rate:8.0f}  {share}")


if __name__ == "__main__":
    main()
