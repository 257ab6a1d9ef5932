"""Reference of the tests of sample-ratio, correction, power, crossing, novelty and off-policy in core/experiment/:
python3 core/experiment/inference.cases.py > core/experiment/inference.cases.json

Made with statsmodels 0.15.0, SciPy 1.17.1 and numpy 1.26.4 on CPython 3.11.7; each key is the call.
"""
import json
import numpy as np
import statsmodels.api as sm
from scipy.stats import binomtest, chisquare, dirichlet_multinomial, multinomial, multivariate_normal
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

rng = np.random.default_rng(31)
ratio = []
for counts, shares in [([5_100, 4_900], [0.5, 0.5]), ([500, 420], [0.5, 0.5]), ([9_000, 510, 490], [0.9, 0.05, 0.05]),
                       ([503_000, 497_000], [0.5, 0.5]), ([30, 10, 12, 8], [0.4, 0.2, 0.2, 0.2]), ([0, 0], [0.3, 0.7])]:
    n, p = sum(counts), np.array(shares)
    log = dirichlet_multinomial.logpmf(counts, 10_000 * p, n) - multinomial.logpmf(counts, n, p) if n else 0.0
    ratio.append([counts, shares, float(log), float(chisquare(counts, n * p).pvalue) if n else None])

lost = []
for counts, shares in [([0, 500], [0.5, 0.5]), ([500, 510], [0.5, 0.5]), ([40, 70, 30], [0.5, 0.25, 0.25])]:
    n, p = sum(counts), np.array(shares)
    lost.append([counts, shares, float(dirichlet_multinomial.logpmf(counts, 100 * p, n) - multinomial.logpmf(counts, n, p))])

families = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.9, 0.01, 0.01, 0.2, 0.049, 0.0001], [1, 1, 0]]
powers = []
for effect, sd, alpha, share in [(0.1, 1, 0.05, 0.5), (2, 30, 0.01, 0.2), (0.004, 0.3, 0.1, 0.35)]:
    half = NormalIndPower()
    n1 = float(half.solve_power(effect / sd, alpha=alpha / 2, power=0.8, ratio=(1 - share) / share, alternative="larger"))
    powers.append([effect, sd, alpha, share, n1 / share, float(half.power(effect / sd, 1_000 * share, alpha / 2, (1 - share) / share, "larger")),
                   float(half.solve_power(None, nobs1=1_000 * share, alpha=alpha / 2, power=0.9, ratio=(1 - share) / share, alternative="larger")) * sd])

# P(cross above first, of three looks), from the joint normal distribution of the three z-scores
crossing = []
for drift, bounds in [(0, [1.96, 1.96, 1.96]), (2.5, [3.4, 2.4, 2.0]), (4, [3, 3, 3])]:
    cov = np.array([[np.sqrt(min(i, j) / max(i, j)) for j in (1, 2, 3)] for i in (1, 2, 3)])
    mean = drift * np.sqrt(np.array([1, 2, 3]) / 3)
    box = lambda low, high: float(multivariate_normal.cdf(high, mean[:len(low)], cov[:len(low), :len(low)], lower_limit=low, abseps=1e-10, releps=1e-10, maxpts=10**7, rng=1))
    b, total = bounds, 0.0
    for k in range(3):
        total += box([-x for x in b[:k]] + [b[k]], b[:k] + [40])
    crossing.append([drift, bounds, total])

days = np.arange(8.0)
effects, errors = 0.3 - 0.03 * days + rng.normal(0, 0.05, 8), np.linspace(0.04, 0.08, 8)
fit = sm.WLS(effects, sm.add_constant(days), weights=1 / errors**2).fit(cov_type="fixed scale")
novelty = {"days": [{"day": float(d), "effect": float(e), "error": float(s)} for d, e, s in zip(days, effects, errors)],
           "slope, standard error, p": [float(fit.params[1]), float(fit.bse[1]), float(fit.pvalues[1])]}

n = 80
logged = rng.uniform(0.1, 0.9, n)
target = np.clip(rng.beta(2, 2, n), 0.02, 0.98)
reward = np.round(rng.gamma(1, 5, n) * (rng.random(n) < 0.4), 3)
guess, expected = rng.normal(2, 0.5, n), rng.normal(2.1, 0.5, n)
w = target / logged
terms = {"ips": w * reward, "dr": expected + w * (reward - guess)}
estimates = {k: [float(v.mean()), float(v.std(ddof=1) / np.sqrt(n))] for k, v in terms.items()}
snips = float((w * reward).sum() / w.sum())
estimates["snips"] = [snips, float(np.std(w * (reward - snips) / w.mean(), ddof=1) / np.sqrt(n))]
off = {"rows": [dict(zip(["logged", "target", "reward", "guess", "expected"], map(float, r))) for r in zip(logged, target, reward, guess, expected)],
       "value, standard error": estimates, "effective sample size": float(w.sum() ** 2 / (w**2).sum())}

print(json.dumps({
    "dirichlet_multinomial.logpmf - multinomial.logpmf, chisquare.pvalue": ratio,
    "of what arms lost: dirichlet_multinomial.logpmf(100 * shares) - multinomial.logpmf": lost,
    "multipletests(holm), multipletests(fdr_bh)": [[f, *(list(map(float, multipletests(f, method=m)[1])) for m in ("holm", "fdr_bh"))] for f in families],
    "NormalIndPower(alpha / 2, larger): units for 0.8, power of 1000, effect for 0.9 of 1000": powers,
    "multivariate_normal.cdf": crossing,
    "WLS(weights=1/error^2).fit(cov_type='fixed scale')": novelty,
    "numpy of the textbook's formulas": off,
    "binomtest(wins, n).pvalue": [[w_, n_, float(binomtest(w_, n_).pvalue)] for w_, n_ in [(60, 100), (5, 10), (9, 10), (520, 1000)]],
}, indent=None))
