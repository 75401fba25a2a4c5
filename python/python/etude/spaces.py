"""What the environments have in common: spaces, seeds, pictures, and what comes with an observation."""

import gymnasium
import numpy as np

from ._etude import ActionError

PICTURE = (640, 360)
"""Default width and height of a picture, in pixels."""

_SEEDS = 2**63


def observation_space(spec):
    """A box with the bounds of the observation's fields, float32 of shape (fields,)."""
    return _box(spec.observation_fields)


def action_space(spec):
    """A box from -1 to 1, float32 of shape (fields,)."""
    return _box(spec.action_fields)


def _box(fields):
    low = np.array([field.low for field in fields], np.float32)
    high = np.array([field.high for field in fields], np.float32)
    return gymnasium.spaces.Box(low, high, dtype=np.float32)


def metric_names(spec):
    """Names of the score and the metrics, as keys of ``info``."""
    return ["score", *spec.metrics]


def lane_seed(generator):
    """A seed for a lane, drawn from a NumPy generator."""
    return int(generator.integers(_SEEDS))


def picture_size(width, height):
    """Width and height of a picture in pixels."""
    for name, side in (("width", width), ("height", height)):
        if not 16 <= side <= 8192:
            raise ValueError(f"{name} {side}; expected 16 to 8192 pixels")
    return int(width), int(height)


def as_actions(actions, rows, fields):
    """Actions as the lanes take them, float32 of shape (rows, fields); any number of rows if ``rows`` is None."""
    try:
        actions = np.ascontiguousarray(actions, np.float32)
    except (TypeError, ValueError) as why:
        raise ActionError(f"actions that are not numbers ({why})") from why
    if actions.ndim != 2 or actions.shape[1] != fields or rows not in (None, actions.shape[0]):
        raise ActionError(f"actions of shape {actions.shape}; expected ({'steps' if rows is None else rows}, {fields})")
    return actions
