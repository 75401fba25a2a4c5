"""A gym for motor skills and their transfer: the tasks of etude as Gymnasium environments.

>>> import gymnasium
>>> env = gymnasium.make("etude:cycling/flat-v0")
>>> observation, info = env.reset(seed=0)
>>> observation.shape == env.observation_space.shape
True

Every task is registered under its id. ``etude.make`` also takes the path of your own task's YAML file.
"""

import gymnasium

from ._etude import (
    ActionError,
    EtudeError,
    Experiment,
    Field,
    Lane,
    Lanes,
    Spec,
    StateError,
    TaskError,
    __version__,
    experiment_names,
    task_ids,
)
from . import stats
from .commands import experiment, merge, task, train, transfer
from .env import Env
from .runs import Run, read_run
from .study import Leg, Study
from .vector import VectorEnv

__all__ = [
    "ActionError",
    "Env",
    "EtudeError",
    "Experiment",
    "Field",
    "Lane",
    "Lanes",
    "Leg",
    "Run",
    "Spec",
    "StateError",
    "Study",
    "TaskError",
    "VectorEnv",
    "__version__",
    "experiment",
    "experiment_names",
    "make",
    "make_vec",
    "merge",
    "read_run",
    "stats",
    "task",
    "task_ids",
    "train",
    "transfer",
]


def make(task, **settings):
    """An environment of a task, by its id or by the path of a YAML file; see ``etude.Env`` for the settings."""
    return Env(task, **settings)


def make_vec(task, num_envs=1, **settings):
    """A vector environment of a task, by its id or by the path of a YAML file; see ``etude.VectorEnv``."""
    return VectorEnv(task, num_envs, **settings)


def _register():
    for task in task_ids():
        if task not in gymnasium.registry:
            gymnasium.register(
                task,
                entry_point="etude.env:Env",
                vector_entry_point="etude.vector:VectorEnv",
                max_episode_steps=Lane(task).spec.step_limit,
                kwargs={"task": task},
            )


_register()
