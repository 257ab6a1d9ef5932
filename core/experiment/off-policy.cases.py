"""Reference of off-policy.test.ts: python3 core/experiment/off-policy.cases.py > core/experiment/off-policy.cases.json

Made with numpy 1.26.4 and statsmodels 0.15.0 on CPython 3.11.7. Persons with several actions each: the value is a ratio of persons'
sums, its error by WLS of 1 on y with cov_type="cluster", which is the delta method with (G / (G - 1)).
"""
import json
import numpy as np
import statsmodels.api as sm

rng = np.random.default_rng(45)
rows = []
for person in range(40):
    liking = rng.gamma(2, 1)
    for _ in range(rng.integers(1, 7)):
        logged, target = rng.uniform(0.05, 1), rng.integers(0, 2)
        other = rng.integers(0, 2)
        reward = float(np.round(rng.gamma(1, liking) * (rng.random() < 0.5), 3))
        rows.append([person, float(logged), int(target), int(other), reward, *map(float, rng.normal(1, 0.3, 3))])
person, logged, target, other, reward, guess, expected, expected_other = map(np.array, zip(*rows))


def ratio(y, x):
    """Σy / Σx: intercept of a regression of y / x weighted by x, clustered by person."""
    keep = x > 0
    # rows of weight 0 add nothing; each person counts all the same in G / (G - 1)
    fit = sm.WLS(y[keep] / x[keep], np.ones(keep.sum()), weights=x[keep]).fit()
    value = float(fit.params[0])
    g = len(set(person))
    meat = sum(float((y[person == p] - value * x[person == p]).sum()) ** 2 for p in set(person))
    error = np.sqrt(g / (g - 1) * meat) / x.sum()
    if keep.all():
        clustered = sm.WLS(y / x, np.ones(len(y)), weights=x).fit(
            cov_type="cluster", cov_kwds={"groups": person, "use_correction": False})
        assert abs(float(clustered.bse[0]) * np.sqrt(g / (g - 1)) - error) < 1e-12
    return [value, float(error)]


w, v, one = target / logged, other / logged, np.ones(len(rows))
dr, dr_other = expected + w * (reward - guess), expected_other + v * (reward - guess)
print(json.dumps({
    "person, logged, target, other, reward, guess, expected, expected of other": rows,
    "value, standard error": {"inversePropensity": ratio(w * reward, one), "selfNormalised": ratio(w * reward, w), "doublyRobust": ratio(dr, one)},
    "difference, standard error": ratio(dr - dr_other, one),
    "effective size": float(w.sum() ** 2 / (w**2).sum()), "overlap": float(w.mean()),
}))
