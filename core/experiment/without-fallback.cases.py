"""Reference of core/experiment/without-fallback.test.ts: python3 core/experiment/without-fallback.cases.py > core/experiment/without-fallback.cases.json

Made with gbstats 0.8.0, statsmodels 0.15.0, SciPy 1.17.1 and numpy 1.26.4 on CPython 3.11.7, from units of which some were answered
by the fallback: the lift of all, and of the others alone, each by SequentialTwoSidedTTest(relative) over the raw values.
"""
import json
import numpy as np
from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest
from gbstats.models.statistics import SampleMeanStatistic

rng = np.random.default_rng(20261130)


def arm(size, gain, share):
    fell_back = rng.random(size) < share
    # whom the fallback answers sees no gain, and spent more than others before
    return np.round(rng.gamma(2, 5, size) * np.where(fell_back, 1.4, gain), 2), fell_back


def stat(y): return SampleMeanStatistic(n=len(y), sum=float(y.sum()), sum_squares=float((y * y).sum()))


def lift(test):
    low, high = test.confidence_interval
    return {"estimate": float(test.point_estimate), "low": float(low), "high": float(high), "p": float(test.p_value)}


def compare(a, b):
    config = {"alpha": 0.05, "difference_type": "relative"}
    return {"control": float(a.mean()), "treatment": float(b.mean()),
            "SequentialTwoSidedTTest": lift(SequentialTwoSidedTTest(stat(a), stat(b), SequentialConfig(**config, sequential_tuning_parameter=3_000))),
            "TwoSidedTTest": lift(TwoSidedTTest(stat(a), stat(b), FrequentistConfig(**config)))}


(a, a_fell), (b, b_fell) = arm(900, 1.0, 0.02), arm(1_000, 1.1, 0.15)
units = lambda y, fell: [[float(v), bool(f)] for v, f in zip(y, fell)]
print(json.dumps({"control": units(a, a_fell), "treatment": units(b, b_fell), "plannedUnits": 3_000,
                  "all": compare(a, b), "without those who fell back": compare(a[~a_fell], b[~b_fell])}))
