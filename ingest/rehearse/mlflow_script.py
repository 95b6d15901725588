"""The scoring script of an MLflow model that has none of its own, as a batch deployment makes one.

It is run by the model's interpreter. Each file is read by its suffix, with the types of the model's signature, and given to
`predict()` as a whole; the result is one row for each row of a file, with the file's name and the prediction. Source of what
is read and returned: "Use MLflow models in batch deployments" of the Azure ML documentation.
"""

import logging
import os

_IMAGES = (".png", ".jpg", ".jpeg", ".tiff", ".bmp", ".gif")
_log = logging.getLogger("azureml")
model = None


def init():
    """Loads the model that `AZUREML_MODEL_DIR` names, by its `pyfunc` flavor."""
    global model
    import mlflow.pyfunc

    model = mlflow.pyfunc.load_model(os.environ["AZUREML_MODEL_DIR"])


def run(mini_batch):
    """A row `[file, prediction]` for each prediction of each file. A file that cannot be read fails the mini-batch."""
    rows = []
    for path in mini_batch:
        try:
            rows += [[os.path.basename(path), one] for one in _values(model.predict(_read(path)))]
        except Exception as error:
            _log.error("Error processing input file: '%s'. Exception: %s", path, error)
            raise
    return rows


def _read(path):
    suffix = os.path.splitext(path)[1].lower()
    schema = model.metadata.get_input_schema()
    if suffix == ".csv":
        import pandas

        named = schema is not None and not schema.is_tensor_spec() and schema.has_input_names()
        types = dict(zip(schema.input_names(), schema.pandas_types())) if named else None  # noqa: B905, Python 3.9
        return pandas.read_csv(path, dtype=types)
    if suffix in _IMAGES:
        import numpy
        from PIL import Image

        image = numpy.asarray(Image.open(path))
        shape = schema.inputs[0].shape if schema is not None and schema.is_tensor_spec() else (-1, *image.shape)
        return image.reshape(shape)
    raise ValueError(f"File type '{suffix.lstrip('.')}' is not supported.")


def _values(predictions):
    """One value for each row: a DataFrame's rows as lists, unless it has one column."""
    if hasattr(predictions, "to_numpy"):
        predictions = predictions.to_numpy()
    values = predictions.tolist() if hasattr(predictions, "tolist") else list(predictions)
    return [one[0] if isinstance(one, list) and len(one) == 1 else one for one in values]
