"""What the platform wraps an error in, and the innermost text, which people read. §18.2, §18.5.

The control plane wraps it in JSON (over several lines, nested, cut), the lifecycler in Rust's debug form, and the
platform's sentence "User process ... exited with status code N" in front of the tail of what the process wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ingest import Failure
from ingest_azureml.failure_texts import LAUNCHER_FAILURES

_JOB_FAILED = re.compile(r"Job failed, job RunId is \S+?\. Error: (?P<error>.*)", re.DOTALL)
_MARKED = re.compile(
    r"Failed to (?P<what>.+?) and mark job as failed\.\s*(?:Exception_type: (?P<type>[\w.]+), )?(?:[eE]rror: )?"
    r"(?P<error>.*?)(?:,\s*stack[_ ]trace:.*)?$",
    re.DOTALL,
)
_NOT_STARTED = re.compile(r"Failed to start the job because of error: (?:(?P<type>[\w.]+): )?(?P<error>[^\n]*)")
_QUOTED = re.compile(r'"(?P<key>Code|Message|ComponentName)"\s*:?\s*"(?P<value>(?:[^"\\]|\\.)*)', re.IGNORECASE)
_RUST_MESSAGE = re.compile(r'error_message: (?:Some\()?"(?P<text>(?:[^"\\]|\\.)*)')
_RUST_CODE = re.compile(r"exit_code: (?:Some\()?(?P<code>-?\d+)")
_LAST_STDERR = re.compile(r'last_stderr: Some\(\\?"(?P<text>(?:[^"\\]|\\.)*)')
_USER_PROCESS = re.compile(
    r"(?:Execution failed\. )?User process '[^'\n]*' exited with (?:status )?code (?P<code>-?\d+)\."
    r"(?: Please check log file '[^'\n]*' for error details\.)?\s*(?:Error:\s*(?P<rest>.*))?",
    re.DOTALL,
)
_EMPTY = re.compile(r"(?:AzureMLCompute job failed|Job failed|Execution failed|The run failed)\.?\s*")
_CODED = re.compile(r"[A-Z]\w+: \S")
_EXCEPTION = re.compile(
    r"(?P<type>(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt)): ?(?P<message>.*)", re.DOTALL
)
_CAUSED_BY = re.compile(r"was caused by (?P<type>[\w.]+)\.?(?P<rest>.*)", re.DOTALL)
_FILE_ERROR = re.compile(r"^(?P<file>\S[^\n]*):\n+See [^\n]* for traceback on error: (?P<error>[^\n]*)", re.MULTILINE)
_GATHERED = re.compile(r"Gathered execution result for rank \d+ .*?exit_code=(?P<code>-?\d+)")
_EXIT_LINE = re.compile(r"(?:Process Exiting with Code:|Command finished with return code) +(?P<code>-?\d+)")
_SIGNALS = {
    2: "interrupted (signal 2, SIGINT)",
    4: "illegal instruction (signal 4, SIGILL)",
    6: "aborted (signal 6, SIGABRT)",
    7: "bus error (signal 7, SIGBUS)",
    8: "arithmetic fault (signal 8, SIGFPE)",
    9: "killed (signal 9, SIGKILL)",
    11: "segmentation fault (signal 11, SIGSEGV)",
    15: "terminated (signal 15, SIGTERM)",
}
_EXIT_CODES = {126: "command cannot be executed", 127: "command not found"}
_GENERAL = ("UserError", "ServiceError", "SystemError")


def read_control(text: str) -> Failure | None:
    """What a record of the control plane says of a job that failed."""
    if found := _JOB_FAILED.match(text):
        return _of_json(found["error"].strip())
    if found := _MARKED.match(text):
        error = found["error"].strip().partition("\n")[0]
        return Failure(None, f"Failed to {found['what']}: {error}".rstrip(": "), None, None, found["type"])
    if found := _NOT_STARTED.match(text):
        error = ": ".join(part for part in (found["type"], found["error"].strip()) if part)
        return Failure(None, f"Failed to start the job: {error}", None, None, found["type"])
    return None


def read_runtime(text: str) -> Failure | None:
    """What a record of the common runtime says of a process that failed: `ExecutionFailure { ... error_message: "..." }`."""
    if found := _GATHERED.search(text):
        return _of_exit(found["code"])
    found = _RUST_MESSAGE.search(text)
    if not found or "ExecutionFailure" not in text:
        return None
    code = _RUST_CODE.search(text)
    return _readable(_unescaped(found["text"]), code["code"] if code else None)


def read_launcher(text: str) -> Failure | None:
    """What a text of MLflow's batch script or of the stream library says below its first line."""
    if found := _EXIT_LINE.match(text):
        return _of_exit(found["code"])
    if found := _FILE_ERROR.search(text):
        return Failure(None, f"{found['error'].strip()} ({found['file']})", None, text.rstrip())
    if "was caused by" in text and "Traceback (most" not in text and "Error Code: " not in text:
        cause = _cause(text)
        return Failure(cause.exception_type, cause.message, None, text.rstrip()) if cause else None
    return None


def _of_exit(code: str) -> Failure:
    """What an exit code says: of a signal as -9, as a shell gives it, 137."""
    number = int(code)
    signal = -number if number < 0 else number - 128
    words = _SIGNALS.get(signal) or _EXIT_CODES.get(number)
    return Failure(None, f"Exit code {code}: {words}" if words else f"Exit code {code}", None, None, code)


def _of_json(text: str) -> Failure | None:
    """The innermost error of the JSON; by its quoted texts where it is cut or broken."""
    if not text or text == "null":
        return None
    codes: list[str] = []
    messages: list[str] = []
    component = None
    try:
        whole = json.loads(text, strict=False)
    except ValueError:
        for found in _QUOTED.finditer(text):
            value = _unescaped(found["value"])
            if found["key"].lower() == "componentname":
                component = value
            else:
                (codes if found["key"].lower() == "code" else messages).append(value)
        if not codes and not messages:
            return None
    else:
        component = _component(whole)
        for code, message in _inner(whole):
            codes += [code] if code else []
            messages += [message] if message else []
    code = codes[-1] if codes else None
    failure = _readable(messages[-1] if messages else code or "", code)
    if (
        failure.exception_type is None
        and code
        and code not in (*_GENERAL, failure.message)
        and code not in failure.message
    ):
        failure = failure._replace(message=f"{code}: {failure.message}")
    return failure._replace(component=component)


def _component(whole: Any) -> str | None:
    name = (
        next((v for k, v in whole.items() if k.lower() == "componentname"), None) if isinstance(whole, dict) else None
    )
    return name if isinstance(name, str) else None


def _inner(node: Any) -> Iterator[tuple[str | None, str | None]]:
    """Code and message of each error from the outermost to the innermost; a message that is JSON is one more level."""
    while isinstance(node, dict):
        parts = {key.lower(): value for key, value in node.items()}
        if isinstance(inner := parts.get("error"), dict):
            node = inner
            continue
        code, message = parts.get("code"), parts.get("message")
        nested = None
        if isinstance(message, str) and message.lstrip().startswith("{"):
            try:
                nested = json.loads(message, strict=False)
            except ValueError:
                nested = None
        yield code if isinstance(code, str) else None, message if isinstance(message, str) and nested is None else None
        node = nested or parts.get("innererror")


def _readable(message: str, code: str | None) -> Failure:
    """The part of a message that tells the cause; the rest only says that something failed."""
    text = _EMPTY.sub("", message.strip(), count=1) if "\n" in message.strip() else message.strip()
    if found := _LAST_STDERR.search(text):
        text = _unescaped(found["text"])
    process = _USER_PROCESS.match(text)
    if process and (process["rest"] or "").strip():
        text = process["rest"].strip()
        code = code if code not in (None, *_GENERAL) else process["code"]
    if cause := _cause(text):
        return cause._replace(code=code)
    for form in LAUNCHER_FAILURES:
        if (failure := form.read(text)) is not None:
            return failure._replace(traceback=None, code=code or failure.code)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if '  File "' in text or "Traceback (most" in text:  # the tail of a traceback, which may start in its middle
        for line in reversed(lines):
            if found := _EXCEPTION.match(line):
                return Failure(found["type"], found["message"].strip(), None, None, code)
    first = next((line for line in lines if _CODED.match(line)), lines[0] if lines else message.strip())
    found = _EXCEPTION.match(first)
    return (
        Failure(found["type"], found["message"], None, None, code) if found else Failure(None, first, None, None, code)
    )


def _cause(text: str) -> Failure | None:
    """The last link of a chain of "X was caused by Y."."""
    *_, rest = text.rpartition("was caused by ")
    if rest is text or "was caused by " not in text:
        return None
    lines = [line.strip() for line in rest.split("\n") if line.strip() and not line.strip().startswith("|")]
    type_ = lines[0].split()[0].rstrip(".:,") if lines else ""
    detail = next(
        (line for line in lines[1:] if not line.startswith("session_id")), lines[0][len(type_) :].strip(" .:")
    )
    return Failure(type_ or None, detail.partition("| session_id")[0].strip(), None, None)


def _unescaped(text: str) -> str:
    r"""A text between quotes, of JSON or Rust, with `\n` and `\"` as what they mean."""
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return (
            text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"').replace("\\'", "'").replace("\\\\", "\\")
        )
