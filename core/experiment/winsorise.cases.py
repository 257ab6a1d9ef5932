"""Reference of core/experiment/winsorise.test.ts: python3 core/experiment/winsorise.cases.py > core/experiment/winsorise.cases.json

Made with numpy and SciPy as below. The cap is numpy.quantile(method="inverted_cdf") of the values above 0, brought up to the end of
its bucket (1.01 to a whole power); then numpy.minimum, mean and var(ddof=1) of each arm and scipy.stats.ttest_ind(equal_var=False).
scipy.stats.mstats.winsorize caps at the order statistic itself: its mean stands beside, at most 1 % of what was cut away from ours.
"""
import json, sys
import numpy as np, scipy
from scipy import stats
from scipy.stats import mstats
rng = np.random.default_rng(11)
def spend(n, scale): return np.round(np.where(rng.random(n) < 0.3, rng.lognormal(2, 1.2, n) * scale, 0), 2)
arms = {"control": spend(1500, 1), "treatment": spend(1400, 1.1)}
rows = []
for of in ["pooled", "control"]:
    for at in [0.9, 0.99]:
        base = np.concatenate(list(arms.values())) if of == "pooled" else arms["control"]
        q = np.quantile(base[base > 0], at, method="inverted_cdf")
        cap = 1.01 ** np.ceil(np.log(q) / np.log(1.01))
        a, b = [np.minimum(arms[x], cap) for x in ["control", "treatment"]]
        t = stats.ttest_ind(b, a, equal_var=False)
        ci = t.confidence_interval(0.95)
        rows.append({"of": of, "at": at, "cap": float(cap), "means": [float(a.mean()), float(b.mean())],
            "variances": [float(a.var(ddof=1)), float(b.var(ddof=1))], "p": float(t.pvalue), "low": float(ci.low), "high": float(ci.high),
            "numpy.minimum at the quantile itself": float(np.minimum(arms["control"], q).mean())})
only = np.sort(arms["control"][arms["control"] > 0])
print(json.dumps({"tools": f"numpy {np.__version__}, SciPy {scipy.__version__}, CPython {sys.version.split()[0]}", "rows": rows,
    "mstats.winsorize": {"values": [float(v) for v in only], "mean of 0.9": float(mstats.winsorize(only, limits=(0, 0.1)).mean())},
    "arms": {k: [float(v) for v in x] for k, x in arms.items()}}))
