"""Reference of core/experiment/compare.test.ts: python3 core/experiment/compare.cases.py > core/experiment/compare.cases.json

Made with gbstats 0.8.0, confseq 0.0.11, statsmodels 0.15.0, SciPy 1.17.1 and numpy 1.26.4 on CPython 3.11.7. Each case has the
sums of two arms, and what the call that its key names says of them. gbstats compares b (treatment) with a (control).
"""
import json
import numpy as np
from confseq import boundaries
from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest
from gbstats.models.statistics import (ProportionStatistic, QuantileStatistic, RatioStatistic, RegressionAdjustedStatistic,
                                       SampleMeanStatistic, compute_theta)
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

rng = np.random.default_rng(20261130)


def sums(y, x=None, c=None):
    out = {"n": len(y), "y": float(y.sum()), "yy": float((y * y).sum())}
    if x is not None: out |= {"x": float(x.sum()), "xx": float((x * x).sum()), "xy": float((x * y).sum())}
    if c is not None: out |= {"c": float(c.sum()), "cc": float((c * c).sum()), "cy": float((c * y).sum())}
    if x is not None and c is not None: out |= {"cx": float((c * x).sum())}
    return out


def mean_of(m): return SampleMeanStatistic(n=m["n"], sum=m["y"], sum_squares=m["yy"])
def share_of(m): return ProportionStatistic(n=m["n"], sum=m["y"])
def ratio_of(m):
    d = SampleMeanStatistic(n=m["n"], sum=m["x"], sum_squares=m["xx"])
    return RatioStatistic(n=m["n"], m_statistic=mean_of(m), d_statistic=d, m_d_sum_of_products=m["xy"])
def cuped_of(m, post):
    pre = SampleMeanStatistic(n=m["n"], sum=m["c"], sum_squares=m["cc"])
    return RegressionAdjustedStatistic(n=m["n"], post_statistic=post(m), pre_statistic=pre, post_pre_sum_of_products=m["cy"], theta=0)


def effect(test):
    low, high = test.confidence_interval
    return {"estimate": float(test.point_estimate), "low": float(low), "high": float(high), "p": float(test.p_value)}


def fixed(a, b, alpha, kind): return effect(TwoSidedTTest(a, b, FrequentistConfig(alpha=alpha, difference_type=kind)))
def sequential(a, b, alpha, kind, planned):
    config = SequentialConfig(alpha=alpha, difference_type=kind, sequential_tuning_parameter=planned)
    return effect(SequentialTwoSidedTTest(a, b, config))


def both(name, kind, a, b, stat_a, stat_b, alpha, planned, cuped=False):
    return {"name": name, "kind": kind, "cuped": cuped, "control": a, "treatment": b, "alpha": alpha, "planned": planned,
            "TwoSidedTTest(absolute)": fixed(stat_a, stat_b, alpha, "absolute"),
            "TwoSidedTTest(relative)": fixed(stat_a, stat_b, alpha, "relative"),
            "SequentialTwoSidedTTest(absolute)": sequential(stat_a, stat_b, alpha, "absolute", planned),
            "SequentialTwoSidedTTest(relative)": sequential(stat_a, stat_b, alpha, "relative", planned)}


cases = []
for size, alpha, planned in [(300, 0.05, 5_000), (4_000, 0.01, 8_000), (50_000, 0.1, 20_000)]:
    other = int(size * 1.3)
    a, b = sums(np.round(rng.lognormal(3, 1, size), 2)), sums(np.round(rng.lognormal(3.04, 1, other), 2))
    cases.append(both("spend", "mean", a, b, mean_of(a), mean_of(b), alpha, planned))
    a, b = sums((rng.random(size) < 0.2).astype(float)), sums((rng.random(other) < 0.22).astype(float))
    cases.append(both("bought", "proportion", a, b, share_of(a), share_of(b), alpha, planned))
    shown, shown_b = 1.0 + rng.poisson(9, size), 1.0 + rng.poisson(9, other)
    taste, taste_b = rng.beta(2, 20, size), rng.beta(2.1, 20, other)
    a, b = sums(1.0 * rng.binomial(shown.astype(int), taste), shown), sums(1.0 * rng.binomial(shown_b.astype(int), taste_b), shown_b)
    cases.append(both("clicks a showing", "ratio", a, b, ratio_of(a), ratio_of(b), alpha, planned))
    was, was_b = np.round(rng.gamma(2, 10, size), 2), np.round(rng.gamma(2, 10, other), 2)
    a = sums(np.round(was * 0.8 + rng.normal(5, 6, size), 2), c=was)
    b = sums(np.round(was_b * 0.8 + rng.normal(5.4, 6, other), 2), c=was_b)
    stat_a, stat_b = cuped_of(a, mean_of), cuped_of(b, mean_of)
    stat_a.theta = stat_b.theta = compute_theta(stat_a, stat_b)
    cases.append(both("spend less what was spent before", "mean", a, b, stat_a, stat_b, alpha, planned, True))
    quantile = lambda v: QuantileStatistic(n=len(v), n_star=len(v), nu=0.9, quantile_hat=float(np.quantile(v, 0.9)), quantile_lower=float(np.quantile(v, 0.9 - 1.959963984540054 * np.sqrt(0.09 / len(v)))), quantile_upper=float(np.quantile(v, 0.9 + 1.959963984540054 * np.sqrt(0.09 / len(v)))))
    va, vb = rng.lognormal(4, 0.6, size), rng.lognormal(4.02, 0.6, other)
    stat_a, stat_b = quantile(va), quantile(vb)
    order = lambda s: {"n": s.n, "value": s.quantile_hat, "lower": s.quantile_lower, "upper": s.quantile_upper}
    cases.append(both("90th percentile", "quantile", order(stat_a), order(stat_b), stat_a, stat_b, alpha, planned))

# CUPED of a ratio is not in this gbstats: the same with every unit, the ratio as its linear part and the joint slope over all.
def ratio_cuped(size):
    shown, liking = 1.0 + rng.poisson(9, size), rng.beta(2, 20, size)
    return 1.0 * rng.binomial(shown.astype(int), liking), shown, 1.0 * rng.binomial(30, liking)
(ya, xa, ca), (yb, xb, cb) = ratio_cuped(2_000), ratio_cuped(2_500)
y, x, c = map(np.concatenate, [(ya, yb), (xa, xb), (ca, cb)])
line = (y - y.sum() / x.sum() * x) / x.mean()
theta = np.cov(line, c)[0, 1] / np.var(c, ddof=1)
def adjusted(y, x, c_):
    r = y.sum() / x.sum()
    return r - theta * (c_.mean() - c.mean()), np.var((y - r * x) / x.mean() - theta * c_, ddof=1)  # of an arm: its own r, its own mean of x
ratio = {"control": sums(ya, xa, ca), "treatment": sums(yb, xb, cb), "values and variances": [*adjusted(ya, xa, ca), *adjusted(yb, xb, cb)]}

spent_a, spent_b = rng.gamma(1, 12, 250), rng.gamma(1, 14, 310)
welch = CompareMeans(DescrStatsW(spent_b), DescrStatsW(spent_a))
counts = [(40, 500, 61, 480), (0, 300, 4, 310), (9, 20, 15, 19)]
out = {
    "cases": cases,
    "CUPED of a ratio, from all units": ratio,
    "CompareMeans.tconfint_diff(usevar='unequal'), ttest_ind": {
        "control": sums(spent_a), "treatment": sums(spent_b),
        "is": [*map(float, welch.tconfint_diff(alpha=0.05, usevar="unequal")), float(welch.ttest_ind(usevar="unequal")[1])]},
    "confint_proportions_2indep(method='newcomb'), proportions_ztest": [
        [*c, *map(float, confint_proportions_2indep(c[2], c[3], c[0], c[1], method="newcomb", alpha=0.05)),
         float(proportions_ztest([c[2], c[0]], [c[3], c[1]])[1])] for c in counts],
    # bound on a sum of n numbers of variance 1, over its standard error √n
    "boundaries.normal_mixture_bound(n, alpha, v_opt, alpha, is_one_sided) / sqrt(n)": [
        [n, v_opt, alpha, sides, float(boundaries.normal_mixture_bound(n, alpha, v_opt, alpha, sides == 1) / np.sqrt(n))]
        for n in [50, 1_000, 30_000, 1_000_000] for v_opt in [500, 20_000] for alpha in [0.001, 0.05, 0.2] for sides in [1, 2]],
}
print(json.dumps(out, indent=1, default=float))
