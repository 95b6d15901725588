"""What the entry script does, how long it takes, and what it returns. §13."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import DRIVER, MLFLOW, PAGE, notebooks

_STDOUT = "Look for `Error processing input file` in `logs/user/stdout/`."

SCRIPT = (
    KnownProblem(
        id="init_timeout",
        pattern=r"init\(\) (?:function |method )?in the entry sc?ript had timeout|Stop for init\(\) unable to finish",
        cause="init() takes longer than the timeout of an attempt, often because a large model loads slowly.",
        fix="Raise the timeout of a mini-batch. The resource samples show what init() waits for.",
        reference=f"{DRIVER} §8",
    ),
    KnownProblem(
        id="progress_timeout",
        pattern=r"No progress update in \d+ seconds|run\(\) (?:function |method )?in the entry sc?ript had timeout for \d+"
        r" times|(?:unable to|did not) finish (?:with)?in [\d.]+ seconds",
        cause="A mini-batch takes longer than the timeout of an attempt (30 s for batch deployments, if not set).",
        fix="Raise `retry_settings.timeout`, or make mini-batches smaller.",
        reference=PAGE,
    ),
    KnownProblem(
        id="error_threshold",
        pattern=r"number of failed items is \d+, which exceeds|exceed(?:s|ed) (?:the )?error threshold",
        cause="More items failed than the job allows.",
        fix="Fix the items that fail, or raise the error threshold.",
        reference=f"{DRIVER} §5",
    ),
    KnownProblem(
        id="no_objects_to_concatenate",
        pattern=r"No objects to concatenate",
        cause="No file of a mini-batch could be read: all are damaged, or of a type that is not supported.",
        fix=_STDOUT,
        reference=PAGE,
        confidence="medium",
    ),
    KnownProblem(
        id="file_type_unsupported",
        pattern=r"File type '[^'\n]+' is not supported",
        cause="An MLflow model without a scoring script reads only a few types of files.",
        fix="Convert the input, or give the deployment a scoring script.",
        reference=MLFLOW,
    ),
    KnownProblem(
        id="no_succeeded_item",
        pattern=r"no succeeded mini.?batch item returned from run\(\)",
        cause="run() returned no valid result: wrong output, damaged input, or data that the model does not accept.",
        fix=f"{_STDOUT} run() must return a list or a DataFrame, with one element per item that succeeded.",
        reference=PAGE,
    ),
    KnownProblem(
        id="wrong_return_type",
        pattern=r"should return a list or a pandas DataFrame|is not a pandas DataFrame or a list",
        cause="run() returned something other than a list or a DataFrame, for example None.",
        fix="Return a list or a pandas DataFrame from run().",
        reference=f"{DRIVER} §8",
    ),
    KnownProblem(
        id="returned_more",
        pattern=r"run\(\) returned \d+ items, which is more than (?:the )?input count",
        cause="The result of run() has more elements than the mini-batch has items.",
        fix="Return one element per input item.",
        reference=f"{DRIVER} §7",
    ),
    KnownProblem(
        id="no_temp_file",
        pattern=r"No temp file found\b",
        cause="There was no output to append: run() returned no rows. In 2020 it was also a bug of the service, since fixed.",
        fix="Check that run() returns rows, then run the job again.",
        reference="https://github.com/Azure/azure-sdk-for-python/issues/16568",
        confidence="medium",
    ),
    KnownProblem(
        id="task_visible_noise",
        pattern=r"Failed to set task visible because of \(\d+, \d+\)",
        cause="The driver writes this after a mini-batch timed out; it is harmless by itself.",
        fix="Fix the timeout before it.",
        reference=notebooks(1429),
    ),
)
