"""One environment."""

import math

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded

from ._etude import Lanes
from .spaces import action_space, lane_seed, metric_names, observation_space


class Env(gymnasium.Env):
    """A task as a Gymnasium environment.

    ``task`` is an id, such as ``cycling/flat-v0``, or the path of a YAML file.

    Observations are float32 of shape (fields,), in the units that ``observation_fields`` tells (name, unit, low, high,
    typical, role, meaning). Actions are float32 of shape (fields,) from -1 to 1; what is outside is clipped.

    ``info`` has the same keys at every step: ``score``, the task's success measure of the episode so far, from 0 to 1, and
    its metrics, None where the episode has none.

    ``reset(seed=…)`` makes what follows repeatable: the episodes 0, 1, 2 … of that seed, the next one at each ``reset()``.
    ``reset(options={"episode": n})`` starts episode n; in a task that is a schedule of trials it is trial n.

    Raises ``etude.TaskError`` if there is no such task, ``etude.ActionError`` for actions of the wrong shape or not finite,
    and ``gymnasium.error.ResetNeeded`` for a step before the first reset or after an episode's end.
    """

    metadata = {"render_modes": []}

    def __init__(self, task, render_mode=None):
        if render_mode is not None:
            raise ValueError(f"render_mode {render_mode!r}; expected None: etude does not draw for Python yet")
        self._lanes = Lanes(str(task))
        self._task = str(task)
        spec = self._lanes.spec
        self.task = spec
        self.observation_fields = spec.observation_fields
        self.action_fields = spec.action_fields
        self.observation_space = observation_space(spec)
        self.action_space = action_space(spec)
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "render_fps": round(1 / spec.control_interval)}
        self._names = metric_names(spec)
        self._running = False
        self._seeded = False

    def reset(self, *, seed=None, options=None):
        """Starts an episode; returns its first observation and its info."""
        super().reset(seed=seed)
        unknown = set(options or {}) - {"episode"}
        if unknown:
            raise ValueError(f"reset option {sorted(unknown)[0]!r}; expected 'episode'")
        fresh = seed is not None or not self._seeded
        episode = 0 if fresh else self._lanes.episode(0) + self._running
        episode = int((options or {}).get("episode", episode))
        if episode < 0:
            raise ValueError(f"episode {episode}; expected 0 or more")
        self._lanes.begin(0, lane_seed(self.np_random) if fresh else None, episode)
        self._seeded = self._running = True
        return self._lanes.observations()[0], self._info()

    def step(self, action):
        """Takes one env step; returns observation, reward, terminated, truncated and info."""
        if not self._running:
            raise ResetNeeded("step() before reset(): an episode has to be begun first")
        actions = np.ascontiguousarray(np.asarray(action, np.float32)[np.newaxis])
        observations, rewards, terminated, truncated = self._lanes.step(actions)
        terminated, truncated = bool(terminated[0]), bool(truncated[0])
        if terminated or truncated:
            # The lane has begun the next episode, which reset() hands out.
            self._running = False
            final, info = self._lanes.final_observations()[0], self._info(ended=True)
            return final, float(rewards[0]), terminated, truncated, info
        return observations[0], float(rewards[0]), False, False, self._info()

    def _info(self, ended=False):
        told = self._lanes.told(np.array([ended]))[0].tolist()
        return {name: None if math.isnan(value) else value for name, value in zip(self._names, told)}

    def __reduce__(self):
        # A copy starts anew: what cannot be carried over is the world.
        return Env, (self._task, self.render_mode)
