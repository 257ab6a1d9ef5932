"""Reference of core/experiment/value-counts.test.ts: python3 core/experiment/value-counts.cases.py > core/experiment/value-counts.cases.json

Made with numpy 1.26.4 and SciPy 1.17.1 on CPython 3.11.7: numpy.quantile of the values themselves, and scipy.stats.mstats.mjci's
standard error (Maritz and Jarrett 1978), another way to it than by order statistics.
"""
import json
import numpy as np
from scipy.stats import mstats
rng = np.random.default_rng(7)
rows = []
for name, values in [("latency", rng.lognormal(4, 0.5, 2_000)), ("spend", np.where(rng.random(2_000) < 0.4, rng.gamma(1.2, 20, 2_000), 0))]:
    values = np.round(values, 2)
    for q in [0.5, 0.75, 0.9, 0.99]:
        rows.append({"name": name, "quantile": q, "numpy.quantile": float(np.quantile(values, q)),
                     "mstats.mjci": float(mstats.mjci(values, [q])[0])})
    rows[-1]["values"] = [float(v) for v in values]
print(json.dumps({"rows": [{k: v for k, v in r.items() if k != "values"} for r in rows],
                  "values": {r["name"]: r["values"] for r in rows if "values" in r}}))
