"""The forms in which a secret is written down: parts that the rules for secrets are made of.

A rule is a literal that must occur (the anchor, lower case) and a regular expression that begins with a literal. So
text without any anchor costs a few substring searches, and a search jumps from literal to literal. Groups `s1`, `s2`, …
hold what is secret; what is around them (`sig=`, `Bearer `, `'client_secret': '`) stays as the hint of what it was.
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

    name: str
    family: str
    """Whose secret it is, or in what it is written: the heading in the docs."""
    anchor: str
    pattern: str
    example: str
    """A text with such a secret, made up. The tests mask it, the docs show it masked."""
    near_miss: str
    """A text that looks alike and stays as it is."""
    cased: bool = False
    also: str = ""
    wraps: bool = False
    """A long token: it is also found where a line break cuts it."""


# behind a key: `=`, `:`, `=>` or an encoded `=`, after the closing quote of a JSON or dict key; not `==` or `::`
IS = (
    r"""\\{0,4}["']?\]?[ \t]{0,8}(?:=>|=(?!=)|:=(?=[ \t]{0,8}["'])|:(?![=:])|%3d|\\u003d)[ \t]{0,8}"""
    r"""(?:\r?\n[ \t]{1,80}(?=(?P<of>["'])[^"'\n]{1,2048}(?P=of)))?"""  # the value is quoted on the next line
)
# up to the quote that opened it (`\"` in quoted JSON), or to the end of a cut line
QUOTED = r"""[bfru]{0,2}(?P<q>\\{0,4}["'])(?P<s1>(?:(?!(?P=q))(?:\\.|[^\\\n])){1,2048}+)"""
# `+`, `/` and `=` in JSON of some writers
ESCAPED = r"\\u00(?:2b|2f|3d)"
# a comma or a bracket ends a bare value only where it looks like the end: passwords hold them too
_STOP = r"""\s"'\\;&<>,)\]}"""
_BARE = rf"""(?P<s2>[^{_STOP}](?:[^{_STOP}]|{ESCAPED}|[,)\]}}](?![\s,;)\]}}"'\\]|\Z|[\w.\-]{{1,40}}[ \t]?[=:]))*+)"""
# what stands where a secret will be, or was: `$(pass x)`, `${TOKEN}`, `<your-key>`, `[hidden]`, `(not set)`, `YOUR_API_KEY`
_STANDS_FOR = (
    r"\{\{[ \t]?[$.a-z_][\w.:|/\-]{0,120}[ \t]?\}\}|@microsoft\.keyvault\([^)\n]{0,300}\)"
    r"|%[a-z_]\w{0,60}%|%[sdrv]|\*{2,64}|x{4,64}|\.{3}"
    r"|\$(?:env:)?[a-z_]{0,60}(?:key|pwd|pass|pw|pat|auth|password|passwd|secret|token)"
    r"|<[a-z][^<>\n]{0,60}>|\[[a-z][a-z _\-]{2,40}\]"
    r"|\((?:not|none|null|unset|hidden|redacted|masked|empty|set|no|your|same)(?:[ _\-][a-z _\-]{1,40})?\)"
    r"|(?:<|\[)?your[_\- ][\w\-]{2,60}|(?:insert|enter|put|replace)[_\-](?:your|with|the|me)(?:[_\-][\w\-]{1,60})?"
    r"|redacted|hidden|masked|sanitized|filtered|scrubbed|omitted|not[_\-]set"
)
NO_PLACEHOLDER = (
    rf"""(?!\$[{{(]|(?:{_STANDS_FOR}|password|passwd|secret|token)(?=[\s"'\\,;&|)\]}}]|\.(?:\s|\Z)|\Z)"""
    rf"""|[bfru]{{0,2}}\\{{0,4}}["'](?:\$[{{(]|(?:\$[a-z_]\w{{0,60}}|{_STANDS_FOR}|\{{[\w.:!]{{0,40}}\}})(?=\\{{0,4}}["']))"""
    # a prompt ends with its quote: `getpass('Password: ')`
    rf"""|\\{{0,4}}["'][)\],;}}]{{1,3}}(?:[\s.:]|\Z))"""
)
# words, annotations and references that stand where a value would, in the code lines of tracebacks
_NO_VALUE = (
    r"(?!(?:none|null|nil|true|false|undefined|str|bytes|int|bool|optional|secretstr|any)(?![\w.\-])|[|>][+-]?(?=\s|\Z)"
    r"|self\.|args\.|config\.|settings\.|os\.environ|os\.getenv|getenv\(|\{[\w.:!]{0,40}\}"
    r"|(?:yes|no)\)|[\[({]+(?=[\s\"'\\])"  # `(using password: YES)`
    # what code calls, looks up or takes from an object
    r"|await [a-z_]|[a-z_][\w.]{0,60}(?:\((?:[^()\n]|\([^()\n]{0,80}\)){0,120}\)|\[[\"'][^\"'\n]{1,80}[\"']\])"
    r"(?:\.[a-z_]\w{0,40}(?:\([^()\n]{0,80}\))?|\[[^\]\n]{1,80}\]){0,4}(?=[\s\"'\\,;)\]}]|\Z)"
    r"|[a-z_][\w.]{0,60}\.(?:value|secret|password|passwd|pwd|token|key|get_secret_value)(?=[\s\"'\\,;)\]}]|\Z))"
)
MIXED = r"""(?=[bfru]{0,2}\\{0,4}["']?[^\s"'\\;&,]{0,200}?[0-9])"""
"""A digit is in the value: words of prose have none."""

# words behind an option that is talked about
_NO_PROSE = (
    r"(?!(?:via|is|are|was|were|has|have|or|and|on|in|from|to|for|if|when|with|without|which|that|this|as|at|by|of|the|a|an"
    r"|can|cannot|could|may|must|should|will|would|does|do|not|instead|flag|option|argument|parameter|value|requires|needs"
    r"|before|after|because|but|only|also|at)(?=[\s.,;:)]|\Z))"
)


def assigned(anchor: str, more: str = "", *, at_least: int = 1, unless: str = "") -> str:
    """`anchor = value` in all its forms: connection string, query, keyword argument, JSON, dict, YAML, header."""
    long = rf"""(?=[bfru]{{0,2}}\\{{0,4}}["']?[^\s"'\\]{{{at_least}}})""" if at_least > 1 else ""
    return f"{anchor}{more}{IS}{unless}{NO_PLACEHOLDER}{long}(?:{QUOTED}|{_NO_VALUE}{_BARE})"


def after(anchor: str, words: str) -> str:
    """A check, for behind the anchor, that one of the words stands before it: `api`, `api_`, `api-` or `api.`."""
    return "(?:" + "|".join(f"(?<={word}{anchor})|(?<={word}[_.-]{anchor})" for word in words.split()) + ")"


MINGLED = r"""(?=(?:[\w.\-+/=~]{0,60}?(?:\d[a-z]|[a-z]\d)){2})"""
"""Letters and digits change at least twice, as in tokens; words with a number behind them do so once."""
CHOSEN = (
    r"""(?!(?:sha|md|utf|base)-?\d|\d{4}-\d\d-|https?:)(?=[^\s"'`]{0,60}[\d!@#$^*])(?=[^\s"'`]{0,60}[a-z])"""
    rf"""{NO_PLACEHOLDER}(?P<s1>[^\s"'`,;<>]{{6,200}}+)"""
)
"""A password behind words of a sentence: letters, and a digit or a sign."""
GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


def sas(equals: str) -> str:
    """`sig=` of a query whatever its length, elsewhere if long; `\\u0026` and `%26` are `&` in JSON and in URLs."""
    sig = re.escape(f"sig{equals}")
    value = rf"(?:(?!%26)[a-z0-9%+/=_.~\-]|{ESCAPED})"
    in_query = "|".join(f"(?<={sign}{sig})" for sign in ("[?&;]", "%26", "%3f", "%2526", r"\\u0026"))
    return rf"{sig}(?:(?:{in_query})(?P<s1>{value}++)|(?<![a-z0-9_]{sig})(?P<s2>{value}{{16,}}+))"


def flag(name: str) -> str:
    """`--password value` on a command line, or in the list of its words."""
    value = r"""(?:(?P<q>["'])(?P<s1>[^"'\n]++)|(?!-|\||&)(?P<s2>[^\s"'\\,\]]++))"""
    return rf"""{name}(?<![\w-]{name})(?:["'],?)?[ \t]{{1,4}}{_NO_PROSE}{NO_PLACEHOLDER}{value}"""


def prefixed(prefix: str, rest: str) -> str:
    """A token that says itself what it is (`ghp_…`); `prefix` is literal text."""
    literal = re.escape(prefix)
    return f"{literal}(?<![A-Za-z0-9]{literal})(?P<s1>{rest})"
