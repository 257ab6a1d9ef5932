"""Reference of core/experiment/novelty-of-arm.test.ts: python3 core/experiment/novelty-of-arm.cases.py > core/experiment/novelty-of-arm.cases.json

Made with gbstats 0.8.0, statsmodels 0.15.0, SciPy 1.17.1 and numpy 1.26.4 on CPython 3.11.7: what each unit did on each of seven days, the
lift of each day by TwoSidedTTest(relative) with its standard error, and the line through them by WLS(cov_type="fixed scale").
"""
import json
import numpy as np
import statsmodels.api as sm
from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
from gbstats.models.statistics import SampleMeanStatistic

rng = np.random.default_rng(5)
DAYS = np.arange(7)


def sums(y): return {"n": len(y), "y": float(y.sum()), "yy": float((y * y).sum())}
def stat(m): return SampleMeanStatistic(n=m["n"], sum=m["y"], sum_squares=m["yy"])


def arm(size, gain):
    liking = rng.gamma(3, 1, size)  # of a person, on all days
    return [sums(np.round(liking * rng.gamma(2, 1, size) * (1 + gain * 0.7 ** d), 2)) for d in DAYS]


control, treatment = arm(800, 0), arm(900, 0.4)
lifts = []
for a, b in zip(control, treatment):
    test = TwoSidedTTest(stat(a), stat(b), FrequentistConfig(difference_type="relative"))
    lifts.append([float(test.point_estimate), float(np.sqrt(test.variance))])
effects, errors = map(np.array, zip(*lifts))
fit = sm.WLS(effects, sm.add_constant(DAYS.astype(float)), weights=1 / errors**2).fit(cov_type="fixed scale")
print(json.dumps({"control": control, "treatment": treatment, "TwoSidedTTest: estimate, standard error": lifts,
                  "WLS: slope, low, high, p": [float(fit.params[1]), *map(float, fit.conf_int(0.05)[1]), float(fit.pvalues[1])]}, indent=1))
