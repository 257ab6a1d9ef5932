"""The peer of als-vs-implicit.ts: trains `implicit` on the same people and answers the same questions.

stdin: {"train": [[item, ...] a person], "items": count, "settings": {...}, "seeds": [...], "k": k, "people": [person, ...]}
stdout: [{"seconds": training, "rankings": [[item, ...] for each of people]} a seed]
"""

import json
import sys
import time

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

job = json.load(sys.stdin)
rows = np.repeat(np.arange(len(job["train"])), [len(items) for items in job["train"]])
columns = np.concatenate([np.asarray(items, dtype=np.int64) for items in job["train"]])
shape = (len(job["train"]), job["items"])
matrix = csr_matrix((np.ones(len(columns), dtype=np.float32), (rows, columns)), shape=shape)
settings = job["settings"]
people = np.asarray(job["people"])

answers = []
for seed in job["seeds"]:
    model = AlternatingLeastSquares(
        factors=settings["factors"],
        regularization=settings["regularization"],
        # `implicit` takes the matrix's value times alpha as the whole confidence; ours is 1 + alpha.
        alpha=1 + settings["alpha"],
        iterations=settings["iterations"],
        random_state=seed,
        num_threads=1,
    )
    start = time.perf_counter()
    model.fit(matrix, show_progress=False)
    seconds = time.perf_counter() - start
    items, _ = model.recommend(people, matrix[people], N=job["k"], filter_already_liked_items=True)
    answers.append({"seconds": seconds, "rankings": items.tolist()})
json.dump(answers, sys.stdout)
