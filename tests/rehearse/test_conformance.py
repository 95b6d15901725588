"""The trees that rehearsals write, under the conformance kit: each file as a sample of the parser that claims it."""

from __future__ import annotations

import copy
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ingest.parsing.sample import Sample
from ingest.plugin.registry import load_registry
from ingest.testing import damage_checks, read
from ingest.testing.checks import CHECKS
from tests.rehearse.conftest import Drive

pytestmark = pytest.mark.slow

OF_DAMAGE = (damage_checks.cut_anywhere, damage_checks.bad_bytes, damage_checks.spliced)
_MOST = 1_500
"""Characters of a file: the kit reads it again for each of its lines."""

EVERYTHING = """
import logging, os, sys, time
from azureml_user.parallel_run import EntryScript


def init():
    EntryScript().logger.info("ready")
    logging.warning("a warning")
    print("printed\\n  and more")


def run(mini_batch):
    texts = [open(file).read() for file in mini_batch]
    if "hang" in texts:
        time.sleep(600)
    if "die" in texts:
        os.kill(os.getpid(), 9)
    if "bad" in texts:
        try:
            int("bad")
        except ValueError as error:
            raise RuntimeError("two lines,\\n\\"quoted\\"") from error
    print("error to stderr", file=sys.stderr)
    return [os.path.basename(file) for file in mini_batch]
"""


@pytest.mark.parametrize(
    ("special", "settings"),
    [
        ({3: "bad", 8: "hang", 13: "die"}, {"run_timeout_s": 1.0, "max_retries": 1, "nodes": 2}),
        ({}, {"append_row": False}),
    ],
    ids=["everything goes wrong", "all is well"],
)
def test_every_file_is_a_good_sample_of_its_parser(
    drive: Drive, special: dict[int, str], settings: dict[str, Any]
) -> None:
    """Claimed, read without a reject, and read alike in pieces, cut anywhere, with bad bytes, in a batch."""
    pytest.importorskip("psutil")
    driven = drive(EVERYTHING, special, **{"sample_interval_s": 0.3, **settings})
    registry = load_registry()
    root = driven.settings.output / "artifacts"
    samples: dict[str, list[Sample]] = defaultdict(list)
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root).as_posix()
        if not file.is_file() or not file.stat().st_size:
            continue
        claim = registry.claim(path)
        assert claim is not None, path
        if claim.parser is None:
            continue
        text = _head(file)
        (content,) = read(claim.parser, text, path=path)
        assert content.rejects == [], path
        assert content.records, path
        samples[claim.parser.name].append(Sample(path, text, content.records))
    assert len(samples) > 10
    for name, own in samples.items():
        parser = copy.copy(registry.parsers[name])
        object.__setattr__(parser, "samples", own[:1])
        for check in CHECKS:
            if name == "azureml.driver" and check in OF_DAMAGE:
                continue  # the launcher's `SystemExit: 42` is an error; cut after its first word it is a good end, and none
            assert list(check(parser)) == [], (name, check.__name__)


def _head(file: Path) -> str:
    """The first lines."""
    text = file.read_text(errors="replace")
    return text if len(text) <= _MOST else text[: text.rindex("\n", 0, _MOST) + 1]
