"""Secrets and texts that only look alike, as they occur in the logs of jobs: what is masked of them."""

from __future__ import annotations

import json

import pyarrow as pa

from ingest.output import redact_text
from ingest.output.redact import Redactor
from ingest.output.redact_arrow import redact_column
from tests.output.strangers import LOOKALIKES, SECRETS

_SEEN = 12
"""So many characters of a secret in a row are one too many."""
_PUBLIC = ("age", "Telegram")
"""Their beginning says whose they are and is no secret."""


def left(masked: str, parts: tuple[str, ...]) -> bool:
    """Whether something of a secret can be read."""
    return any(part[at : at + _SEEN] in masked for part in parts for at in range(max(1, len(part) - _SEEN + 1)))


def test_secrets() -> None:
    """One in a hundred may be legible: a name that says nothing, an arrow for a colon."""
    legible = [what for what, text, parts in SECRETS if what not in _PUBLIC and left(redact_text(text), parts)]
    assert len(SECRETS) >= 200
    assert len(legible) <= len(SECRETS) // 100, legible


def test_secrets_within_json() -> None:
    """A message that a program logged as a field of JSON."""
    legible = []
    for what, text, parts in SECRETS:
        escaped = tuple(json.dumps(part)[1:-1] for part in parts)
        if what not in _PUBLIC and left(redact_text(json.dumps({"message": text})), escaped):
            legible.append(what)
    assert len(legible) <= len(SECRETS) // 100, legible


def test_secrets_in_a_column() -> None:
    """The texts of a column are masked as each alone is: what is chosen for all of them at once leaves nothing out."""
    texts = [text for _, text, _ in SECRETS] + [text for _, text in LOOKALIKES]
    redactor = Redactor()
    together = redact_column(pa.array(texts), redactor).to_pylist()
    assert [text for text, masked in zip(texts, together, strict=True) if masked != redact_text(text)] == []


def test_lookalikes() -> None:
    """Nothing of them is masked."""
    assert len(LOOKALIKES) >= 100
    assert {what: redact_text(text) for what, text in LOOKALIKES if redact_text(text) != text} == {}


def test_masked_text_stays() -> None:
    """What was masked once is not masked further."""
    assert [what for what, text, _ in SECRETS if redact_text(once := redact_text(text)) != once] == []
