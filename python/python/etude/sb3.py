"""Stable-Baselines3's kind of vector environment, stepped natively.

>>> from stable_baselines3 import PPO
>>> import etude.sb3
>>> model = PPO("MlpPolicy", etude.sb3.make_vec("cycling/flat-v0", 16))    # doctest: +SKIP

This module needs Stable-Baselines3; ``etude`` itself does not.
"""

import numpy as np
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env.base_vec_env import VecEnv

from .vector import VectorEnv


def make_vec(task, num_envs=1, **settings):
    """A ``VecEnv`` of a task, by its id or by the path of a YAML file; ``threads``, ``render_mode``, ``width`` and ``height`` are
    as in ``etude.VectorEnv``."""
    return EtudeVecEnv(VectorEnv(task, num_envs, autoreset_mode=AutoresetMode.SAME_STEP, **settings))


class EtudeVecEnv(VecEnv):
    """An ``etude.VectorEnv`` with the interface of Stable-Baselines3.

    The info of an environment whose episode has ended holds its ``score`` and metrics, ``terminal_observation``,
    ``TimeLimit.truncated``, and ``episode`` with its return ``r`` and length ``l``, as Monitor would write them; all other
    infos are empty.
    """

    def __init__(self, venv):
        if venv.autoreset_mode != AutoresetMode.SAME_STEP:
            raise ValueError(f"autoreset_mode {venv.autoreset_mode}; expected SAME_STEP")
        self.venv = venv
        self.render_mode = venv.render_mode
        super().__init__(venv.num_envs, venv.single_observation_space, venv.single_action_space)
        self._returns = np.zeros(self.num_envs)
        self._lengths = np.zeros(self.num_envs, int)
        self._actions = None

    def reset(self):
        seeds = self._seeds if any(seed is not None for seed in self._seeds) else None
        observations, _ = self.venv.reset(seed=seeds)
        self._reset_seeds()
        self._reset_options()
        self._returns[:] = 0
        self._lengths[:] = 0
        self.reset_infos = [{} for _ in range(self.num_envs)]
        return observations

    def step_async(self, actions):
        self._actions = actions

    def step_wait(self):
        observations, rewards, terminated, truncated, told = self.venv.step(self._actions)
        done = terminated | truncated
        self._returns += rewards
        self._lengths += 1
        infos = [{} for _ in range(self.num_envs)]
        for lane in np.flatnonzero(done):
            info = infos[lane]
            final = told["final_info"]
            for name in self.venv.info_names:
                info[name] = float(final[name][lane]) if final[f"_{name}"][lane] else None
            info["terminal_observation"] = told["final_obs"][lane]
            info["TimeLimit.truncated"] = bool(truncated[lane])
            info["episode"] = {"r": float(self._returns[lane]), "l": int(self._lengths[lane]), "t": 0.0}
        self._returns[done] = 0
        self._lengths[done] = 0
        return observations, rewards, done, infos

    def close(self):
        self.venv.close()

    def get_images(self):
        return list(self.venv.render() or ())

    def get_attr(self, attr_name, indices=None):
        return [getattr(self.venv, attr_name)] * len(self._get_indices(indices))

    def set_attr(self, attr_name, value, indices=None):
        raise AttributeError(f"{attr_name} cannot be set in single environments; they are stepped together")

    def env_method(self, method_name, *method_args, indices=None, **method_kwargs):
        raise AttributeError(f"single environments have no method {method_name}; they are stepped together")

    def env_is_wrapped(self, wrapper_class, indices=None):
        return [False] * len(self._get_indices(indices))


def evaluating(leg):
    """A callback that runs the evaluations of an ``etude.Study`` leg when they are due, and ends practice after its steps."""
    return _Evaluating(leg)


class _Evaluating(BaseCallback):
    def __init__(self, leg):
        super().__init__()
        self._leg = leg

    def _act(self, observations):
        return self.model.predict(observations, deterministic=True)[0]

    def _on_training_start(self):
        self._leg.evaluate_due(self._act, 0 if self._leg.learning else self._leg.due[-1])

    def _on_step(self):
        leg = self._leg
        last = leg.due[-1]
        leg.evaluate_due(self._act, min(self.num_timesteps, last - 1))
        return self.num_timesteps < last

    def _on_training_end(self):
        if self._leg.learning and self.num_timesteps >= self._leg.due[-1]:
            self._leg.evaluate_due(self._act, self._leg.due[-1])
