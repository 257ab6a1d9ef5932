# Saves the ONNX file of the first argument as an MLflow model in the folder of the second.
import sys

import mlflow.onnx
import onnx

options = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
mlflow.onnx.save_model(
    onnx.load(sys.argv[1]),
    sys.argv[2],
    onnx_execution_providers=["CPUExecutionProvider"],
    onnx_session_options=options,
)
