"""The rivals compared with the brain: ``python -m baselines.table --out runs/rivals``.

Each learner goes through each task or experiment as an ``etude.Study``, with the same seeds and the same evaluations as the
brain. Finished parts are skipped, so that a table that was stopped is resumed, and one that is complete is only printed.
"""

import argparse
import csv
import pathlib
import time

import etude
import numpy as np

from .learners import RIVALS

TASKS = {
    "cycling/flat-v0": 150_000,
    "cycling/rough-v0": 300_000,
    "fretting/guitar-routed-v0": 300_000,
    "reaching/curl-v0": 100_000,
}
CRITERION = 0.8
SEED = 1000
COLUMNS = ["learner", "of", "subject", "processor_s"]


def experiment(task, steps, folder):
    """The path of an experiment in which naive subjects learn a task."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{task.replace('/', '-')}-{steps}.yaml"
    path.write_text(
        f"experiment: {task.split('/')[1].removesuffix('-v0')}\nquestion: How soon is {task} learnt?\nagent: brain\n"
        f"evaluate_every: {max(1, steps // 30)}\nevaluation_episodes: 10\ncriterion: {CRITERION}\nreference: scratch\n"
        f"test: {{task: {task}, steps: {steps}}}\ngroups:\n  scratch: {{}}\n"
    )
    return path


def run(learner, of, path, out, subjects, seed):
    """Takes a learner through an experiment; ``costs.csv`` has the processor time of each subject."""
    folder = out / of.replace("/", "-") / learner
    folder.parent.mkdir(parents=True, exist_ok=True)
    costs = folder.parent / f"{learner}.costs.csv"
    if learner not in RIVALS:
        start, known = time.process_time(), (folder / "summary.json").exists()
        done = etude.transfer(path, folder, learner, subjects=subjects, seed=seed)
        if known:
            return done
        _add(costs, [learner, of, "all", time.process_time() - start])
        return done
    rival = RIVALS[learner]
    with etude.Study(path, folder, learner, subjects=subjects, seed=seed) as study:
        for leg in study.legs():
            start = time.process_time()
            model = leg.load(rival.load) or rival.make(of, leg.task, leg.env(rival.lanes), leg.seed)
            model.learn(leg.steps, callback=leg.callback())
            leg.save(model.save)
            _add(costs, [learner, of, leg.subject, time.process_time() - start])
        return study.conclude()


def _add(path, row):
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(COLUMNS)
        writer.writerow(row)


def line(learner, of, done, out):
    """One row of the table: how soon, how well, and at what cost."""
    scores = done.evaluations.sort_values("steps")
    reached, last, area = [], [], []
    for _, subject in scores.groupby("subject"):
        values, steps = subject.score.values, subject.steps.values
        twice = (values[:-1] >= CRITERION) & (values[1:] >= CRITERION)
        reached.append(steps[:-1][twice][0] if twice.any() else None)
        last.append(values[-3:].mean())
        area.append(values.mean())
    path = out / of.replace("/", "-") / f"{learner}.costs.csv"
    seconds = "?"
    if path.exists():
        with path.open() as file:
            seconds = f"{sum(float(row['processor_s']) for row in csv.DictReader(file)) / len(last):.0f}"
    soon = sorted(steps for steps in reached if steps is not None)
    told = f"{np.median(soon) / 1000:.0f} k" if soon else "-"
    cells = [of, learner, f"{len(soon)}/{len(last)}", told, f"{np.mean(last):.2f}", f"{np.mean(area):.2f}", seconds]
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(prog="python -m baselines.table", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/rivals"))
    parser.add_argument("--learners", nargs="+", default=["brain", "dopamine", *RIVALS])
    parser.add_argument("--tasks", nargs="*", default=list(TASKS))
    parser.add_argument("--experiments", nargs="*", default=[], help="experiments of transfer, reported in their folders")
    parser.add_argument("--subjects", type=int, default=5)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--steps", type=int, help="env steps of each task, instead of its own")
    given = parser.parse_args()
    rows = []
    for task in given.tasks:
        path = experiment(task, given.steps or TASKS.get(task, 150_000), given.out)
        for learner in given.learners:
            done = run(learner, task, path, given.out, given.subjects, given.seed)
            rows.append(line(learner, task, done, given.out))
            print(rows[-1], flush=True)
    for name in given.experiments:
        for learner in given.learners:
            done = run(learner, name, name, given.out, given.subjects, given.seed)
            print(f"{name}, {learner}: {done.folder / 'report.html'}", flush=True)
    if rows:
        print(f"\n{given.subjects} subjects each, seed {given.seed}; a mean score of {CRITERION} in two evaluations in a row")
        print("| task | learner | reached it | env steps (median) | last score | mean score | processor s |")
        print("|---|---|---|---|---|---|---|")
        print("\n".join(rows))


if __name__ == "__main__":
    main()
