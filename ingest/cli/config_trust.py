"""`ingest config trust`: confirm once that a file of settings, or a plugin, is yours."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.cli.options import tell
from ingest.config.finding import FILE


@click.command(short_help="Confirm that a file of settings, or a plugin at a relative path, is yours.")
@click.argument("file", type=click.Path(dir_okay=False), default=FILE, metavar="[FILE]")
@click.option("--forget", is_flag=True, help="Forget the confirmation of this file.")
def trust(file: str, forget: bool) -> None:
    """Confirm that FILE is yours: ./ingest.toml, or a plugin that INGEST_PLUGINS names by a relative path.

    ingest.toml in the working directory is not used without this if another user owns it, if it is in or beside job
    data, or if it names a program (plugins, notify_command) or a path outside its folder. Read it first. The
    confirmation holds for this text in this place: after a change, confirm it again.
    """
    from ingest.config import trust as confirmed
    from ingest.config.opening import open_file

    path = Path(file)
    if forget:
        tell(f"{path.resolve()}: {'no longer trusted' if confirmed.distrust(path) else 'was not trusted'}")
        return
    opened = open_file(path)
    confirmed.trust(path, opened.content)
    tell(f"{path.resolve()}: trusted as it is now (SHA-256 {confirmed.digest(opened.content)[:12]}...)")
    tell("undo: ingest config trust --forget" + ("" if file == FILE else f" {file}"))
