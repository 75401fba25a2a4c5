"""One environment."""

import gymnasium

from ._etude import Lane
from .spaces import PICTURE, action_space, as_actions, lane_seed, observation_space, picture_size


class Env(gymnasium.Env):
    """A task as a Gymnasium environment.

    ``task`` is an id, such as ``cycling/flat-v0``, or the path of a YAML file.

    Observations are float32 of shape (fields,), in the units given by ``observation_fields`` (name, unit, low, high,
    typical, role, meaning). Actions are float32 of shape (fields,) from -1 to 1; values outside are clipped.

    ``info`` has the same keys at every step: ``score``, the task's success measure of the episode so far, from 0 to 1, and
    its metrics; a metric that the episode does not have is None.

    ``reset(seed=…)`` makes what follows reproducible: each ``reset()`` starts the next of episodes 0, 1, 2 … of that seed.
    ``reset(options={"episode": n})`` starts episode n; in a task that is a schedule of trials it is trial n.

    With ``render_mode="rgb_array"``, ``render()`` returns the current picture as uint8 of shape (height, width, 3), drawn without
    a window.

    ``save()`` keeps the whole state in memory within 2 µs or so, and ``recall()`` goes back to it: for planning by trying out.
    ``snapshot()`` returns the state as bytes, and ``restore()`` goes back to it, bit-identically, here or in another environment
    of the task. A pickled or copied environment continues from where it was.

    Raises ``etude.TaskError`` if there is no such task, ``etude.ActionError`` for actions of the wrong shape or not finite,
    ``etude.StateError`` for a state that was not saved in this task, and ``gymnasium.error.ResetNeeded`` for a step before the
    first reset or after an episode's end.
    """

    metadata = {"render_modes": ["rgb_array"]}

    def __init__(self, task, render_mode=None, width=PICTURE[0], height=PICTURE[1]):
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode {render_mode!r}; expected None or 'rgb_array'")
        self._lane = Lane(str(task))
        self._task = str(task)
        spec = self._lane.spec
        self.task = spec
        self.observation_fields = spec.observation_fields
        self.action_fields = spec.action_fields
        self.observation_space = observation_space(spec)
        self.action_space = action_space(spec)
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "render_fps": round(1 / spec.control_interval)}
        self._size = picture_size(width, height)
        self._seeded = False

    def reset(self, *, seed=None, options=None):
        """Starts an episode; returns its first observation and its info."""
        super().reset(seed=seed)
        unknown = set(options or {}) - {"episode"}
        if unknown:
            raise ValueError(f"reset option {sorted(unknown)[0]!r}; expected 'episode'")
        fresh = seed is not None or not self._seeded
        episode = 0 if fresh else self._lane.episode + self._lane.running
        episode = int((options or {}).get("episode", episode))
        if not 0 <= episode < 2**63:
            raise ValueError(f"episode {episode}; expected 0 or more, below 2**63")
        self._seeded = True
        return self._lane.begin(episode, lane_seed(self.np_random) if fresh else None)

    def step(self, action):
        """Takes one env step; returns observation, reward, terminated, truncated and info."""
        return self._lane.step(action)

    def rollout(self, actions):
        """Takes actions of shape (steps, fields) one after another, natively, until the actions or the episode end.

        Returns the observations, of shape (taken, fields), the rewards, of shape (taken,), and whether the last step
        terminated or truncated the episode.
        """
        return self._lane.rollout(as_actions(actions, None, len(self.action_fields)))

    def render(self):
        """The current picture, if ``render_mode`` is ``"rgb_array"``; None otherwise."""
        if self.render_mode == "rgb_array":
            return self._lane.picture(*self._size)
        return None

    def save(self):
        """The whole state, in memory, for recall()."""
        if not self._seeded:
            raise gymnasium.error.ResetNeeded("save() before reset(): an episode must be started first")
        return self._lane.remember()

    def recall(self, saved):
        """Goes back to a state that save() of this environment returned, bit-identically, as often as needed.

        Returns the observation.
        """
        self._seeded = True
        return self._lane.recall(saved)

    def snapshot(self):
        """The state as bytes: the current episode, and the seed of later ones."""
        return self._lane.save()

    def restore(self, state):
        """Goes back to a state that ``snapshot()`` returned during an episode."""
        self._lane.restore(state, True)
        self._seeded = True

    def __reduce__(self):
        state = self._lane.save(), self._lane.running, self._seeded, self._np_random, self._np_random_seed
        return Env, (self._task, self.render_mode, *self._size), state

    def __setstate__(self, state):
        lane, running, self._seeded, self._np_random, self._np_random_seed = state
        self._lane.restore(lane, running)
