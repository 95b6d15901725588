"""What the environment lacks, and arguments that the script does not take. §13."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import PAGE, USERS, notebooks


def _no_module(name: str) -> str:
    """How Python tells that a module is missing, or one inside of it; quoted in one of three ways or not."""
    return rf"""No module named ['"`]?{name}(?:[.'"`\s]|$)"""


ENVIRONMENT = (
    KnownProblem(
        id="no_module_azureml",
        pattern=_no_module("azureml"),
        cause="The environment lacks the package azureml-core, which batch deployments need.",
        fix="Add `azureml-core` to the conda dependencies of the environment.",
        reference=PAGE,
    ),
    KnownProblem(
        id="no_module_pandas",
        pattern=_no_module("pandas"),
        cause="The environment lacks pandas, which the driver or the script imports.",
        fix="Add `pandas` to the environment.",
        reference="https://github.com/microsoft/solution-accelerator-many-models/issues/147",
    ),
    KnownProblem(
        id="no_module_pkg_resources",
        pattern=_no_module("pkg_resources"),
        cause="setuptools 82 and later no longer contain pkg_resources, which the driver or a package imports.",
        fix="Pin `setuptools<82` in the environment.",
        reference="https://github.com/MicrosoftLearning/mslearn-azure-ml/issues/160",
    ),
    KnownProblem(
        id="no_module_pip",
        pattern=_no_module("pip"),
        cause="The driver runs `python -m pip`, but the environment has no pip.",
        fix="Add `pip` to the conda dependencies of the environment.",
        reference=USERS,
    ),
    KnownProblem(
        id="no_module_score",
        pattern=_no_module("score"),
        cause="The entry script is not in the code that was uploaded, or has another name.",
        fix="Check `source_directory` and `entry_script`. The script must be in the code folder.",
        reference=notebooks(1753),
    ),
    KnownProblem(
        id="arg_missing",
        pattern=r"error: argument [^\n]*--[\w-]+: expected one argument|error: unrecognized arguments:",
        cause="The script's own argument parser rejects the arguments that the driver passes.",
        fix="Use `parse_known_args()` in the entry script.",
        reference=notebooks(814),
    ),
)
