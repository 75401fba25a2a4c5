"""The intervals and measures of etude's experiments, for any scores.

With few subjects and skewed scores, bootstrap intervals cover too little; these intervals were chosen by simulation, and
``docs/intervals.md`` reports their coverage. An ``Estimate`` has ``value``, ``low`` and ``high`` (95 %; None where there is no
interval, e.g. for a single subject) and ``p`` if a test goes with it.

>>> from etude import stats
>>> stats.mean([0.25, 0.5, 0.75]).value
0.5
>>> stats.steps_to_criterion([0, 100, 200, 300], [0.1, 0.9, 0.85, 0.9], 0.8)
100

All raise ``etude.EtudeError`` for numbers that are not finite, or that do not fit together.
"""

from . import _etude
from ._etude import Estimate

__all__ = [
    "Estimate",
    "area",
    "difference",
    "forward_transfer",
    "holm",
    "interquartile_mean",
    "mean",
    "probability_of_improvement",
    "steps_to_criterion",
    "transfer_ratio",
]


def mean(values):
    """The mean with its interval: t, corrected for skewness (Hall 1992)."""
    return _etude.stats_mean(list(values))


def interquartile_mean(values):
    """The mean of the middle half with its interval (jackknife, Tukey 1958; degrees of freedom after Tukey & McLaughlin 1963)."""
    return _etude.stats_interquartile_mean(list(values))


def difference(ours, theirs):
    """The mean difference of paired subjects, ours minus theirs, with its interval and the p-value of no difference."""
    return _etude.stats_difference(list(ours), list(theirs))


def transfer_ratio(areas, control):
    """(area − area of the control) / area of the control (Taylor & Stone 2009), of mean scores of paired subjects; the interval is
    Fieller's (1954)."""
    return _etude.stats_transfer_ratio(list(areas), list(control))


def forward_transfer(areas, control):
    """(area − area of the control) / (1 − area of the control), the share of what was left to gain (Wołczyk et al. 2021)."""
    return _etude.stats_forward_transfer(list(areas), list(control))


def probability_of_improvement(ours, theirs, paired=True):
    """The probability that one of ours does better than one of theirs, ties counting half, as in rliable (Agarwal et al.
    2021), with Wilson's interval. ``paired`` states that subjects with the same index have the same seed."""
    return _etude.stats_probability_of_improvement(list(ours), list(theirs), paired)


def area(steps, scores):
    """The mean score over a learning curve, by trapezoids over env steps."""
    return _etude.stats_area(list(steps), list(scores))


def steps_to_criterion(steps, scores, criterion):
    """Env steps of the first of two evaluations in a row at or above a criterion, None if there are none."""
    return _etude.stats_steps_to_criterion(list(steps), list(scores), criterion)


def holm(p):
    """p-values adjusted for multiple tests (Holm 1979)."""
    return _etude.stats_holm(list(p))
