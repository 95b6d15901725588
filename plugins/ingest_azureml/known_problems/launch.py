"""What keeps a command from starting: arguments, modules, libraries, programs, scripts that are not there. §18.5."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import DRIVER

_LAUNCHER = f"{DRIVER} §18.5"

LAUNCH = (
    KnownProblem(
        id="arguments_refused",
        pattern=r"error: (?:the following arguments are required|argument [^\n]*: |one of the arguments|ambiguous option)"
        r"|Error: (?:No such option|Missing (?:option|argument|parameter)\b|Invalid value|Got unexpected extra argument)",
        cause="The script's argument parser rejects the arguments of the command.",
        fix="Pass the arguments and values that the script expects in the job's command. If the batch driver adds some "
        "of its own, ignore unknown ones (`parse_known_args()`), or give the deployment a script with init() and run().",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="module_not_runnable",
        pattern=r"No module named \S+\.__main__|is a package and cannot be directly executed",
        cause="`python -m` names a package that has no `__main__.py`.",
        fix="Name a module in the command that can be run. Or add `__main__.py` to the package in the code folder.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="no_module",
        pattern=r"""No module named ['"`]?\w|Missing optional dependency|there is no package called"""
        r"|Can't locate \S+\.pm in @INC"
        r"|\brequires (?:the )?['`]?[\w-]+['`]? (?:package|library|to be installed)",
        cause="The environment lacks a package that the script imports, or the code folder lacks a module of the script.",
        fix="Add the package `{package}` to the environment. If `{module}` is a module of your own, add its file to the "
        "code folder of the job.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="missing_dependency",
        pattern=r"ImportError: [^\n]*"
        r"(?:Unable to find a usable engine|\b[Pp]lease (?:pip )?install\b|`?(?:pip|conda) install )",
        cause="A package needs another package, which the environment lacks.",
        fix="Add the package that the error names to the environment.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="cannot_import_name",
        pattern=r"cannot import name |AttributeError: module '[\w.]+' has no attribute",
        cause="The installed version of a package, or of the driver, does not have what is imported from it.",
        fix="Pin a version of the package that has it in the environment. If a file of the driver imports it, pin "
        "`azureml-core` and `azureml-defaults` to one release. Then submit the job again.",
        reference=_LAUNCHER,
        confidence="medium",
    ),
    KnownProblem(
        id="no_shared_library",
        pattern=r"\.so[\d.]*: cannot open shared object file|error while loading shared libraries",
        cause="The image lacks a system library that a package loads.",
        fix="Add the system library to the image (`apt-get install` in its Dockerfile). Or use a package that does not need "
        "it, such as opencv-python-headless.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="conda_activate",
        pattern=r"configured to use 'conda activate'|conda init <SHELL_NAME>",
        cause="The command activates a conda environment, but its shell is not set up for that.",
        fix="Do not activate an environment in the command. The job's environment is already active.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="wrong_architecture",
        pattern=r"exec format error",
        cause="The image was built for another processor architecture than that of the nodes.",
        fix="Build the image for linux/amd64 (`docker build --platform linux/amd64`).",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="not_executable",
        pattern=r"sh: [^\n]*: Permission denied|Exit code 126\b",
        cause="The command names a file that cannot be executed.",
        fix="Make the script executable (`chmod +x`). Or call it with its interpreter, such as `bash run.sh`.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="script_not_found",
        pattern=r"can't open file|cannot open file '[^'\n]*\.\w+'|Could not find or load main class|Unable to access jarfile"
        r"|Cannot find module '|Can't open perl script|sh: 0: (?:cannot|can't) open",
        cause="The command names a script that does not exist.",
        fix="Check the path of the script in the command. It must be in the code folder of the job.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="command_not_found",
        pattern=r"sh: (?:\w+ \d+: |\d+: )?[^:\n]+: (?:command not found|not found|[^\n]*nicht gefunden|commande introuvable"
        r"|orden no encontrada|comando non trovato)|\benv: \S+: No such file|Exit code 127\b",
        cause="The command names a program that the image does not have.",
        fix="Install the program in the environment or image, or correct the command.",
        reference=_LAUNCHER,
    ),
)
