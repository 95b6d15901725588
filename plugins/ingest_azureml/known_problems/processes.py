"""Processes that end without a word of their own: memory, disk, GPU, crashes. §18.5."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import DRIVER, MLFLOW

_LAUNCHER = f"{DRIVER} §18.5"

PROCESSES = (
    KnownProblem(
        id="mlflow_schema",
        pattern=r"Incompatible input types for column|Model is missing inputs|Failed to enforce schema",
        cause="The input's columns or their types differ from the signature of the MLflow model.",
        fix="Give the columns of the input the types of the model's signature. Or log the model with another signature.",
        reference=MLFLOW,
    ),
    KnownProblem(
        id="mlflow_flavor",
        pattern=r'does not have the "?python_function"? flavor',
        cause="The MLflow model cannot be loaded as a Python function.",
        fix="Log the model with the python_function flavor, or provide a scoring script.",
        reference=MLFLOW,
    ),
    KnownProblem(
        id="java_heap",
        pattern=r"Java heap space|GC overhead limit exceeded",
        cause="The heap of the Java process is too small.",
        fix="Raise the Java heap (`-Xmx`), or use a VM size with more memory.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="gpu_out_of_memory",
        pattern=r"CUDA out of memory|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|HIP out of memory",
        cause="The memory of the GPU is full.",
        fix="Use smaller batches on the GPU, or fewer processes per GPU.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="gpu_not_supported",
        pattern=r"no kernel image is available for execution",
        cause="The library was not built for the GPU of the nodes.",
        fix="Install a build of the library for this GPU and its CUDA version.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="memory_error",
        pattern=r"MemoryError\b|Unable to allocate [\d.]+ [KMGT]iB|\bstd::bad_alloc\b|[Cc]annot allocate memory",
        cause="The node has too little memory for the data that the script holds at one time.",
        fix="Make mini-batches smaller, or run fewer processes per node. Or use a VM size with more memory.",
        reference=_LAUNCHER,
    ),
    KnownProblem(
        id="disk_full",
        pattern=r"No space left on device|\[Errno 28\]|not enough space on the disk|[Dd]isk quota exceeded",
        cause="The disk of the node is full.",
        fix="Use a VM size with a larger disk, or write less to the local disk. Results belong in the output folder.",
        reference=f"{DRIVER} §18.8",
    ),
    KnownProblem(
        id="process_killed",
        pattern=r"Exit code (?:137|-9)\b|\bKilled(?: |$|\n)|signal 9\b|\b(?:code|status|exitcode)[ :=(]+(?:137|-9)\b"
        r"|signal[ :=(]+SIGKILL|Out of memory: Kill|\boom-?kill|\bOOM-?Killed|oom-kill event",
        cause="The process was killed (SIGKILL), usually because the node ran out of memory.",
        fix="Make mini-batches smaller, or run fewer processes per node. Or use a VM size with more memory.",
        reference=_LAUNCHER,
        confidence="medium",
    ),
    KnownProblem(
        id="process_crashed",
        pattern=r"Segmentation fault|Exit code (?:139|-11)\b|signal 11\b|signal[ :=(]+SIGSEGV"
        r"|\b(?:code|status|exitcode)[ :=(]+(?:139|-11)\b",
        cause="Native code of a library crashed (SIGSEGV).",
        fix="Check the native library that ran last, and its version. `python -X faulthandler` shows the location.",
        reference=_LAUNCHER,
        confidence="medium",
    ),
)
