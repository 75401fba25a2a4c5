"""The grid from which the rivals' settings were chosen: ``python -m baselines.tune PPO cycling/flat-v0 --out grid.csv``.

It uses two seeds, 0 and 1, which the tables do not use. Each row has the mean score over all evaluations and over the last three.
"""

import argparse
import csv
import itertools
import pathlib
import time

import etude
import numpy as np

from .learners import RIVALS, Rival
from .table import experiment

GRID = {
    "PPO": {"n_steps": [32, 128, 512], "learning_rate": [3e-4, 1e-3], "gamma": [0.9, 0.97, 0.99]},
    "SAC": {"learning_rate": [3e-4, 1e-3], "gamma": [0.97, 0.99]},
    "TD3": {"learning_rate": [3e-4, 1e-3], "gamma": [0.97, 0.99]},
}
SEEDS = 2


def main():
    parser = argparse.ArgumentParser(prog="python -m baselines.tune", description=__doc__.splitlines()[0])
    parser.add_argument("learner", choices=sorted(RIVALS))
    parser.add_argument("task", choices=etude.task_ids(), metavar="TASK")
    parser.add_argument("--steps", type=int, default=150_000)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    given = parser.parse_args()
    rival, grid = RIVALS[given.learner], GRID[given.learner]
    fresh = not given.out.exists()
    with given.out.open("a", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(["learner", "task", *grid, "seed", "mean", "last", "processor_s"])
        for values in itertools.product(*grid.values()):
            settings = {**rival.settings, **dict(zip(grid, values))}
            for seed in range(SEEDS):
                scores, seconds = _practised(Rival(rival.algorithm, rival.lanes, settings), given.task, given.steps, seed)
                row = [np.mean(scores), np.mean(scores[-3:]), seconds]
                writer.writerow([given.learner, given.task, *values, seed, *(f"{value:.3f}" for value in row)])
                file.flush()


def _practised(rival, task, steps, seed):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = experiment(task, steps, pathlib.Path(folder))
        with etude.Study(path, pathlib.Path(folder) / "out", rival.algorithm, subjects=1, seed=seed) as study:
            start = time.process_time()
            for leg in study.legs():
                model = rival.make("tuning", "", leg.env(rival.lanes), leg.seed)
                model.learn(leg.steps, callback=leg.callback())
                leg.save()
            scores = study.conclude().evaluations.score.values
            return scores, time.process_time() - start


if __name__ == "__main__":
    main()
