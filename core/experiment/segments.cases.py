"""Reference of core/experiment/segments.test.ts: python3 core/experiment/segments.cases.py > core/experiment/segments.cases.json

Made with gbstats 0.8.0, statsmodels 0.15.0, SciPy 1.17.1 and numpy 1.26.4 on CPython 3.11.7: the lift in each country by
SequentialTwoSidedTTest(relative), its p-values by multipletests(fdr_bh) over all of them.
"""
import json
import numpy as np
from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import SampleMeanStatistic
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(7)
PLANNED, ALPHA = 2_000, 0.05


def sums(y): return {"n": len(y), "y": float(y.sum()), "yy": float((y * y).sum())}
def stat(m): return SampleMeanStatistic(n=m["n"], sum=m["y"], sum_squares=m["yy"])


rows = []
for country, size, gain in [("AT", 400, 1.0), ("CH", 300, 1.05), ("DE", 1_500, 1.12), ("FR", 700, 0.9)]:
    a, b = (sums(np.round(rng.gamma(2, 5, n) * g, 2)) for n, g in [(size, 1.0), (size + 50, gain)])
    test = SequentialTwoSidedTTest(stat(a), stat(b), SequentialConfig(alpha=ALPHA, difference_type="relative", sequential_tuning_parameter=PLANNED))
    low, high = test.confidence_interval
    rows.append({"segment": country, "control": a, "treatment": b,
                 "SequentialTwoSidedTTest": {"estimate": float(test.point_estimate), "low": float(low), "high": float(high), "p": float(test.p_value)}})
corrected = multipletests([row["SequentialTwoSidedTTest"]["p"] for row in rows], method="fdr_bh")[1]
print(json.dumps({"plannedUnits": PLANNED, "alpha": ALPHA, "rows": [row | {"multipletests(fdr_bh)": float(p)} for row, p in zip(rows, corrected)]}, indent=1))
