"""Many environments, stepped together natively."""

import os
from concurrent.futures import ThreadPoolExecutor

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode

from ._etude import Lanes
from .spaces import PICTURE, action_space, as_actions, lane_seed, metric_names, observation_space, picture_size


class VectorEnv(gymnasium.vector.VectorEnv):
    """A task in ``num_envs`` lanes, stepped by ``threads`` threads.

    Observations are float32 of shape (num_envs, fields), rewards float32 of shape (num_envs,), and ``info`` has an array of
    shape (num_envs,) for the score and each metric, with a mask under the same name with a leading underscore, as in
    Gymnasium's vector environments. Where the mask is False, the episode has no such metric and the value is NaN.

    ``autoreset_mode`` says what happens to a lane whose episode has ended: with ``NEXT_STEP`` (the default) the next call of
    step() starts its next episode, whatever the action, with a reward of 0; with ``SAME_STEP`` the same call does, with the
    last observation in ``info["final_obs"]`` and the last info in ``info["final_info"]``; with ``DISABLED`` the lane must
    be reset with ``reset(options={"reset_mask": …})`` before the next step.

    With ``render_mode="rgb_array"``, ``render()`` returns a tuple of pictures, one for each environment. A pickled or copied
    vector environment continues from where it was.

    ``send(actions)`` starts a step in the background and ``recv()`` waits for its result: while one half of the environments
    takes its step, the learner can work on the other half (two of these objects, in turn).

    ``save(i)`` keeps the whole state of environment i in memory, and ``recall(saved)`` lets all environments, or some, go on from
    it: for planning by trying out many actions at once.

    Environment i is seeded with ``seed + i``, and so behaves as ``etude.Env`` with that seed.
    """

    def __init__(
        self,
        task,
        num_envs=1,
        threads=1,
        autoreset_mode=AutoresetMode.NEXT_STEP,
        render_mode=None,
        max_episode_steps=None,
        width=PICTURE[0],
        height=PICTURE[1],
    ):
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode {render_mode!r}; expected None or 'rgb_array'")
        self._lanes = Lanes(str(task), num_envs, threads=threads)
        spec = self._lanes.spec
        if max_episode_steps not in (None, spec.step_limit):
            raise ValueError(f"max_episode_steps {max_episode_steps}; expected {spec.step_limit}, which the task sets itself")
        self._size = picture_size(width, height)
        self._arguments = (str(task), num_envs, threads, autoreset_mode, render_mode, max_episode_steps, *self._size)
        self.task = spec
        self.observation_fields = spec.observation_fields
        self.action_fields = spec.action_fields
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.single_observation_space = observation_space(spec)
        self.single_action_space = action_space(spec)
        self.observation_space = gymnasium.vector.utils.batch_space(self.single_observation_space, num_envs)
        self.action_space = gymnasium.vector.utils.batch_space(self.single_action_space, num_envs)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {
            "render_modes": ["rgb_array"],
            "render_fps": round(1 / spec.control_interval),
            "autoreset_mode": self.autoreset_mode,
        }
        self.info_names = metric_names(spec)
        self._generators = [None] * num_envs
        self._ended = np.zeros(num_envs, bool)
        self._begun = np.zeros(num_envs, bool)
        self._background = self._process = None
        self._sent = None

    def reset(self, *, seed=None, options=None):
        """Starts an episode in every lane, or in those of ``options["reset_mask"]``, bool of shape (num_envs,)."""
        self._refuse_sent("reset()")
        options = dict(options or {})
        mask = options.pop("reset_mask", None)
        if options:
            raise ValueError(f"reset option {sorted(options)[0]!r}; expected 'reset_mask'")
        mask = np.ones(self.num_envs, bool) if mask is None else np.asarray(mask, bool)
        if mask.shape != (self.num_envs,):
            raise ValueError(f"reset_mask of shape {mask.shape}; expected ({self.num_envs},)")
        if seed is None or np.isscalar(seed):
            seed = [None if seed is None else seed + index for index in range(self.num_envs)]
        seeds = list(seed)
        if len(seeds) != self.num_envs:
            raise ValueError(f"{len(seeds)} seeds; expected {self.num_envs}, one for each environment")
        for lane in np.flatnonzero(mask):
            self._begin(int(lane), seeds[lane])
        self._ended[mask] = False
        return self._shown(), self._infos(self._ended)

    def _shown(self):
        """The observations of all environments; of one that has ended and is not begun anew, its last."""
        observations = self._lanes.observations()
        if self._ended.any():
            observations[self._ended] = self._lanes.final_observations()[self._ended]
        return observations

    def _begin(self, lane, seed):
        if seed is not None or self._generators[lane] is None:
            self._generators[lane] = gymnasium.utils.seeding.np_random(seed)[0]
            self._lanes.begin(lane, lane_seed(self._generators[lane]), 0)
        elif self._ended[lane]:
            # The lane has begun it already.
            self._lanes.begin(lane, None, self._lanes.episode(lane))
        else:
            self._lanes.begin(lane, None, self._lanes.episode(lane) + 1)
        self._begun[lane] = True

    def step(self, actions):
        """Takes one env step in every lane; returns observations, rewards, terminated, truncated and infos."""
        self._refuse_sent("step()")
        return self._step(actions)

    def save(self, index):
        """The whole state of environment ``index``, in memory, for recall()."""
        self._refuse_sent("save()")
        if not self._begun[index]:
            raise gymnasium.error.ResetNeeded("save() before reset(): an episode must be started first")
        return self._lanes.remember(index, not self._ended[index])

    def recall(self, saved, indices=None):
        """Lets environments go on from a state that save() of one of them returned: all, or those of ``indices``.

        The same actions then lead to the same bits in each. Returns the observations of all environments.
        """
        self._refuse_sent("recall()")
        indices = range(self.num_envs) if indices is None else list(indices)
        if any(isinstance(index, (bool, np.bool_)) for index in indices):
            raise ValueError("indices that are True or False; expected the numbers of environments")
        for index in indices:
            self._ended[index] = not self._lanes.recall(index, saved)
            self._begun[index] = True
            if self._generators[index] is None:
                self._generators[index] = gymnasium.utils.seeding.np_random(None)[0]
        return self._shown()

    def send(self, actions):
        """Starts the step that step() would take, and returns at once; recv() returns what it brings."""
        self._refuse_sent("send()")
        if self._background is None or self._process != os.getpid():
            # A forked child does not have the thread of its parent.
            self._background, self._process = ThreadPoolExecutor(1, "etude"), os.getpid()
        # A copy, so that the caller may write the next actions into the same array.
        self._sent = self._background.submit(self._step, np.array(actions, np.float32))

    def recv(self):
        """Waits for the step that send() started; returns what step() returns."""
        if self._sent is None:
            raise gymnasium.error.NoAsyncCallError("recv() without send()", "send")
        sent, self._sent = self._sent, None
        if self._process != os.getpid():
            raise gymnasium.error.NoAsyncCallError("recv() of a step that the parent of this process has sent", "send")
        return sent.result()

    def _refuse_sent(self, call):
        if self._sent is not None:
            raise gymnasium.error.AlreadyPendingCallError(f"{call} while a step is under way: recv() comes first", "send")

    def close_extras(self, **kwargs):
        """Ends the thread of send(), once its step has ended."""
        if self._background is not None and self._process == os.getpid():
            self._background.shutdown()

    def _step(self, actions):
        if not self._begun.all():
            raise gymnasium.error.ResetNeeded("step() before reset(): an episode must be started in every environment first")
        resting = self._ended.copy()
        if self.autoreset_mode == AutoresetMode.DISABLED and resting.any():
            lane = int(np.flatnonzero(resting)[0])
            raise gymnasium.error.ResetNeeded(f"environment {lane} has ended: reset it with a reset_mask before the next step")
        actions = as_actions(actions, self.num_envs, len(self.action_fields))
        observations, rewards, terminated, truncated = self._lanes.step(actions, resting)
        ended = terminated | truncated
        if self.autoreset_mode == AutoresetMode.SAME_STEP:
            infos = self._infos(np.zeros(self.num_envs, bool))
            if ended.any():
                self._finals(infos, ended)
            return observations, rewards, terminated, truncated, infos
        if ended.any():
            observations[ended] = self._lanes.final_observations()[ended]
        self._ended = ended
        return observations, rewards, terminated, truncated, self._infos(ended)

    def _infos(self, ended):
        infos = {}
        for name, values, measured in zip(self.info_names, *self._lanes.told(ended)):
            infos[name], infos[f"_{name}"] = values, measured
        return infos

    def _finals(self, infos, ended):
        last = np.full(self.num_envs, None, object)
        finals = self._lanes.final_observations()
        for lane in np.flatnonzero(ended):
            last[lane] = finals[lane]
        final_info = {}
        for name, values, measured in zip(self.info_names, *self._lanes.told(ended)):
            final_info[name], final_info[f"_{name}"] = np.where(ended, values, np.nan), ended & measured
        infos.update(final_obs=last, _final_obs=ended.copy(), final_info=final_info, _final_info=ended.copy())

    def render(self):
        """The current picture of each environment, if ``render_mode`` is ``"rgb_array"``: uint8 of shape (height, width, 3)."""
        self._refuse_sent("render()")
        if self.render_mode == "rgb_array":
            return tuple(self._lanes.pictures(*self._size))
        return None

    def __reduce__(self):
        self._refuse_sent("pickling")
        lanes = [self._lanes.save(lane) for lane in range(self.num_envs)]
        return VectorEnv, self._arguments, (lanes, self._generators, self._ended, self._begun)

    def __setstate__(self, state):
        lanes, self._generators, self._ended, self._begun = state
        for lane, saved in enumerate(lanes):
            self._lanes.restore(lane, saved)
