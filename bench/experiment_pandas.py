"""The peer of experiment.ts: the same sums by pandas, from columns that are in memory already.

stdin: {"folder": of exposures.csv and outcomes.csv, "asOf": milliseconds since 1970}
stdout: {"seconds": without reading, "peakMb": of the process, "sums": {"<metric> <arm>": [units, sum, sum of squares]}}
"""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd

ARMS = {1: "a", 2: "b", 3: "c", 4: "control"}
DAY = 86_400_000_000

job = json.load(sys.stdin)
exposures = pd.read_csv(f"{job['folder']}/exposures.csv", dtype={"unit": np.int32, "arm": np.int8})
outcomes = pd.read_csv(f"{job['folder']}/outcomes.csv", dtype={"pays": np.int8})
as_of = job["asOf"] * 1000

start = time.perf_counter()
units = exposures.groupby("unit").agg(arm=("arm", "min"), first=("at", "min"))
units = units[units["first"] + 7 * DAY <= as_of]
shown = exposures[["id", "unit", "at"]].join(units["first"], on="unit", how="inner")
since = shown["at"] - shown["first"]
inside = since < 7 * DAY
units["lists"] = shown[inside].groupby("unit").size()
units["back"] = shown[inside & (since >= DAY)].groupby("unit").size()
came = outcomes.merge(shown[["id", "unit", "first"]], on="id")
came = came[(came["at"] >= came["first"]) & (came["at"] < came["first"] + 7 * DAY)]
units["clicks"] = came[came["pays"] == 0].groupby("unit").size()
paid = came[came["pays"] == 1].groupby("unit")
units["bought"] = paid.size()
units["spend"] = paid["amount"].sum()
units = units.fillna(0)
units["back"] = (units["back"] > 0).astype(float)
units["bought"] = (units["bought"] > 0).astype(float)
sums = {}
for arm, of in units.groupby("arm"):
    for metric, column in {
        "spend": "spend",
        "buying": "bought",
        "click_rate": "clicks",
        "back": "back",
        "high_spend": "spend",
    }.items():
        y = of[column].to_numpy()
        sums[f"{metric} {ARMS[arm]}"] = [len(y), float(y.sum()), float((y * y).sum())]
    # what the other sums are of a ratio, and the quantile
    (of["lists"] ** 2).sum(), (of["lists"] * of["clicks"]).sum(), of["spend"].quantile(0.9)
seconds = time.perf_counter() - start

json.dump(
    {
        "seconds": seconds,
        "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "sums": sums,
    },
    sys.stdout,
)
