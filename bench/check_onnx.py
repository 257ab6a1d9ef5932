"""The judge of onnx-checker.ts: ONNX's own checker, and its reference evaluator on the same histories.

stdin: {"files": [base64, ...], "histories": [[item, ...], ...], "k": k}
stdout: [[answered items of each history] a file]; a file that the checker refuses ends the script with its reason.
"""

import base64
import json
import sys

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

job = json.load(sys.stdin)
answers = []
for file in job["files"]:
    model = onnx.load_from_string(base64.b64decode(file))
    onnx.checker.check_model(model, full_check=True)
    evaluator = ReferenceEvaluator(model)
    answers.append([])
    for history in job["histories"]:
        inputs = {"history": np.array(history, dtype=object), "k": np.array([job["k"]], dtype=np.int64)}
        items, _ = evaluator.run(None, inputs)
        answers[-1].append([str(item) for item in items])
json.dump(answers, sys.stdout)
