"""Failures that launcher, host tools, shells, interpreters and package managers report without a traceback. §18.5, §18.6.

All are matched at the start of a line, after its time and prefix: a word in the middle of a user's line is none.
"""

from __future__ import annotations

from ingest import FailureText

_NO_NOISE = (
    r"(?!.*(?:no version information available|Inappropriate ioctl for device|no job control in this shell"
    r"|cannot change locale))(?!\S*: warning: )(?!warning: )"
)
"""What shells and interpreters say in good jobs too."""

_SIGNAL = (
    r"(?:Killed|Segmentation fault|Aborted|Bus error|Illegal instruction|Floating point exception|Terminated"
    r"|Speicherzugriffsfehler|Getötet|Abgebrochen)"
)

SHELL = (
    FailureText(
        "shell_signal",
        rf"(?:\S+: )?(?:line|\w+) \d+: +\d+ (?P<message>{_SIGNAL}(?: \(core dumped\))?)(?: +\S.*)?$"
        rf"|(?:\S*/)?(?:(?:ba|da|z|k|c)?sh|\S+\.(?:ba)?sh): (?:\w+ \d+: )? *\d+ {_SIGNAL}.*$",
    ),
    FailureText(
        "shell",
        rf"(?:(?:\S*/)?(?:ba|da|z|k|c)?sh: (?:\w+ \d+: |\d+: )?|\S+\.(?:ba)?sh: (?:\w+ \d+: |\d+: )){_NO_NOISE}[^:\n]+: .+$",
    ),
    FailureText("signal", rf"{_SIGNAL}(?: \(core dumped\))?[ \t]*$"),
    FailureText("zsh_signal", r"(?:zsh: |\[\d+\] +\d+ )(?:killed|segmentation fault|abort|bus error)\b.*$"),
    FailureText(
        "core_tool",
        r"(?:cp|mv|ln|tar|cat|mkdir|chmod|unzip|gunzip|sed|source|cd): (?:cannot|can't|can not|failed|\S+: Cannot)\b.*$",
    ),
    FailureText(
        "wrapper",
        r"(?:\S*/)?(?:env|nohup|timeout|nice|xargs|sudo|stdbuf): .+: (?:No such file or directory|Permission denied"
        r"|command not found)$",
    ),
    FailureText("curl", r"curl: \(\d+\) .*$"),
)

INTERPRETER = (
    FailureText("python", rf"(?:\S*/)?python[\d.]*: {_NO_NOISE}(?!Python \d|\d|/\S*$).+$"),
    FailureText(
        "fatal_python", r"Fatal Python error: (?P<message>.*)(?:\n(?:[ \t]*$|Current thread.*|Thread .*|[ \t]+.*))*"
    ),
    FailureText(
        "perl", r"Can't (?:locate|open|load|find) .* at \S+ line \d+\.(?:\n(?:BEGIN failed|Compilation failed).*)?"
    ),
    FailureText("rscript", r"Fatal error: (?P<message>cannot open file .*)$"),
    FailureText("r", r"Error(?: in .*?)? ?:(?:.*\n){1,12}?Execution halted"),
    FailureText(
        "java",
        r'Exception in thread "[^"\n]*" (?P<type>[\w.$]+)(?:: (?P<message>.*))?'
        r"(?:\n(?:[ \t]+at |[ \t]*Caused by: |[ \t]+\.\.\. \d+ more).*)*",
    ),
    FailureText(
        "java_class", r"Error: (?:Could not find or load main class|Unable to access jarfile).*(?:\nCaused by: .*)?"
    ),
    FailureText("dotnet", r"Unhandled exception\.? (?P<type>[\w.]+): (?P<message>.*)(?:\n[ \t]+at .*)*"),
    FailureText("node", r"(?:node:internal/.*\n(?:.*\n){0,8}?)?(?P<message>\w*Error: Cannot find module .*)(?:\n.+)*"),
    FailureText("go", r"panic: (?P<message>.*)(?:\n\[signal .*)?(?:\n[ \t]*\ngoroutine .*(?:\n.+){0,60})?"),
    FailureText("julia", r"ERROR: LoadError: (?P<message>.*)$"),
    FailureText("loader", r"\S+: error while loading shared libraries: (?P<message>.*)$"),
    FailureText(
        "exec",
        r"(?:exec |exec: |standard_init_linux\.go:\d+: exec ).*(?:exec format error|no such file or directory).*$",
    ),
)

ARGUMENTS = (
    FailureText("argparse", r"usage: .*(?:\n(?![^ \t\n]+: error: )(?!\[).*){0,40}\n(?P<message>[^ \t\n]+: error: .+)$"),
    FailureText(
        "argparse_line",
        r"(?P<message>[^ \t\n]+: error: (?:the following arguments are required|unrecognized arguments|argument "
        r"|one of the arguments|expected |invalid |ambiguous option).*)$",
    ),
    FailureText(
        "click",
        r"Usage: .*(?:\n.*){0,6}?\n(?P<message>Error: (?:No such|Missing|Invalid|Got unexpected|Option|Unexpected).*)$",
    ),
)

_KERNEL = r"(?:[A-Z][a-z]{2} +\d+ [\d:]{8} \S+ )?(?:kernel: ?)?(?:\[[^\]\n]{1,40}\] ?)?"
"""What the kernel's log or a syslog puts before its lines."""

NATIVE = (
    FailureText(
        "cpp",
        r"terminate called after throwing an instance of '(?P<type>[^'\n]+)'(?:\n[ \t]*what\(\):[ \t]*(?P<message>.*))?"
        r"(?:\n(?:Aborted|Abgebrochen).*)?",
    ),
    FailureText(
        "heap", r"(?:double free or corruption|malloc\(\): |free\(\): |corrupted size vs|\*\*\* stack smashing).*$"
    ),
    FailureText("mpi_signal", r"mpirun noticed that process rank \d+ .* exited on signal \d+.*$"),
    FailureText("oom_killer", rf"{_KERNEL}(?:Memory cgroup )?[Oo]ut of memory: Kill(?:ed|ing)? process .*$"),
    FailureText("oom_event", rf"{_KERNEL}(?:oom-kill:|oom_reaper: |\S+ invoked oom-killer:).*$"),
    FailureText("oom_killed", r"(?:.{0,80}\W)?(?:OOM-?Killed\b|oom-kill event).*$"),
    FailureText("cuda", r"(?:\w+: )?(?:CUDA out of memory|CUDA error: |CUDA_ERROR_\w+|HIP out of memory).*$"),
    FailureText(
        "received_signal", r"(?:\[\S+\] )?(?:\*{3} Process received signal|Received signal \d+|Caught signal \d+)\b.*$"
    ),
)

_WHO = (
    r"(?:(?:The|A|An|[Uu]ser|[Cc]hild|[Mm]ain|[Ss]coring|[Ee]ntry) )*"
    r"(?:[Pp]rocess|[Ss]ubprocess|[Cc]ommand|[Ss]cript|[Pp]rogram|[Cc]ontainer|[Jj]ob|[Tt]ask|[Ww]orker)\b[^\n]{0,100}?"
)
_ENDED = r"\b(?:exited|ended|finished|terminated|died|failed|killed|crashed|returned|aborted|stopped)\b[^\n]{0,30}?"

ENDS = (
    FailureText(
        "exit_code",
        rf"(?!Command finished with return code|The process ){_WHO} {_ENDED}"
        r"\b(?:code|status|value|exitcode)[ :=(]+(?P<code>-?[1-9]\d{0,9})\b.*$",
    ),
    FailureText("exit_signal", rf"{_WHO} {_ENDED}\bsignal[ :=(]+(?P<code>\d+|SIG[A-Z]+)\b.*$"),
    FailureText("exit_word", r"(?:[Ee]xit|[Rr]eturn)[ _-]?(?:code|status)[ :=]+(?P<code>-?[1-9]\d{0,9})[ \t]*$"),
)
"""How wrappers report that a process ended badly."""

STREAMS = (
    FailureText(
        "rslex",
        r"(?:(?P<type>[\w.]*(?:Error|Exception)): *\n)?Error Code: (?P<code>ScriptExecution[.\w]*)"
        r"(?:\n(?![ \t]*$).*){0,80}?\nError Message: (?P<message>.*?)(?:\| *session_id=.*)?$",
    ),
    FailureText(
        "rslex_cut",
        r"(?:(?P<type>[\w.]*(?:Error|Exception)): *\n)?(?P<message>Error Code: (?P<code>ScriptExecution[.\w]*).*)"
        r"(?:\n(?:Validation |Native |[ \t]|=> ).*){0,80}",
    ),
    FailureText(
        "caused_by",
        r"(?:(?:Cannot|Can't|Failed to|Unable to) (?:mount|load|read|stream)\b.*\n[ \t]*)?"
        r"[\w.]*(?:Exception|Error) was caused by .*(?:\n(?:[ \t]+\S.*|[\w.]*(?:Exception|Error) was caused by .*))*",
    ),
)

CONDA = FailureText(
    "conda",
    r"(?P<type>\w*(?:PackageNotFound|PackagesNotFoundError|CondaHTTPError|CondaValueError|CondaError|CommandNotFoundError"
    r"|SpecNotFound|UnsatisfiableError|FileNotFound|LocationNotFound|InvalidSpec|InvalidMatchSpec|ChannelError"
    r"|InvalidChannel|UnavailableInvalidChannel|NoBaseEnvironmentError|CondaSSLError|CondaVerificationError"
    r"|ClobberError|NotWritableError)): *(?P<message>.*(?:\n[ \t]*\n)?(?:\n? *- .*)*)",
)

PIP = FailureText(
    "pip",
    r"(?P<message>ERROR: (?:Could not|No matching|Invalid requirement|Cannot install|Cannot uninstall|Failed building"
    r"|Failed to build|Command errored"
    r"|Double requirement|ResolutionImpossible|Package '|Can not|THESE PACKAGES|Exception:|Directory '"
    r"|Could not build).*)(?:\nERROR: .*)*",
)

LAUNCHER_FAILURES = (*SHELL, *INTERPRETER, *ARGUMENTS, *NATIVE, *ENDS, *STREAMS, CONDA, PIP)
"""What may end a command of the user."""

FAILURE_WORDS = (
    r"[Kk]illed|egmentation fault|[Aa]bort|Bus error|bus error|Illegal instruction|Floating point exception|Terminated"
    r"|No such file or directory$|Permission denied$|command not found$"
    r"|Speicherzugriffsfehler|Getötet|Abgebrochen|sh: |: (?:cannot|can't|can not|failed|Cannot)|^curl: |python[\d.]*: "
    r"|^Fatal |^Can't |^Error|^Exception in thread|^Unhandled exception|node:internal|Cannot find module|^panic: "
    r"|^ERROR: |loading shared libraries|^(?:exec|standard_init)|^[Uu]sage: |: error: |terminate called|double free"
    r"|malloc\(\)|free\(\)|corrupted size|stack smashing|signal|ut of memory|oom|OOM|CUDA|Error Code: "
    r"|^[\w.]*(?:Error|Exception): *$|was caused by|^(?:Failed to|Unable to|Cannot) |[Cc]onda|NotFound|Unsatisfiable"
    r"|^(?:Invalid|Channel|Unavailable|NoBase|Clobber|NotWritable|Spec)\w*: |(?:code|status|value)[ :=(]+-?[1-9]"
)
"""A pattern of RE2: the first line of each of these forms has one of these words. It leaves out the lines of large logs."""

_PREFIX = r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d: )?(?:#\d+ (?:\d+\.\d+ )?)?"
"""What a line of an image build begins with; the first line's was read as its head."""

IMAGE_BUILD_FAILURES = (
    FailureText(
        "conda_build",
        r"(?P<type>[A-Z]\w*(?:Error|Exception|NotFound|Impossible)): *"
        rf"(?P<message>.*(?:\n{_PREFIX}[ \t]*$)?(?:\n{_PREFIX} *- .*)*)",
        _PREFIX,
    ),
    FailureText("pip_build", r"ERROR: (?!failed to solve|process )(?!pip's dependency)(?P<message>.*)$"),
    FailureText("apt", r"E: (?P<message>.*)$"),
    FailureText("registry", r"(?P<message>(?:denied|unauthorized|toomanyrequests): .*)$"),
    FailureText("daemon", r"(?:Error response from daemon|error during connect): (?P<message>.*)$"),
    FailureText("solve", r"ERROR: (?P<message>(?:failed to solve|process ).*)$"),
    FailureText("shell_build", rf"(?:\S*/)?(?:ba|da)?sh: (?:\w+ \d+: |\d+: ){_NO_NOISE}[^:\n]+: .+$"),
    FailureText("step", r"(?P<message>(?:The command '.*' returned a non-zero code: \d+).*)$"),
    FailureText("build_end", r"(?P<message>Run ID: \S+ failed after .*)$"),
    FailureText("build_exit", r"(?P<message>Building docker image failed with exit code: (?P<code>\d+))"),
)
"""What ends the build of an image; those at the end only say that it failed."""

_TOOL = r"(?:\w+: ){0,3}"

HOST_FAILURES = (
    FailureText(
        "host_shell", rf"{_TOOL}(?P<message>(?:\S*/)?(?:ba|da)?sh: (?:\w+ \d+: |\d+: )?{_NO_NOISE}[^:\n]+: .+)$"
    ),
    FailureText("blobfuse", rf"{_TOOL}(?P<message>(?:Unable|Failed) to (?:start|mount|run|install) .*)$"),
    FailureText(
        "host_pull",
        rf"{_TOOL}(?P<message>(?:Failed to pull|Error response from daemon|.*\b(?:denied|unauthorized): ).*)$",
    ),
    FailureText(
        "host_exit",
        r"(?P<message>.*\b(?:exited with code|err exit status|failed with exit code) (?P<code>[1-9]\d*)\b.*)$",
    ),
    FailureText("host_task", r"(?P<message>.+ failed on \d+\.\d+\.\d+\.\d+\b.*)$"),
)
"""What the host tools report of preparing and releasing a node."""
