"""What is in the file of a report, read as text: nothing that loads, runs or steers but what is named by its hash."""

from __future__ import annotations

import base64
import hashlib
import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.report.conftest import Hostile, Report

LOADING = ("src", "srcset", "action", "formaction", "data", "poster", "background", "ping")


class Page(HTMLParser):
    """The elements of a page with their attributes, and the texts of its scripts and style sheets."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remembers an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Remembers what stands in a script or style sheet."""
        if self.elements and self.elements[-1][0] in ("script", "style") and self.cdata_elem:
            self.raw.append((*self.elements[-1], data))

    @property
    def policy(self) -> dict[str, list[str]]:
        """The Content-Security-Policy."""
        [meta] = [a for tag, a in self.elements if a.get("http-equiv") == "Content-Security-Policy"]
        directives = [one.split() for one in (meta["content"] or "").split(";")]
        return {name: values for name, *values in directives}


@pytest.fixture(scope="module")
def hostile_text(hostile: Hostile, report: Report) -> str:
    """The report of the hostile job."""
    return report(hostile.store, hostile.job).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def overview_text(hostile: Hostile, report: Report) -> str:
    """The overview of the store with the hostile job."""
    return report(hostile.store).read_text(encoding="utf-8")


def test_policy_allows_nothing_but_the_page_itself(hostile_text: str) -> None:
    """Nothing by default, no eval, nothing inline; the hashes are those of the elements."""
    page = Page(hostile_text)
    policy = page.policy
    assert policy["default-src"] == ["'none'"]
    assert not [value for values in policy.values() for value in values if "unsafe" in value or "*" in value]
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for tag, attributes, text in page.raw:
        if attributes.get("type") != "application/json":
            hashes[tag].append(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'")
    assert sorted(policy["script-src"]) == sorted(hashes["script"])
    assert policy["style-src"] == hashes["style"]
    assert len(hashes["script"]) == 2


@pytest.mark.parametrize("kind", ["hostile_text", "overview_text"])
def test_log_texts_stay_text(kind: str, request: pytest.FixtureRequest) -> None:
    """No element, attribute or script comes from a log line or a name; templates in them are not filled in."""
    text: str = request.getfixturevalue(kind)
    page = Page(text)
    assert not [tag for tag, _ in page.elements if tag in ("img", "iframe", "object", "embed", "link", "base", "form")]
    names = {name for _, attributes in page.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name == "style" or name in LOADING]
    for tag, attributes, raw in page.raw:
        if attributes.get("type") == "application/json":
            assert not set(raw) & set("<>&\u2028\u2029"), tag
            json.loads(raw)
    own = [raw for _, attributes, raw in page.raw if attributes.get("type") != "application/json"]
    outside = text
    for raw in own:
        outside = outside.replace(raw, "")
    assert "hacked()" in outside  # it is told
    assert "{{7*7}}" in outside
    assert "\u202e" not in outside
    assert "\\u202ereversed" in outside


@pytest.mark.parametrize("kind", ["hostile_text", "overview_text"])
def test_secrets_are_masked_everywhere(kind: str, hostile: Hostile, request: pytest.FixtureRequest) -> None:
    """In prose, tables and the data of charts."""
    text: str = request.getfixturevalue(kind)
    assert hostile.secret not in text
    assert "sig=***" in text or "sig\\u003d***" in text


def test_links_go_to_the_web_or_into_the_page(sample_store: Path, report: Report) -> None:
    """References are https; all others are anchors that are there."""
    page = Page(report(sample_store, "memory-growth", "clean-v4").read_text(encoding="utf-8"))
    ids = {attributes["id"] for _, attributes in page.elements if attributes.get("id")}
    for tag, attributes in page.elements:
        if tag == "a":
            link = attributes["href"] or ""
            assert link.startswith("https://") or link.removeprefix("#") in ids, link


def test_ids_are_unique(sample_store: Path, report: Report) -> None:
    """So that a link leads to one place, in a page of several jobs too."""
    page = Page(report(sample_store, "memory-growth", "clean-v4").read_text(encoding="utf-8"))
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_every_block_says_where_it_comes_from(sample_store: Path, report: Report) -> None:
    """Each chart and each table names its views and shows the query."""
    text = report(sample_store, "memory-growth").read_text(encoding="utf-8")
    page = Page(text)
    blocks = [a for tag, a in page.elements if a.get("class") in ("table-block", "chart")]
    assert len(blocks) >= 8
    for part in text.split('<div class="table-block">')[1:] + text.split('<figure class="chart">')[1:]:
        place = part.find('<p class="from">from <code>')
        assert 0 < place < part.find('<details class="sql">', place)
