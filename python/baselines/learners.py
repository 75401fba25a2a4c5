"""The rivals: which algorithm, with which settings, in how many lanes.

The settings are those that did best in ``tune.py`` on seeds 0 and 1; the rest is Stable-Baselines3's default. Everything is
computed on one thread of the processor, as the brain is.
"""

import dataclasses

import torch
from stable_baselines3 import PPO, SAC, TD3

torch.set_num_threads(1)

ALGORITHMS = {"PPO": PPO, "SAC": SAC, "TD3": TD3}


@dataclasses.dataclass(frozen=True)
class Rival:
    """An algorithm with its settings; ``lanes`` environments are stepped together."""

    algorithm: str
    lanes: int
    settings: dict

    def make(self, env, seed):
        """A naive learner for an environment."""
        return ALGORITHMS[self.algorithm]("MlpPolicy", env, seed=seed, device="cpu", **self.settings)

    def load(self, path):
        """A learner that was saved."""
        return ALGORITHMS[self.algorithm].load(path, device="cpu")


PPO_SETTINGS = {"n_steps": 128, "batch_size": 512, "learning_rate": 1e-3, "gamma": 0.99}
OFF_POLICY = {
    "gradient_steps": 2,
    "learning_starts": 1_000,
    "policy_kwargs": {"net_arch": [128, 128]},
}

RIVALS = {
    "PPO": Rival("PPO", 16, PPO_SETTINGS),
    "SAC": Rival("SAC", 4, OFF_POLICY),
    "TD3": Rival("TD3", 4, OFF_POLICY),
}
