"""The prompt: reads, answers, and goes on whatever happens, until the user leaves."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import closing

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from ingest.errors import IngestError, QueryError
from ingest.prompt.commands import Leave, may_follow, obey
from ingest.prompt.completion import SqlCompleter
from ingest.prompt.history import history_file
from ingest.prompt.interrupts import CtrlC
from ingest.prompt.messages import masked, say, tell
from ingest.prompt.session import Session
from ingest.prompt.terminal import BARE, reader


def run_prompt(session: Session, *, input: Input | None = None, output: Output | None = None) -> None:
    """Answers until Ctrl-D or `.quit`. Raises `StoreError` at once if the store cannot be opened."""
    session.open()
    with closing(session), CtrlC() as ctrl_c:
        _greet(session)
        completer = SqlCompleter(lambda: session.names, lambda command, typed: may_follow(session, command, typed))
        notes: list[str] = []  # told when the line is left, so as not to write into it
        read = reader(completer, history_file(), notes.append, input=input, output=output)
        while (text := _typed(read, ctrl_c)) is not None:
            while notes:
                say(notes.pop())
            if news := session.news():
                say(news)
            if not _answer(session, text, ctrl_c):
                break


def _greet(session: Session) -> None:
    jobs = session.store.rows("SELECT count(*) AS jobs FROM jobs")[0]["jobs"]
    say(f"{session.store.layout}: {jobs:,} {'job' if jobs == 1 else 'jobs'}, read-only")
    say("SQL ends with ;   Tab completes   .help   .views   Ctrl-D leaves")


def _typed(read: Callable[[], str], ctrl_c: CtrlC) -> str | None:
    """What was typed; nothing for Ctrl-C, None for Ctrl-D."""
    try:
        with ctrl_c.wanted():
            text = read().strip()
    except KeyboardInterrupt:
        return ""
    except EOFError:
        return None
    return BARE.get(text.lower(), text)


def _answer(session: Session, text: str, ctrl_c: CtrlC) -> bool:
    """Does what was typed; whether to go on. No error ends the prompt, only what means that nobody reads any more."""
    try:
        with ctrl_c.wanted():
            if text.startswith("."):
                obey(session, text)
            else:
                session.ask(text)
    except Leave:
        return False
    except KeyboardInterrupt:
        session.drop_result()
        say("interrupted")
    except QueryError as error:
        told = masked(error, session.redactor)
        tell(
            QueryError(
                told.wrong,
                told.remedy.replace("ingest views NAME", ".schema NAME").replace("ingest views", ".views .tables"),
            )
        )
    except IngestError as error:
        tell(error)
    except BrokenPipeError:
        raise
    except Exception:
        traceback.print_exc()
        say("This is a bug in ingest. Please report it with the lines above.")
    return True
