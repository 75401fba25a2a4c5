"""Descriptions of tasks and experiments, and ``etude train``, ``etude transfer`` and ``etude merge`` from Python."""

from . import _etude
from .runs import read_run


def task(name):
    """Describes a task: summary, score, reward, start and end of an episode, fields, metrics, step limit, control interval."""
    return _etude.Lane(str(name)).spec


def experiment(name):
    """Describes an experiment, given its name or the path of a YAML file: question, agent, groups, test, evaluations."""
    return _etude.experiment(str(name))


def train(
    task,
    out,
    agent="brain",
    *,
    subjects=10,
    steps=150_000,
    seed=0,
    evaluate_every=10_000,
    evaluation_episodes=5,
    threads=1,
    record_steps=False,
):
    """Trains a cohort on a task, as ``etude train`` does, and returns the run.

    ``agent`` is a name, the path of a YAML file, or a Python class: see ``etude.transfer``. A run that was stopped is
    resumed; the folder is bit-identical to that of the command. ``record_steps`` writes every env step of practice to
    ``steps/``, one Parquet file per subject.

    Raises ``etude.EtudeError`` for invalid arguments or an unusable folder, and whatever the class raises.
    """
    plan = (subjects, steps, seed, evaluate_every, evaluation_episodes, threads, record_steps)
    _etude.train(str(task), str(out), _named(agent), *plan)
    return read_run(out)


def transfer(experiment, out, agent=None, *, subjects=None, seed=None, scale_steps=None, shard=None, threads=1):
    """Runs an experiment, as ``etude transfer`` does, and returns the run.

    ``agent`` is a name or the path of a YAML file, the experiment's own if it is None, or a Python class whose objects act and
    learn step by step::

        class Mine:
            def __init__(self, shape, seed): ...      # shape.observations: (name, typical size) each; shape.actions
            def act(self, observation, explore): ...  # an action for each field, from -1 to 1
            def learn(self, observation, action, reward, next_observation, terminated, truncated): ...
            def save(self): ...                       # bytes: all that later behaviour depends on
            def load(self, state): ...

    ``act`` with ``explore`` False must not change later behaviour; objects are copied with ``copy.deepcopy`` for this purpose.
    Learners that run the loop themselves use ``etude.Study``. ``shard`` runs a part, such as ``"3/16"``; ``etude.merge`` joins the
    parts.

    Raises ``etude.EtudeError`` for invalid arguments or an unusable folder, and whatever the class raises.
    """
    agent = None if agent is None else _named(agent)
    _etude.transfer(str(experiment), str(out), agent, subjects, seed, scale_steps, shard, threads)
    return read_run(out)


def merge(parts, out):
    """Joins the parts of an experiment that were run separately, as ``etude merge`` does, and returns the run."""
    _etude.merge([str(part) for part in parts], str(out))
    return read_run(out)


def _named(agent):
    return agent if isinstance(agent, type) else str(agent)
