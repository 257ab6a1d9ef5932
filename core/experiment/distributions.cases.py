"""Reference of core/experiment/distributions.test.ts: python3 core/experiment/distributions.cases.py > core/experiment/distributions.cases.json

Made with SciPy 1.17.1 on CPython 3.11.7; each row is [arguments…, value of the call that its key names].
"""
import json
from scipy import stats, special
z = [-30, -8, -3.5, -1.96, -0.3, -1e-9, 0, 0.7, 1.5, 2.5, 5]
p = [1e-200, 1e-20, 1e-6, 0.0005, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999999]
degrees = [1, 2.5, 7, 30.3, 199, 5_000.5, 40_000, 3_000_000]
out = {
    "norm.cdf(z)": [[v, float(stats.norm.cdf(v))] for v in z],
    "norm.ppf(p)": [[v, float(stats.norm.ppf(v))] for v in p],
    "t.sf(t, df)": [[t, d, float(stats.t.sf(t, d))] for d in degrees for t in [-2.2, 0, 0.5, 1.96, 4, 9]],
    "t.ppf(p, df)": [[v, d, float(stats.t.ppf(v, d))] for d in degrees for v in [0.001, 0.025, 0.3, 0.9, 0.975, 0.9995]],
    "chi2.sf(x, df)": [[x, d, float(stats.chi2.sf(x, d))] for d in [1, 2, 3, 10] for x in [0, 0.01, 1, 3.84, 30, 200]],
    "gammaln(x)": [[x, float(special.gammaln(x))] for x in [1e-3, 0.5, 1, 2, 3.7, 14.9, 15, 100.25, 1e5, 1e9]],
}
print(json.dumps(out, indent=1))
