"""Measures and intervals against numbers worked out by hand or by SciPy's formulas."""

import doctest
import math

import pytest

import etude
from etude import stats


def test_the_examples_of_the_module_are_so():
    assert doctest.testmod(stats).failed == 0


def test_means_and_differences():
    # Symmetric values have no skewness to correct: t with 3 degrees of freedom, 3.182446.
    found = stats.mean([1.0, 2.0, 3.0, 4.0])
    half = 3.182446 * math.sqrt(5 / 3 / 4)
    assert (found.value, found.low, found.high) == pytest.approx((2.5, 2.5 - half, 2.5 + half), abs=1e-5)
    assert stats.interquartile_mean([0.0, 1.0, 2.0, 100.0]).value == 1.5
    alone = stats.mean([0.5])
    assert (alone.value, alone.low, alone.high, alone.p) == (0.5, None, None, None)
    same = stats.difference([1.0, 2.0, 3.0], [0.0, 1.5, 1.5])
    assert same.value == 1.0 and 0 < same.p < 1


def test_transfer():
    assert stats.transfer_ratio([0.6, 0.8], [0.4, 0.4]).value == pytest.approx(0.75)
    assert stats.forward_transfer([0.6, 0.8], [0.4, 0.6]).value == pytest.approx(0.4)
    assert stats.area([0, 100], [0.0, 1.0]) == pytest.approx(0.5)
    assert stats.steps_to_criterion([0, 1, 2], [0.9, 0.1, 0.9], 0.8) is None
    assert stats.probability_of_improvement([2, 3], [1, 1]).value == 1.0
    assert stats.holm([0.01, 0.04]) == pytest.approx([0.02, 0.04])


def test_what_makes_no_sense_is_refused():
    for wrong in (
        lambda: stats.mean([]),
        lambda: stats.mean([math.nan]),
        lambda: stats.difference([1.0], [1.0, 2.0]),
        lambda: stats.transfer_ratio([1.0, 1.0], [0.0, 0.0]),
        lambda: stats.area([0], []),
    ):
        with pytest.raises(etude.EtudeError, match="expected|not defined"):
            wrong()
