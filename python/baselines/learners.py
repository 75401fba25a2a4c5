"""The rivals: which algorithm, with which settings, in how many lanes.

PPO's settings are those that did best in part of the grid of ``tune.py`` on seeds 0 and 1, where the brain has one setting for
all tasks; SAC and TD3 were not tuned; all other settings are Stable-Baselines3's defaults. Everything runs on one processor thread,
as the brain does.
"""

import copy
import dataclasses

import torch
from stable_baselines3 import PPO, SAC, TD3

torch.set_num_threads(1)

ALGORITHMS = {"PPO": PPO, "SAC": SAC, "TD3": TD3}


@dataclasses.dataclass(frozen=True)
class Rival:
    """An algorithm with its settings, and those that differ in a family or a task; ``lanes`` environments are stepped together."""

    algorithm: str
    lanes: int
    settings: dict
    special: dict = dataclasses.field(default_factory=dict)

    def make(self, of, task, env, seed):
        """A naive learner for an environment of a task, in a table's row of that task or of an experiment."""
        family = self.special.get(task.split("/")[0], {})
        settings = {**self.settings, **family, **self.special.get(of, {})}
        # The libraries write into what they are given.
        settings = copy.deepcopy(settings)
        return ALGORITHMS[self.algorithm]("MlpPolicy", env, seed=seed, device="cpu", **settings)

    def load(self, path):
        """A saved learner."""
        return ALGORITHMS[self.algorithm].load(path, device="cpu")


PPO_SETTINGS = {"n_steps": 128, "batch_size": 512, "learning_rate": 1e-3, "gamma": 0.99}
OFF_POLICY = {
    "gradient_steps": 2,
    "learning_starts": 1_000,
    "policy_kwargs": {"net_arch": [128, 128]},
}

PPO_SPECIAL = {"fretting": {"gamma": 0.9}, "cycling": {"gamma": 0.97}, "cycling/flat-v0": {"gamma": 0.99}}
FRETTING = {"fretting": {"gamma": 0.9}}

RIVALS = {
    "PPO": Rival("PPO", 16, PPO_SETTINGS, PPO_SPECIAL),
    "SAC": Rival("SAC", 4, OFF_POLICY, FRETTING),
    "TD3": Rival("TD3", 4, OFF_POLICY, FRETTING),
}
