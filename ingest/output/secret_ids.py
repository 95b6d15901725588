"""Names and ids that are no secrets but say whose they are (formats.md §16, trap 21): masked when asked."""

from __future__ import annotations

from ingest.output.secret_shapes import IS, Rule

_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_NAME = r"[\w()\-][\w().\-]{0,89}"
_OPEN = r"""\[?\\{0,4}["']?"""
_ID = "00000000-1111-2222-3333-444444444444"


def _id(anchor: str, pattern: str, example: str, near_miss: str) -> Rule:
    return Rule(anchor.rstrip("=/"), "ids", anchor, pattern, example, near_miss)


ID_RULES: tuple[Rule, ...] = (
    _id(
        "subscription",
        rf"subscriptions?(?:[_-]?id)?(?:/|{IS}{_OPEN})(?P<s1>{_GUID})",
        f"/subscriptions/{_ID}",
        "subscription: none",
    ),
    _id("tenant", rf"tenant(?:[_-]?id)?{IS}{_OPEN}(?P<s1>{_GUID})", f"tenantId={_ID}", "tenant=contoso"),
    _id(
        "microsoftonline.com/",
        rf"microsoftonline\.com/(?P<s1>{_GUID})",
        f"https://login.microsoftonline.com/{_ID}",
        "https://login.microsoftonline.com/common",
    ),
    _id("sktid=", rf"sktid=(?P<s1>{_GUID})", f"sktid={_ID}", "sktid=1"),
    _id("skoid=", rf"skoid=(?P<s1>{_GUID})", f"skoid={_ID}", "skoid=1"),
    _id(
        "resource",
        rf"resource[_-]?groups?(?:[_-]?name)?(?:/|{IS}{_OPEN})(?P<s1>{_NAME})",
        "resourceGroups/rg-1",
        "resource usage",
    ),
    _id("workspace", rf"workspaces/(?P<s1>{_NAME})", "workspaces/ws1", "workspaces"),
    _id("workspace", rf"workspace[_-]?(?:name|id){IS}{_OPEN}(?P<s1>{_NAME})", "workspace_name: w", "workspace: 3"),
)
