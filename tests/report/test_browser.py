"""Reports in a real browser: charts are drawn, filters filter, hostile texts stay texts, nothing is loaded or complained of.

Skipped where Chromium is not installed; `bash .ci/browser` installs it where it can. Pictures at three widths are left in
`build/report-pictures/`, to be looked at.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
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
def pages(sample_store: Path, hostile: Hostile, fleet: Path, report: Report) -> dict[str, Path]:
    """The reports that are looked at."""
    return {
        "overview": report(sample_store),
        "job": report(sample_store, "memory-growth"),
        "two-jobs": report(sample_store, "timeouts-retries", "init-failure-42"),
        "hostile": report(hostile.store, hostile.job),
        "fleet": report(fleet),
    }


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 60 jobs of three experiments, some of which failed, as nightly runs leave them."""
    from ingest import ingest_jobs
    from ingest.nightly.aggregates import refresh
    from ingest.plugin.registry import load_registry
    from ingest.store.catalog import Draft
    from ingest.store.paths import Layout
    from treegen import Generation, JobPlan, faults, write_job

    top = tmp_path_factory.mktemp("fleet")
    for number in range(60):
        experiment = ("scoring", "images", "sales")[number % 3]
        planted = {3: (faults.Exceptions(share=0.3),), 5: (faults.InitFails(),)}.get(number % 11, ())
        plan = JobPlan(
            name=f"{experiment}-{number:02}",
            experiment=experiment,
            generation=Generation.V4,
            seed=number,
            start=datetime(2026, 9, 1, 2) + timedelta(hours=8 * number),
            nodes=1,
            mini_batches=8,
            faults=planted,
        )
        write_job(top / "jobs", plan)
    ingest_jobs(top / "jobs", top / "store")
    Draft(Layout.of(str(top / "store")), load_registry().definition()).publish(refresh)
    return top / "store"


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


@pytest.mark.parametrize(("name", "least"), [("overview", 3), ("job", 4), ("two-jobs", 6)])
def test_charts_are_drawn(name: str, least: int, browser: Chrome, show: Shown) -> None:
    """Each chart is a picture with marks in it, as wide as its place."""
    show(name)
    charts = browser.execute_script(
        """return [...document.querySelectorAll("article:not(.closed-job) figure.chart")].map((figure) => {
            const svg = figure.querySelector("svg.marks");
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
        browser.execute_script(
            "return document.scripts.length - document.querySelectorAll('script[type=\"application/json\"]').length"
        )
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


def test_tooltips_tell_of_an_attempt(browser: Chrome, show: Shown) -> None:
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
    field = browser.find_element("css selector", "[data-filter]")
    field.send_keys("MEMORY")
    assert ["memory-growth" in row for row in shown_rows(browser, "#jobs")] == [True]
    assert browser.find_element("css selector", ".filters .shown").text.startswith("1 of 8 jobs")
    field.clear()
    field.send_keys(" ")
    state = Select(browser.find_element("css selector", "[data-filter-by='1']"))
    state.select_by_visible_text("failed")
    assert len(shown_rows(browser, "#jobs")) == 2
    state.select_by_index(0)

    head = next(one for one in browser.find_elements("css selector", "#jobs th") if one.text == "mini-batches")
    column = "return [...document.querySelectorAll('#jobs tbody tr')].map((row) => row.cells[arguments[0]].innerText)"
    place = browser.execute_script("return arguments[0].cellIndex", head)
    head.find_element("css selector", "button").click()
    assert browser.execute_script(column, place) == [
        *("120", "60", "60", "60", "48 of 80", "48", "37 of 48", "0 of 40")
    ]
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


def test_filter_of_many_jobs(browser: Chrome, show: Shown) -> None:
    """Experiment, state and time choose jobs in tables, findings and charts alike; `clear` shows all again."""
    from selenium.webdriver.support.select import Select

    show("fleet")
    seen = """return {
        jobs: [...document.querySelectorAll('#jobs tr[data-job]')].filter((row) => !row.hidden).map((row) => row.dataset.job),
        findings: [...document.querySelectorAll('.finding')].filter((one) => !one.hidden).length,
        points: document.querySelector('#trends figure').querySelectorAll('g.mark-symbol path').length }"""
    before = browser.execute_script(seen)
    assert len(before["jobs"]) == 60
    Select(browser.find_element("css selector", "[data-filter-by='0']")).select_by_visible_text("images")
    Select(browser.find_element("css selector", "[data-filter-by='1']")).select_by_visible_text("failed")
    day = browser.find_element("css selector", "[data-filter-from]")
    fill = "arguments[0].value = '2026-09-10'; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
    browser.execute_script(fill, day)
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    after = browser.execute_script(seen)
    assert after["jobs"]
    assert all(job.startswith("images-") and int(job[-2:]) >= 27 for job in after["jobs"])
    assert 0 < after["findings"] < before["findings"]
    assert after["points"] < before["points"]
    browser.find_element("css selector", ".filters .reset").click()
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert browser.execute_script(seen) == before


def test_links_open_what_they_lead_to(browser: Chrome, show: Shown) -> None:
    """A link of a finding leads to its job in full, which is closed until then; its charts are as wide as the page."""
    show("fleet", 1400)
    link = browser.find_element("css selector", ".finding .facts a[href='#job-1']")
    assert not browser.execute_script("return document.querySelector('#job-1 details').open")
    link.click()
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    top, width = browser.execute_script(
        """const job = document.querySelector('#job-1'), svg = job.querySelector('figure svg.marks');
        return [job.getBoundingClientRect().top, svg.clientWidth / svg.closest('figure').clientWidth]"""
    )
    assert -5 <= top < 200
    assert 0.9 < width <= 1


def test_legend_picks_one_kind(browser: Chrome, show: Shown) -> None:
    """A click on an entry makes the others pale, another click shows all."""
    show("job")
    pale = (
        "return [...document.querySelectorAll('#job-1-timeline g.mark-rect path')]"
        ".filter((one) => one.getAttribute('opacity') === '0.1').length"
    )
    assert browser.execute_script(pale) == 0
    button = browser.find_element("css selector", "#job-1-timeline [data-pick='exception']")
    button.click()
    browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert browser.execute_script(pale) > 50
    button.click()
    browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert browser.execute_script(pale) == 0


FAULTS = """
const wide = document.documentElement.clientWidth, faults = [];
const say = (what, one) =>
    faults.push(what + ": " + (one.closest("[id]")?.id ?? "") + " " + one.textContent.trim().slice(0, 60));
for (const one of document.querySelectorAll(".legend li, figcaption, .figures dd, .what, .fix, h1, h2, .answer")) {
    const box = one.getBoundingClientRect();
    if (box.width && (box.left < -1 || box.right > wide + 1)) say("outside", one);
}
for (const svg of document.querySelectorAll("figure svg.marks")) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    for (const text of svg.querySelectorAll("text")) {
        const box = text.getBoundingClientRect();
        const out = box.left < frame.left - 1.5 || box.right > frame.right + 1.5 || box.top < frame.top - 1.5;
        if (box.width && out) say("cut", text);
    }
}
if (wide >= 1400) for (const box of document.querySelectorAll(".scroll"))
    if (box.clientWidth && box.scrollWidth > box.clientWidth + 1) say("table cut", box.closest("section"));
const body = document.body.cloneNode(true);
for (const one of body.querySelectorAll("script, style, pre")) one.remove();
if (body.textContent.includes("`")) faults.push("raw backtick");
return faults;
"""
"""Texts that are cut off or outside the page, tables that do not fit though there is room, Markdown that nobody rendered."""


@pytest.mark.parametrize("width", [390, 1000, 1400])
@pytest.mark.parametrize("name", ["overview", "job", "fleet"])
def test_pictures(name: str, width: int, browser: Chrome, show: Shown) -> None:
    """Never sideways, nothing cut, an overview no longer than six screens; pictures are kept, to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    show(name, width)
    size = "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    wide, high = browser.execute_script(size)
    assert wide == width
    assert high < 6000 or width == 390
    for look in ("light", "dark"):  # the page follows without being drawn again
        scheme = {"name": "prefers-color-scheme", "value": look}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [scheme]})
        clip = {"x": 0, "y": 0, "width": width, "height": min(high, 12_000), "scale": 1}
        picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
        (PICTURES / f"{name}-{width}-{look}.png").write_bytes(base64.b64decode(picture["data"]))
    browser.execute_script("for (const one of document.querySelectorAll('details:not(.sql)')) one.open = true")
    browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert browser.execute_script(FAULTS) == []
    assert said(browser) == []
