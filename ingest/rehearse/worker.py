"""One worker process of a rehearsal: loads a scoring script, calls `init()` once and `run()` for each mini-batch.

This file is run by the interpreter that the script needs, Python 3.8 or later, which need not have `ingest`: it imports the
standard library only.

It reads JSON objects from stdin, one a line: first its settings, then mini-batches. What happens goes as JSON lines to the file
descriptor that `argv[1]` names. stdout and stderr belong to the script. When stdin ends the process ends.
"""

import builtins
import ctypes
import importlib.util
import inspect
import io
import json
import logging
import os
import pickle
import re
import signal
import sys
import tempfile
import time
import traceback
import types

LOAD_FAILED, INIT_FAILED, STOPPED = 72, 72, 82
"""Exit codes of the platform's workers: `init()` failed, which a script that cannot be loaded counts as; told to stop."""
_GLOBALS_LOOKED_AT = 50
"""Mini-batches after each of which a process looks for globals that changed: one that changes does so early."""
_LONG_IMPORT_S = 1.0


def main():
    """Runs until stdin ends."""
    commands = os.fdopen(os.dup(0), "r", encoding="utf-8")
    results = os.fdopen(int(sys.argv[1]), "w", encoding="utf-8")
    os.set_inheritable(results.fileno(), False)  # a program that the script starts must not hold the pipe open
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    _die_with_parent(int(sys.argv[2]))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    _Worker(json.loads(commands.readline()), commands, results).work()


def _die_with_parent(parent):
    """Linux ends this process when the driver ends; elsewhere the end of stdin does, once `run()` has returned."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the kernel was asked
            os._exit(STOPPED)


class _Worker:
    def __init__(self, settings, commands, results):
        self.settings, self.commands, self.results = settings, commands, results
        self.writes = _Writes(settings["may_write"])
        self.module = None
        self.looked_at = 0
        self.pid = os.getpid()
        self.tables = _Tables()

    def tell(self, event, **facts):
        """Sends one event, and which files were written where they should not since the last one."""
        if os.getpid() != self.pid:  # the script forked, and its child came back: it is not the worker
            os._exit(0)
        facts["writes"] = self.writes.taken()
        self.results.write(json.dumps({"event": event, **facts}) + "\n")
        self.results.flush()

    def work(self):
        """Load, init, then a mini-batch at a time."""
        self._prepare()
        if not self._load():
            os._exit(LOAD_FAILED)
        if not self._call_init():
            os._exit(INIT_FAILED)
        with open(self.settings["rows_file"], "ab") as rows:
            for line in self.commands:
                self._run(json.loads(line), rows)
        if callable(shutdown := getattr(self.module, "shutdown", None)):
            shutdown()

    def _prepare(self):
        settings = self.settings
        if limit := settings["memory_limit"]:
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        sys.argv = [settings["script"], *settings["arguments"]]
        sys.path.insert(0, settings["code"])
        sys.path.insert(0, os.path.dirname(settings["script"]))
        logging.basicConfig(stream=sys.stdout, level=settings["logging_level"])
        _offer_entry_script(settings)
        sys.addaudithook(self.writes.look)

    def _load(self):
        started, script = time.perf_counter(), self.settings["script"]
        try:
            if self.settings["tables"]:
                self.tables.load_libraries()
                started = time.perf_counter()
            with _ImportTimes() as imports:
                self.module = _module_from(script)
        except BaseException as error:  # whatever the script raises: SystemExit too is its failure
            self.tell("load_failed", seconds=time.perf_counter() - started, error=_told(error, script))
            return False
        seconds = time.perf_counter() - started
        own = seconds - imports.seconds
        breaches = list(_signature_breaches(self.module))
        if own > _LONG_IMPORT_S:
            breaches.append(["import_work", f"the script's own statements took {own:.1f} s when it was imported"])
        self.tell("loaded", seconds=seconds, own_seconds=own, python=sys.version.split()[0], breaches=breaches)
        return True

    def _call_init(self):
        started, cpu = time.perf_counter(), time.process_time()
        try:
            self.module.init()
        except BaseException as error:
            self.tell("init_failed", seconds=time.perf_counter() - started, error=self._told(error, "init"))
            return False
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        self.tell("init_done", seconds=seconds, cpu=cpu, memory=_memory())
        return True

    def _run(self, task, rows):
        looks = self.looked_at < _GLOBALS_LOOKED_AT
        before = _globals_of(self.module) if looks else {}
        started, cpu = time.perf_counter(), time.process_time()
        facts = {"id": task["id"], "pick": task["pick"], "breaches": [], "run_s": 0.0}
        try:
            batch = self.tables.read(task["table"]) if task["table"] else list(task["paths"])
            began = time.perf_counter()
            try:
                result = self.module.run(batch)
            finally:
                facts["run_s"] = time.perf_counter() - began
            if breach := _type_breach(result):
                facts["breaches"].append(breach)
                raise TypeError(breach[1])
            text = _rows_of(result) if self.settings["append_row"] else ""
            facts["rows"] = self._keep(text.encode("utf-8", "backslashreplace"), rows)
            facts.update(_cost(started, cpu))
            facts["count"] = len(result)
            facts["breaches"] += _result_breaches(result, task["items"])
            names = _names_rows if task["table"] else _names_files
            facts["names_inputs"] = names(text or _rows_of(result), batch)
        except BaseException as error:  # whatever the script raises: SystemExit too is its failure
            self.tell(
                "run_failed", **{**_cost(started, cpu), **facts}, memory=_memory(), error=self._told(error, "run")
            )
            return
        if looks:
            self.looked_at += 1
            facts["globals"] = sorted(
                name for name, seen in _globals_of(self.module).items() if before.get(name) != seen
            )
        self.tell("run_done", **facts, memory=_memory())

    def _told(self, error, function):
        code = getattr(getattr(self.module, function), "__code__", None)
        return _told(error, self.settings["script"], function, code.co_firstlineno if code else 1)

    def _keep(self, data, rows):
        """Appends result rows to the file of this process; gives where, and how many bytes."""
        if os.getpid() != self.pid:
            os._exit(0)
        at = rows.tell()
        rows.write(data)
        rows.flush()
        return [at, len(data)]


def _cost(started, cpu):
    return {"elapsed": time.perf_counter() - started, "cpu": time.process_time() - cpu}


def _module_from(script):
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(script))[0], script)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    for name in ("init", "run"):
        if not callable(getattr(module, name, None)):
            raise AttributeError(f"the scoring script has no function {name}()")
    return module


def _signature_breaches(module):
    for name, given in (("init", 0), ("run", 1)):
        try:
            signature = inspect.signature(getattr(module, name))
        except (TypeError, ValueError):  # a builtin tells nothing
            continue
        try:
            signature.bind(*[None] * given)
        except TypeError:
            yield ["arity", f"{name}{signature} cannot be called with {given} argument{'' if given == 1 else 's'}"]


def _type_breach(result):
    """A list, a tuple, an array or a DataFrame is good."""
    if isinstance(result, (list, tuple)) or hasattr(result, "to_csv") or hasattr(result, "__array__"):
        if getattr(result, "shape", None) == ():
            return [
                "return_type",
                "run() returned an array without a dimension; a list, an array or a DataFrame is wanted",
            ]
        return None
    return ["return_type", f"run() returned {type(result).__name__}; a list, an array or a DataFrame is wanted"]


def _result_breaches(result, items):
    if len(result) != items:
        yield ["fewer_results" if len(result) < items else "more_results", f"{len(result)} results for {items} items"]
    try:
        pickle.dumps(result)
    except Exception as error:
        yield ["unpicklable", f"{type(error).__name__}: {error}"]
    if isinstance(result, (list, tuple)):
        widths = {len(row) for row in result if isinstance(row, (list, tuple, dict))}
        plain = any(not isinstance(row, (list, tuple, dict)) for row in result)
        if len(widths) > 1 or (widths and plain):
            yield ["ragged", "rows of one result have different numbers of values"]


def _rows_of(result):
    """The lines that append_row keeps: of a DataFrame its values, of anything else each element as text."""
    if hasattr(result, "to_csv"):
        return result.to_csv(sep=" ", header=False, index=False)
    return "".join(f"{row}\n" for row in result)


def _names_files(text, paths):
    """Whether the rows say to which inputs they belong: by the name of each file, or what of it stands before the dot."""
    names = [os.path.basename(path) for path in paths]
    return all(name in text or (len(stem := os.path.splitext(name)[0]) > 2 and stem in text) for name in names)


def _names_rows(text, frame):
    """Whether the rows say to which rows of the table they belong: all values of one column that has no value twice."""
    words = set(re.split(r"[\s,;|()\[\]{}'\"]+", text))
    for name in frame.columns:
        values = {str(value) for value in frame[name]}
        if len(values) == len(frame) and values <= words:
            return True
    return False


def _globals_of(module):
    """A value for each global that changes when it is replaced, and when a container grows or shrinks."""
    kept = (types.ModuleType, types.FunctionType, type)
    return {
        name: (id(value), len(value) if isinstance(value, (list, dict, set, bytearray)) else None)
        for name, value in list(vars(module).items())
        if not name.startswith("__") and not isinstance(value, kept)
    }


def _told(error, script, function="<module>", line=1):
    """Type, message and traceback of an error. Frames of this file are left out: they are no part of the script.

    If none is left, the error is placed at the beginning of the function that was called.
    """
    told = traceback.TracebackException.from_exception(error)
    last = "".join(told.format_exception_only()).splitlines()[-1].strip()
    _drop_own_frames(told, set())
    if not told.stack and not isinstance(error, SyntaxError):
        told.stack = traceback.StackSummary.from_list([(script, line, function, None)])
    text = "".join(told.format()).rstrip("\n")
    return {"type": type(error).__name__, "message": _text_of(error), "last": last, "traceback": text}


def _drop_own_frames(told, seen):
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    own = (__file__, "<frozen importlib")
    told.stack = traceback.StackSummary.from_list([one for one in told.stack if not one.filename.startswith(own)])
    _drop_own_frames(told.__cause__, seen)
    _drop_own_frames(told.__context__, seen)


def _text_of(error):
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__} without text>"


def _memory():
    """Resident bytes of this process; None where the system does not tell."""
    try:
        with io.open_code("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


class _ImportTimes:
    """How long the outermost imports take while a module is loaded."""

    def __init__(self):
        self.seconds, self._depth, self._import = 0.0, 0, builtins.__import__

    def __enter__(self):
        builtins.__import__ = self._timed
        return self

    def __exit__(self, *_):
        builtins.__import__ = self._import

    def _timed(self, *arguments, **options):
        started = time.perf_counter()
        self._depth += 1
        try:
            return self._import(*arguments, **options)
        finally:
            self._depth -= 1
            if not self._depth:
                self.seconds += time.perf_counter() - started


class _Writes:
    """Files that Python opened for writing outside the folders where that is meant; what libraries write in C is not seen."""

    def __init__(self, allowed):
        self.allowed = tuple(os.path.realpath(one) for one in [*allowed, tempfile.gettempdir(), "/dev", "/proc"])
        self.found, self._new = set(), []

    def look(self, event, arguments):
        """An audit hook."""
        if event != "open" or not isinstance(arguments[0], (str, bytes)):
            return
        mode, flags = arguments[1], arguments[2] or 0
        if not (set(mode or "") & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR)):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path in self.found or path.endswith(".pyc") or f"{os.sep}__pycache__{os.sep}" in path:
            return
        if not any(path == one or path.startswith(one + os.sep) for one in self.allowed):
            self.found.add(path)
            self._new.append(path)

    def taken(self):
        """What is new since the last call."""
        new, self._new = self._new, []
        return new


class _Tables:
    """Reads the part of a table that a mini-batch is, as a DataFrame, by the libraries of the script's environment."""

    def load_libraries(self):
        """Imports pandas before anything is timed."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError(f"mini-batches of tables need pandas in {sys.executable}: {error}") from None
        self.pandas = pandas

    def read(self, part):
        """The rows of a part; columns have the types that pandas gives them."""
        if part["kind"] == "parquet":
            from pyarrow import parquet

            with parquet.ParquetFile(part["path"]) as file:
                rows = file.read_row_groups(part["groups"]).slice(part["skip"], part["rows"])
            return rows.to_pandas()
        with open(part["path"], "rb") as file:
            head = file.read(part["head"])
            file.seek(part["at"])
            data = file.read(part["bytes"])
        encoding = part["encoding"]
        if part["kind"] == "json_lines":
            return self.pandas.read_json(io.BytesIO(data), lines=True, encoding=encoding)
        header = 0 if part["header"] else None
        return self.pandas.read_csv(io.BytesIO(head + data), sep=part["delimiter"], header=header, encoding=encoding)


def _offer_entry_script(settings):
    """`from azureml_user.parallel_run import EntryScript`, as scripts may write on the platform."""

    class EntryScript:
        """Logger and folders of the process."""

        output_dir, working_dir, log_dir = settings["output"], settings["code"], settings["entry_log_dir"]
        logger = logging.getLogger(f"EntryScript.{settings['name']}")

    handler = logging.FileHandler(settings["entry_log"], encoding="utf-8", delay=True)
    form = logging.Formatter("%(asctime)s|%(levelname)s|%(process)d|%(message)s")
    form.converter = time.gmtime
    handler.setFormatter(form)
    EntryScript.logger.addHandler(handler)
    EntryScript.logger.setLevel(settings["logging_level"])
    EntryScript.logger.propagate = False
    package, module = types.ModuleType("azureml_user"), types.ModuleType("azureml_user.parallel_run")
    package.parallel_run, module.EntryScript = module, EntryScript
    package.__path__ = []
    sys.modules.update({package.__name__: package, module.__name__: module})


if __name__ == "__main__":
    main()
