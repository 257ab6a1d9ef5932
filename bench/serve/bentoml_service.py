# A recommender as BentoML serves it: the ONNX file of HOLT_BENCH_MODEL, one thread a session as ours.
import os

import bentoml
import numpy
import onnxruntime


@bentoml.service(workers=int(os.environ["HOLT_BENCH_WORKERS"]))
class Recommender:
    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            os.environ["HOLT_BENCH_MODEL"], options, providers=["CPUExecutionProvider"]
        )

    @bentoml.api
    def recommend(self, history: list[str], k: int) -> dict:
        feed = {"history": numpy.array(history, dtype=object), "k": numpy.array([k], dtype=numpy.int64)}
        items, scores = self.session.run(["items", "scores"], feed)
        return {"items": items.tolist(), "scores": scores.tolist()}
