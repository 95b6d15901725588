"""A browser without a window to look at reports with, where Chromium, its driver and selenium are installed."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

_SWITCHES = (
    *("headless", "no-sandbox", "disable-gpu", "disable-quic", "disable-dev-shm-usage", "hide-scrollbars"),
    *("no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"),
)

LISTEN = """
window.complaints = [];
document.addEventListener("securitypolicyviolation", (e) => complaints.push(e.violatedDirective + " " + e.blockedURI));
window.addEventListener("error", (e) => complaints.push(e.message));
window.addEventListener("unhandledrejection", (e) => complaints.push(String(e.reason)));
window.alert = window.hacked = () => complaints.push("hacked");
"""
"""Run in a page before anything of its own: `complaints` holds what went wrong, and "hacked" if a text of a log was run."""


def why_no_browser() -> str | None:
    """What is missing to open one; None if nothing is."""
    if not _program() or not shutil.which("chromedriver"):
        return "no browser: chromium and chromium-driver are not installed (bash .ci/browser says more)"
    if importlib.util.find_spec("selenium") is None:
        return "no selenium: pip install -c constraints.txt -e '.[test]'"
    return None


def _program() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def open_browser(profile: Path) -> Iterator[Chrome]:
    """Chromium without a window; its profile lies in a folder of its own, which it makes."""
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = _program() or "chromium"
    for switch in (*_SWITCHES, f"user-data-dir={profile}"):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
    try:
        yield chrome
    finally:
        chrome.quit()


def said(browser: Chrome, log: str = "browser") -> list[dict[str, Any]]:
    """What a log of the browser, its console or `performance`, has said since it was last asked."""
    return list(browser.get_log(log))  # type: ignore[no-untyped-call]


def requested(browser: Chrome) -> set[str]:
    """The URLs that the browser has asked for since it was last asked; data that a page holds itself is none."""
    messages = (json.loads(entry["message"])["message"] for entry in said(browser, "performance"))
    urls = {one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"}
    return {url for url in urls if not url.startswith("data:")}
