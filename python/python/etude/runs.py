"""Run folders of ``etude train`` and ``etude transfer`` as data frames."""

import functools
import json
import pathlib

import pandas

from ._etude import EtudeError


def read_run(folder):
    """The run in a folder written by ``etude train`` or ``etude transfer``.

    Raises ``etude.EtudeError`` if there is no such run.
    """
    return Run(folder)


class Run:
    """Tables of a run; each is read when first accessed.

    ``evaluations``: one row per evaluation, learning disabled: subject, seed, steps, score, return, length, trial; in an
    experiment also group, block and task.

    ``episodes``: one row per episode of practice: subject, episode, steps, length, return, score, terminated, truncated, fault
    and the task's metrics; in an experiment also group and block, and a task metric
    of such a name is then called ``task_block``. Values that were not measured are NaN.

    ``blocks``: one row per subject and block (experiments only). ``summary``: the score table, or groups and measures.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        if not (self.folder / "run.yaml").is_file():
            found = "no run.yaml in it" if self.folder.is_dir() else "no such folder"
            raise EtudeError(f"{self.folder}: {found}; expected a folder of `etude train` or `etude transfer`")

    def __repr__(self):
        return f"etude.read_run({str(self.folder)!r})"

    @property
    def is_experiment(self):
        """Whether it is a run of ``etude transfer``."""
        return (self.folder / "blocks.csv").is_file()

    @functools.cached_property
    def evaluations(self):
        """One row per evaluation."""
        return self._table("evaluations.csv")

    @functools.cached_property
    def episodes(self):
        """One row per episode of practice."""
        if not self.is_experiment:
            return self._table("episodes.csv")
        parts = []
        for path in sorted((self.folder / "logs").glob("*.episodes.csv")):
            # subject-000.GROUP.BLOCK.episodes.csv
            _, group, block, _, _ = path.name.split(".")
            part = self._table(path.relative_to(self.folder))
            # A task's metric may be named like a column of the experiment.
            part = part.rename(columns={name: f"task_{name}" for name in ("group", "block")})
            part.insert(0, "group", group)
            part.insert(1, "block", block)
            parts.append(part)
        if not parts:
            raise EtudeError(f"{self.folder / 'logs'}: no episodes in it; expected files ending in .episodes.csv")
        return pandas.concat(parts, ignore_index=True)

    @functools.cached_property
    def blocks(self):
        """One row per subject and block (experiments only)."""
        return self._table("blocks.csv")

    @functools.cached_property
    def summary(self):
        """The score table of a training run, or the groups and measures of an experiment, as in the JSON file."""
        path = self._path("summary.json")
        try:
            return json.loads(path.read_text())
        except ValueError as why:
            raise EtudeError(f"{path}: {why}; expected JSON") from why

    def _path(self, name):
        path = self.folder / name
        if not path.is_file():
            there = ", ".join(sorted(entry.name for entry in self.folder.glob("*.*")))
            raise EtudeError(f"{path}: no such file; there are {there}")
        return path

    def _table(self, name):
        path = self._path(name)
        try:
            return pandas.read_csv(path)
        except ValueError as why:
            raise EtudeError(f"{path}: {why}; expected a table with a header row") from why
