"""Writes a small MLflow model: `python mlflow_model.py FOLDER` a plane fitted by scikit-learn, with a signature."""

import sys

import mlflow.sklearn
import pandas
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression


def main() -> None:
    """Fits and saves it."""
    x = pandas.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})
    model = LinearRegression().fit(x, [1.0, 2.0, 5.0, 6.0])
    signature = infer_signature(x, model.predict(x))
    mlflow.sklearn.save_model(model, sys.argv[1], signature=signature, serialization_format="cloudpickle")


if __name__ == "__main__":
    main()
