"""Exceptions of entry scripts, with the tracebacks that Python prints of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True)
class ScriptError:
    """An exception as a script raises it."""

    type: str
    message: str
    function: str = "run"
    file: str = "score.py"
    line: int = 40
    code: str = "result = model.predict(frame)"

    @property
    def last_line(self) -> str:
        """The line that ends the traceback."""
        return f"{self.type}: {self.message}" if self.message else self.type

    def traceback(self, folder: str, driver: str) -> str:
        """The whole traceback: a frame of the driver, one of the script's entry, one where it was raised."""
        entry = f'  File "{folder}/score.py", line {self.line - 7}, in {self.function}\n    return handle(mini_batch)\n'
        raised = f'  File "{folder}/{self.file}", line {self.line}, in handle\n    {self.code}\n'
        return (
            "Traceback (most recent call last):\n"
            f'  File "{driver}/entry_script.py", line 251, in {self.function}\n'
            f"    return self.{self.function}_method(mini_batch)\n"
            f"{entry}{raised}{self.last_line}"
        )


_BAD_INPUT = (
    ScriptError("ValueError", "could not convert string to float: 'n/a'", line=52, code="values = row.astype(float)"),
    ScriptError("PIL.UnidentifiedImageError", "cannot identify image file", line=31, code="image = Image.open(path)"),
    ScriptError(
        "UnicodeDecodeError", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte", line=28
    ),
    ScriptError("KeyError", "'customer_id'", line=61, code="ids = frame['customer_id']"),
    ScriptError(
        "pandas.errors.ParserError", "Error tokenizing data. C error: Expected 12 fields in line 7, saw 14", line=33
    ),
    ScriptError("json.decoder.JSONDecodeError", "Expecting value: line 1 column 1 (char 0)", line=45),
)
_SERVICE = (
    ScriptError(
        "requests.exceptions.ConnectionError",
        "('Connection aborted.', RemoteDisconnected('Remote end closed'))",
        line=71,
    ),
    ScriptError("urllib3.exceptions.ReadTimeoutError", "Read timed out. (read timeout=20)", line=88),
    ScriptError(
        "azure.core.exceptions.ServiceResponseError", "Connection broken: IncompleteRead(0 bytes read)", line=64
    ),
    ScriptError("pyodbc.OperationalError", "('08S01', 'TCP Provider: Error code 0x2746 (10054)')", line=93),
)
_NODE = (
    ScriptError("OSError", "[Errno 107] Transport endpoint is not connected: '/mnt/input'", line=38),
    ScriptError("OSError", "[Errno 5] Input/output error", line=36, code="data = stream.read()"),
    ScriptError("RuntimeError", "CUDA error: uncorrectable ECC error encountered", line=57),
    ScriptError("PermissionError", "[Errno 13] Permission denied: '/tmp/models/cache.lock'", line=22),
)
_INIT = (
    ScriptError("ModuleNotFoundError", "No module named 'lightgbm'", "init", line=9, code="import lightgbm"),
    ScriptError("FileNotFoundError", "[Errno 2] No such file or directory: 'models/churn.onnx'", "init", line=17),
    ScriptError("ImportError", "libGL.so.1: cannot open shared object file: No such file or directory", "init", line=6),
    ScriptError(
        "ValueError", "unsupported pickle protocol: 5", "init", "model_store.py", 21, "model = pickle.load(file)"
    ),
    ScriptError("AttributeError", "module 'numpy' has no attribute 'float'", "init", line=12),
)
_SCRIPT = (
    ScriptError("TypeError", "run() missing 1 required positional argument: 'context'", line=30),
    ScriptError("NameError", "name 'preprocess' is not defined", line=41, code="frame = preprocess(mini_batch)"),
    ScriptError("AttributeError", "'NoneType' object has no attribute 'predict'", line=44),
)


def _one(errors: tuple[ScriptError, ...], rng: Random) -> ScriptError:
    error = rng.choice(errors)
    return replace(error, line=error.line + rng.randrange(10, 40))


def bad_input(rng: Random) -> ScriptError:
    """What a script raises over a damaged input."""
    return _one(_BAD_INPUT, rng)


def busy_service(rng: Random) -> ScriptError:
    """What a script raises when something that it calls does not answer."""
    return _one(_SERVICE, rng)


def sick_node(rng: Random) -> ScriptError:
    """What a script raises where the machine is at fault."""
    return _one(_NODE, rng)


def failed_init(rng: Random) -> ScriptError:
    """What init() raises."""
    return _one(_INIT, rng)


def broken_script(rng: Random) -> ScriptError:
    """What a script raises that never worked."""
    return _one(_SCRIPT, rng)
