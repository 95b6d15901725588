"""What a secret looks like in the logs of an Azure job: data, one rule for each kind.

A rule is a literal that must occur (the anchor, lower case) and a regular expression that begins with a literal. So
text without any anchor costs a few substring searches, and a search jumps from literal to literal. Groups `s1`, `s2`, …
hold what is secret; what stands around them (`sig=`, `Bearer `, `'client_secret': '`) stays as the hint of what it was.
An anchor must be found inside JSON too: no anchor has a character in it that JSON would escape.

Every expression is linear: behind the anchor come only bounded or possessive repeats over character classes, and
look-behinds of fixed width. Expressions see ASCII-lowered text, unless `cased`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret: text without `anchor` (and `also`) cannot hold it."""

    anchor: str
    pattern: str
    cased: bool = False
    also: str = ""


# behind a key: `=`, `:` or an encoded `=`, after the closing quote of a JSON or dict key; not `==`, `:=` or `::`
_IS = r"""\\{0,4}["']?\]?[ \t]{0,8}(?:=(?!=)|:(?![=:])|%3d|\\u003d)[ \t]{0,8}"""
# up to the quote that opened it (`\"` in quoted JSON), or to the end of a cut line
_QUOTED = r"""[bu]?(?P<q>\\{0,4}["'])(?P<s1>(?:(?!(?P=q))(?:\\.|[^\\\n])){1,2048}+)"""
# `+`, `/` and `=` in JSON of some writers
_ESCAPED = r"\\u00(?:2b|2f|3d)"
# a comma or a bracket ends a bare value only where it looks like the end: passwords hold them too
_STOP = r"""\s"'\\;&<>,)\]}"""
_BARE = rf"""(?P<s2>[^{_STOP}](?:[^{_STOP}]|{_ESCAPED}|[,)\]}}](?![\s,;)\]}}"'\\]|\Z|[\w.\-]{{1,40}}[ \t]?[=:]))*+)"""
# words, annotations and references that stand where a value would, in the code lines of tracebacks
_NO_VALUE = (
    r"(?!(?:none|null|nil|true|false|undefined|str|bytes|int|bool|optional|secretstr|any)(?![\w.\-])"
    r"|self\.|args\.|config\.|settings\.|os\.environ|os\.getenv|getenv\(|\$[{(]|\{[\w.:!]{0,40}\})"
)


def _assignment(anchor: str, more: str = "", *, at_least: int = 1, unless: str = "") -> Rule:
    """`anchor = value` in all its dresses: connection string, query, keyword argument, JSON, dict, YAML, header."""
    long = rf"""(?=[bu]?\\{{0,4}}["']?[^\s"'\\]{{{at_least}}})""" if at_least > 1 else ""
    return Rule(anchor, f"{anchor}{more}{_IS}{unless}{long}(?:{_QUOTED}|{_NO_VALUE}{_BARE})")


def _after(anchor: str, words: str) -> str:
    """Return a check, for behind the anchor, that one of the words stands before it: `api`, `api_` or `api-`."""
    return "(?:" + "|".join(f"(?<={word}{anchor})|(?<={word}[_-]{anchor})" for word in words.split()) + ")"


def _sas(equals: str, anchor: str = "") -> Rule:
    """`sig=` of a query whatever its length, elsewhere if long; `\\u0026` and `%26` are `&` in JSON and in URLs."""
    sig = re.escape(f"sig{equals}")
    value = rf"(?:(?!%26)[a-z0-9%+/=_.~\-]|{_ESCAPED})"
    in_query = "|".join(f"(?<={sign}{sig})" for sign in ("[?&;]", "%26", "%3f", "%2526", r"\\u0026"))
    return Rule(
        anchor or f"sig{equals}",
        rf"{sig}(?:(?:{in_query})(?P<s1>{value}++)|(?<![a-z0-9_]{sig})(?P<s2>{value}{{16,}}+))",
    )


def _flag(flag: str) -> Rule:
    """`--password value` on a command line, or in the list of its words."""
    return Rule(flag, rf"""{flag}["']?,?[ \t]{{1,4}}["']?(?!-)(?P<s1>[^\s"'\\,\]]++)""")


def _token(prefix: str, rest: str) -> Rule:
    """A token that says itself what it is (`ghp_…`)."""
    return Rule(prefix.lower(), f"{prefix}(?<![A-Za-z0-9]{prefix})(?P<s1>{rest})", cased=True)


SECRET_RULES: tuple[Rule, ...] = (
    _sas("="),
    _sas("%3d"),
    _sas("%253d"),
    _sas(r"\u003d", "u003d"),
    Rule("sig", rf"""sig(?<![a-z0-9_]sig){_IS}\[?\\{{0,4}}["'](?P<s1>[a-z0-9%+/=]{{40,}}+)"""),
    Rule("sharedaccesssignature=", r"""sharedaccesssignature=(?P<s1>(?:[^\s;,"'<>\\]|\\u00[0-9a-f]{2})++)"""),
    Rule("signature=", r"signature=(?:(?<=x-amz-signature=)|(?<=x-goog-signature=))(?P<s1>[a-z0-9%+/=*]++)"),
    _assignment("password", r"\d{0,2}"),
    _assignment("passwd"),
    _assignment("passphrase"),
    _assignment("pwd", unless=r"""(?!\\{0,4}["']?(?:[/~.]|[a-z]:[\\/]))"""),  # PWD=/mnt is the working directory
    _assignment("secret", r"(?:[_-]?(?:access[_-]?)?key|[_-]?(?:value|text))?"),
    _assignment(
        "key",
        _after("key", "api account storage access subscription instrumentation private shared functions sas") + r"\d?",
    ),
    _assignment("key", _after("key", "primary secondary master signing encryption"), at_least=16),
    _assignment("token", _after("token", "sas access refresh (?<![a-z])id auth bearer security session"), at_least=8),
    Rule(
        "token",
        rf"""token(?<![a-z]token){_IS}\\{{0,4}}["']?(?=[a-z_.\-+/=~]{{0,200}}\d)(?P<s1>[\w.\-+/=~]{{24,}}+)""",
    ),
    *map(_flag, ("--password", "--secret", "--client-secret", "--account-key", "--api-key", "--sas-token")),
    Rule(
        "authorization",
        r"""authorization\\{0,4}["']?[ \t]{0,4}[:=][ \t]{0,4}(?:[bu]?\\{0,4}["'])?(?:"""
        r"""(?:digest|aws4-hmac-sha256|sharedaccesssignature)[ \t]{1,4}(?P<s1>[^"'\\\n]++)"""
        r"""|(?:bearer|basic|sharedkey(?:lite)?|token|negotiate|apikey)[ \t]{1,4}(?P<s2>[^\s"'\\<>,;]++)"""
        r"""|(?P<s3>[^\s"'\\<>,;*]{16,}+))""",
    ),
    Rule(
        "bearer",
        r"bearer(?<![a-z]bearer)(?:[ \t]{1,4}|:[ \t]{0,4})(?=[a-z._~+/\-]{0,200}\d)(?P<s1>[a-z0-9._~+/=\-]{16,}+)",
    ),
    # JSON Web Token; its header begins `{"`
    Rule("eyj", r"eyJ(?:(?<![\w\-]eyJ)|(?<=%20eyJ))(?P<s1>[\w\-]{8,}+(?:\.[\w\-]{4,}+){1,4}\.?)", cased=True),
    # //user:password@host, and a bare token before the host of an https URL (abfss://container@account is none)
    Rule("//", r"""//[^\s/@:?#"'<>\\]{0,256}:(?P<s1>[^\s/?#"'<>\\]+)@""", also="@"),
    Rule(r"\/", r"""\\/\\/[^\s/@:?#"'<>\\]{0,256}:(?P<s1>[^\s/?#"'<>\\]+)@""", also="@"),
    Rule("https://", r"https://(?=[a-z_\-]{0,200}\d)(?P<s1>[\w\-]{20,256})@", also="@"),
    # 512-bit key in base64 (storage, Cosmos DB), not the sha512 of a package
    Rule("==", r"==(?<=(?<!sha512-)(?<![A-Za-z0-9+/])(?P<s1>[A-Za-z0-9+/]{86})==)(?![A-Za-z0-9+/=])", cased=True),
    Rule("q~", r"Q~(?<=[\w~.\-]{3}\dQ~)(?P<s1>[\w~.\-]{31,34}+)", cased=True),  # client secret of Entra ID
    Rule(
        "private key-----",
        "private key-----(?:"
        + "|".join(f"(?<=begin {k}private key-----)" for k in ("", "rsa ", "ec ", "openssh "))
        + r")(?P<s1>[a-z0-9+/=\s\\]++)",
    ),
    *(_token(f"gh{kind}_", "[A-Za-z0-9]{20,}+") for kind in "pousr"),
    _token("github_pat_", r"\w{20,}+"),
    _token("glpat-", r"[\w\-]{16,}+"),
    _token("sk-", r"(?=[A-Za-z_\-]{0,60}\d)[\w\-]{20,}+"),
    _token("hf_", "[A-Za-z0-9]{30,}+"),
    _token("dapi", "[0-9a-f]{32}(?![0-9a-f])"),
    _token("AIza", r"[\w\-]{35}"),
    _token("AKIA", "[0-9A-Z]{16}(?![0-9A-Z])"),
    _token("xox", r"[abprs]-[\w\-]{10,}+"),
)

_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_NAME = r"[\w()\-][\w().\-]{0,89}"
_OPEN = r"""\[?\\{0,4}["']?"""

ID_RULES: tuple[Rule, ...] = (
    Rule("subscription", rf"subscriptions?(?:[_-]?id)?(?:/|{_IS}{_OPEN})(?P<s1>{_GUID})"),
    Rule("tenant", rf"tenant(?:[_-]?id)?{_IS}{_OPEN}(?P<s1>{_GUID})"),
    Rule("microsoftonline.com/", rf"microsoftonline\.com/(?P<s1>{_GUID})"),
    Rule("sktid=", rf"sktid=(?P<s1>{_GUID})"),
    Rule("skoid=", rf"skoid=(?P<s1>{_GUID})"),
    Rule("resource", rf"resource[_-]?groups?(?:[_-]?name)?(?:/|{_IS}{_OPEN})(?P<s1>{_NAME})"),
    Rule("workspace", rf"workspaces/(?P<s1>{_NAME})"),
    Rule("workspace", rf"workspace[_-]?(?:name|id){_IS}{_OPEN}(?P<s1>{_NAME})"),
)
"""Names and ids that are no secrets but say whose they are (formats.md §16, trap 21): masked when asked."""
