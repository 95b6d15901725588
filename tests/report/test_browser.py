"""Reports in a real browser: charts are drawn, filters filter, hostile texts stay texts, nothing is loaded or complained of.

Skipped where Chromium is not installed; `bash .ci/browser` installs it where it can. Pictures at three widths are left in
`build/report-pictures/`, to be looked at.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.testing.browser import LISTEN, requested, said

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from tests.report.conftest import Hostile, Report

    Shown = Callable[..., Any]

PICTURES = Path(__file__).resolve().parents[2] / "build" / "report-pictures"


@pytest.fixture(scope="module")
def pages(sample_store: Path, hostile: Hostile, report: Report) -> dict[str, Path]:
    """The reports that are looked at."""
    return {
        "overview": report(sample_store),
        "job": report(sample_store, "memory-growth"),
        "two-jobs": report(sample_store, "timeouts-retries", "init-failure-42"),
        "hostile": report(hostile.store, hostile.job),
    }


@pytest.fixture
def show(browser: Chrome, pages: dict[str, Path]) -> Iterator[Shown]:
    """Opens a report at a width, light or dark, and waits until all charts are there; gives the file."""
    from selenium.webdriver.support.wait import WebDriverWait

    browser.get("about:blank")
    for log in ("browser", "performance"):
        said(browser, log)  # before
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})["identifier"]

    def open_page(name: str, width: int = 1280, *, dark: bool = False) -> Path:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [scheme]})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(pages[name].as_uri())
        ready = "return document.documentElement.dataset.ready === 'yes'"
        WebDriverWait(browser, 60).until(lambda there: there.execute_script(ready))
        return pages[name]

    yield open_page
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})


@pytest.mark.parametrize("name", ["overview", "job", "two-jobs", "hostile"])
def test_no_complaint_and_no_request(name: str, browser: Chrome, show: Shown) -> None:
    """Nothing on the console, no violation of the policy, no error, no request but for the file itself."""
    file = show(name)
    assert browser.execute_script("return complaints") == []
    assert said(browser) == []
    assert requested(browser) <= {file.as_uri(), "about:blank"}


@pytest.mark.parametrize(("name", "least"), [("overview", 3), ("job", 5), ("two-jobs", 6)])
def test_charts_are_drawn(name: str, least: int, browser: Chrome, show: Shown) -> None:
    """Each chart is a picture with marks in it, as wide as its place."""
    show(name)
    charts = browser.execute_script(
        """return [...document.querySelectorAll("figure.chart")].map((figure) => {
            const svg = figure.querySelector("svg");
            return { drawn: figure.dataset.drawn, width: svg ? svg.clientWidth : 0, place: figure.clientWidth,
                     marks: svg ? svg.querySelectorAll("g.mark-rect path, g.mark-symbol path, g.mark-line path").length : 0 };
        })"""
    )
    assert len(charts) >= least
    for chart in charts:
        assert chart["drawn"] == "yes"
        assert chart["marks"] > 1
        assert 0.9 * chart["place"] < chart["width"] <= chart["place"]


def test_hostile_texts_stay_texts(browser: Chrome, show: Shown, hostile: Hostile) -> None:
    """They are told word by word, and are neither element nor script, in tooltips too."""
    show("hostile")
    assert browser.execute_script("return document.querySelectorAll('img, iframe, object').length") == 0
    assert (
        browser.execute_script("return document.scripts.length - document.querySelectorAll('script.chart-data').length")
        == 2
    )
    assert browser.find_element("css selector", "h1").text == hostile.job
    assert "<img src=q onerror=hacked()>" in browser.execute_script("return document.body.innerText")
    for figure in browser.find_elements("css selector", "figure.chart")[:2]:
        told = tooltip(browser, figure)
        assert told is not None
    assert browser.execute_script("return complaints") == []


def tooltip(browser: Chrome, figure: Any) -> str | None:
    """What is told of the first mark of a chart that tells something."""
    from selenium.webdriver import ActionChains

    for mark in figure.find_elements("css selector", "g.mark-rect path[aria-label], g.mark-symbol path")[:8]:
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", mark)
        ActionChains(browser).move_to_element(mark).perform()
        told = browser.execute_script(
            "const tip = document.querySelector('#vg-tooltip-element.visible'); return tip ? tip.innerText : null"
        )
        if told:
            return str(told)
    return None


def test_tooltips_tell_of_a_try(browser: Chrome, show: Shown) -> None:
    """A bar of the timeline says which mini-batch it was, and how it ended, without a style that the policy forbids."""
    show("job")
    told = tooltip(browser, browser.find_element("css selector", "figure.chart"))
    assert told is not None
    assert "mini-batch" in told
    assert "outcome" in told
    assert browser.execute_script("return complaints") == []


def shown_rows(browser: Chrome, table: str) -> list[str]:
    """The texts of the rows of a table that are not hidden."""
    rows = browser.execute_script(
        "return [...document.querySelectorAll(arguments[0] + ' tbody tr')].filter((row) => !row.hidden)"
        ".map((row) => row.innerText)",
        table,
    )
    return list(rows)


def test_filters_and_sorting(browser: Chrome, show: Shown) -> None:
    """The jobs by text and state; a click on a head sorts, another one turns it round."""
    from selenium.webdriver.support.select import Select

    show("overview")
    assert len(shown_rows(browser, "#jobs")) == 8
    field = browser.find_element("css selector", "#jobs [data-filter]")
    field.send_keys("MEMORY")
    assert ["memory-growth" in row for row in shown_rows(browser, "#jobs")] == [True]
    assert browser.find_element("css selector", "#jobs .shown").text == "1 of 8"
    field.clear()
    field.send_keys(" ")
    state = Select(browser.find_element("css selector", "#jobs [data-filter-state]"))
    state.select_by_visible_text("failed")
    assert len(shown_rows(browser, "#jobs")) == 2
    state.select_by_index(0)

    head = next(one for one in browser.find_elements("css selector", "#jobs th") if one.text == "mini-batches")
    column = "return [...document.querySelectorAll('#jobs tbody tr')].map((row) => row.cells[arguments[0]].innerText)"
    place = browser.execute_script("return arguments[0].cellIndex", head)
    head.find_element("css selector", "button").click()
    assert browser.execute_script(column, place) == ["120", "60", "60", "60", "54 of 80", "48", "40 of 48", "0 of 40"]
    head.find_element("css selector", "button").click()
    assert browser.execute_script(column, place)[0] == "0 of 40"


def test_choosing_a_node(browser: Chrome, show: Shown) -> None:
    """Charts and tables of the job show that node only, and all of them again."""
    from selenium.webdriver.support.select import Select

    show("job")
    bars = "return document.querySelectorAll('#job-1-timeline figure g.mark-rect path').length"
    before = browser.execute_script(bars)
    assert len(shown_rows(browser, "#job-1-nodes")) == 2
    choice = Select(browser.find_element("css selector", "[data-choose-node]"))
    choice.select_by_visible_text("1")
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert len(shown_rows(browser, "#job-1-nodes")) == 1
    assert browser.execute_script(bars) < before
    choice.select_by_index(0)
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert browser.execute_script(bars) == before
    assert said(browser) == []


@pytest.mark.parametrize("name", ["overview", "job"])
def test_printing(name: str, browser: Chrome, show: Shown) -> None:
    """On paper: dark on white, though the screen is dark; nothing to click; all charts; no wider than the paper."""
    show(name, dark=True)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    seen = browser.execute_script(
        """const look = (selector, key) => {
            const one = document.querySelector(selector);
            return one ? getComputedStyle(one)[key] : null;
        };
        return { back: look("body", "backgroundColor"), nav: look("nav.sections", "display"),
                 filters: look(".filters", "display"), sql: look("details.sql", "display") };"""
    )
    assert seen["back"] == "rgb(255, 255, 255)"
    assert seen["nav"] == seen["sql"] == "none"
    assert seen["filters"] in (None, "none")
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})["data"])
    assert pdf.startswith(b"%PDF-")
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"{name}.pdf").write_bytes(pdf)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("name", ["overview", "job"])
def test_pictures(name: str, width: int, dark: bool, browser: Chrome, show: Shown) -> None:
    """The page never scrolls sideways; its pictures are kept, to be looked at."""
    show(name, width, dark=dark)
    wide, high = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert wide == width
    clip = {"x": 0, "y": 0, "width": width, "height": min(high, 12_000), "scale": 1}
    picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"{name}-{width}{'-dark' if dark else ''}.png").write_bytes(base64.b64decode(picture["data"]))
    assert said(browser) == []
