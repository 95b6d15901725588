"""Telling somebody: a command of the user's that gets the summary on its stdin."""

from __future__ import annotations

import os
import shlex
import subprocess

from ingest.nightly.summary import StepFailure
from ingest.output.wording import shorten
from ingest.sources.signatures import without_signatures

_SHOWN = 200


def notify(command: str, summary: str, *, shell: bool, timeout_s: float) -> StepFailure | None:
    """Runs the command and waits for it; what went wrong, if anything did.

    Without `shell` it is split at blanks as a shell does, and nothing in it is expanded. The text of the summary comes
    from logs: it is only ever on stdin, never in an argument. What the command prints is not shown, but for the end of
    its stderr if it fails.
    """
    try:
        arguments = command if shell else shlex.split(command)
        done = subprocess.run(
            arguments,
            shell=shell,
            input=summary,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
            env=without_signatures(os.environ),
        )
    except subprocess.TimeoutExpired:
        return _trouble(f"did not end within {timeout_s:g} s")
    except (OSError, ValueError, IndexError) as error:
        return _trouble(f"cannot be run: {getattr(error, 'strerror', None) or error}")
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:]
        return _trouble(f"ended with {done.returncode}" + (f": {shorten(said[0], _SHOWN)}" if said else ""))
    return None


def _trouble(wrong: str) -> StepFailure:
    return StepFailure("notify", f"--notify-command {wrong}", "Try it by hand: it gets the summary on its stdin.")
