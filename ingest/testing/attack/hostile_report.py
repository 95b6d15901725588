"""Reports of jobs whose files, names and errors hold payloads: nothing of them becomes an element, runs or loads anything."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from random import Random

from ingest.testing.attack.ground import Ground, Outcome, write_job
from ingest.testing.browser import LISTEN, open_browser, requested, said, why_no_browser

PAYLOADS = (
    *("<img src=q onerror=hacked()>", "<script>hacked()</script>", "</script><script>hacked()</script>"),
    *(
        "<svg onload=hacked()>",
        "<svg><script>hacked()</script></svg>",
        "<iframe srcdoc='<script>parent.hacked()</script>'>",
    ),
    *(
        '"><img src=q onerror=hacked()>',
        "' onmouseover='hacked()",
        '" autofocus onfocus="hacked()',
        "`onclick=hacked()`",
    ),
    *(
        "<a href=javascript:hacked()>x</a>",
        "javascript:hacked()",
        "[x](javascript:hacked())",
        "data:text/html,<script>",
    ),
    *("--><img src=q onerror=hacked()>", "]]><img src=q onerror=hacked()>", "<!--", "<![CDATA[", "</style><img src=q>"),
    *(
        "</title><script>hacked()</script>",
        "</textarea><img src=q onerror=hacked()>",
        "<noscript><p title='</noscript>",
    ),
    *("{{7*7}}", "{% raw %}", "${hacked()}", "#{hacked()}", "<math><mtext><img src=q onerror=hacked()>"),
    *(
        "<base href=//evil.example/>",
        "<meta http-equiv=refresh content=0;url=//evil.example/>",
        "<form action=//evil.example>",
    ),
    *("<link rel=stylesheet href=//evil.example/a.css>", "<object data=//evil.example>", "<embed src=//evil.example>"),
    *(
        "\u202e\u2066<b>",
        "\u2028hacked()\u2029",
        "<ſcript>hacked()</ſcript>",
        "＜script＞hacked()",
        "\x1b]0;x\x07<img src=q>",
    ),
    *(
        "<img\tsrc=q\tonerror=hacked()>",
        "<IMG SRC=q ONERROR=hacked()>",
        "&lt;img src=q onerror=hacked()&gt;",
        "&#60;script>",
    ),
    *(
        "\\u003cscript\\u003ehacked()",
        "\\x3cscript\\x3ehacked()",
        "__proto__",
        "constructor",
        "=hacked()",
        "url(//evil.example)",
    ),
)

_FORBIDDEN = frozenset(["img", "iframe", "object", "embed", "form", "base", "link", "video", "audio", "frame"])
_URLS = frozenset(["href", "src", "action", "srcdoc", "xlink:href"])
_WORD = re.compile(rb"(?<![\w/.-])[A-Za-z]{4,}(?![\w/.-])")
_READY_S = 60


def hostile_report(ground: Ground, random: Random) -> Outcome:
    """Puts payloads into all files of a job and into its name, and looks at the report, in a browser if there is one."""
    top = ground.folder / "hostile"
    shutil.rmtree(top, ignore_errors=True)
    job = top / random.choice([one for one in PAYLOADS if "/" not in one and len(one.encode()) < 200])
    write_job(job, "hostile")
    for path in sorted(one for one in job.rglob("*") if one.is_file()):
        path.write_bytes(_with_payloads(path.read_bytes(), random))
    page, store = top / "report.html", top / "store"
    found: list[str] = []
    of_one = ("report", "-o", page, "--", job.name)  # a name may begin like an option
    for command, *arguments in (("load", "--no-verdict", "-q", job), of_one, ("report", "-o", page)):
        ended = ground.commands.run(command, "--store", store, *arguments)
        if ended.code not in (0, 1, 3):
            found.append(f"{command} ended with {ended.code}: {ended.said}")
        elif command == "report":
            found += _elements(page)
            found += _in_a_browser(page, top / "profile") if why_no_browser() is None else ()
    return Outcome(1, [f"job {job.name!r}: {one}" for one in found])


def _with_payloads(content: bytes, random: Random) -> bytes:
    """A text in which some words are payloads, as they are or with the escapes that a JSON or CSV writer makes."""

    def other(match: re.Match[bytes]) -> bytes:
        if random.random() > 0.15:
            return match[0]
        payload = random.choice(PAYLOADS)
        return (payload.replace('"', '""') if random.random() < 0.5 else payload.replace('"', '\\"')).encode()

    return _WORD.sub(other, content)


class _Elements(HTMLParser):
    """Finds elements and attributes that no report has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wrong = [
            name
            for name, value in attrs
            if name.startswith("on") or (name in _URLS and "script:" in (value or "").lower())
        ]
        if tag in _FORBIDDEN or wrong:
            self.found.append(f"the report has an element <{tag} {' '.join(wrong)}>")


def _elements(page: Path) -> Iterator[str]:
    parser = _Elements()
    parser.feed(page.read_text(encoding="utf-8"))
    yield from parser.found


def _in_a_browser(page: Path, profile: Path) -> Iterator[str]:
    """What the browser complains of, asks for or runs."""
    from selenium.webdriver.support.wait import WebDriverWait

    with open_browser(profile) as browser:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})
        browser.get("about:blank")
        requested(browser)  # the browser's own first page
        browser.get(page.as_uri())
        ready = "return document.documentElement.dataset.ready === 'yes'"
        WebDriverWait(browser, _READY_S).until(lambda there: there.execute_script(ready))
        for element in browser.find_elements("css selector", "summary, th button, figure.chart")[:40]:
            with suppress(Exception):  # what is hidden cannot be clicked
                element.click()
        yield from (f"in the browser: {one}" for one in browser.execute_script("return complaints"))
        yield from (f"in the browser: {one['message']}" for one in said(browser) if one["level"] == "SEVERE")
        others = requested(browser) - {page.as_uri(), "about:blank"}
        yield from (f"the browser asked for {one}" for one in others)
        tags = browser.execute_script(
            f"return [...document.querySelectorAll('{', '.join(sorted(_FORBIDDEN))}')].map((one) => one.outerHTML)"
        )
        yield from (f"in the browser is an element {one[:200]}" for one in tags if 'class="vega-bindings"' not in one)
