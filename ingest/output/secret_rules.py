"""What a secret looks like in the logs of an Azure job: data, one rule for each kind.

A rule is a literal that must occur (the anchor, lower case) and a regular expression that begins with it. So text
without any anchor costs a few substring searches, and a search jumps from anchor to anchor. Groups `s1`, `s2`, … hold
what is secret; what stands around them (`sig=`, `Bearer `, `'client_secret': '`) stays as the hint of what it was.

Every expression is linear: after the anchor come only bounded or possessive repeats over character classes, and
look-behinds of fixed width. Expressions see ASCII-lowered text, unless `cased`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret: text without `anchor` (and `also`) cannot hold it."""

    anchor: str
    pattern: str
    cased: bool = False
    also: str = ""


# key, then `=`, `:` or an encoded `=`, with the closing quote of a JSON or dict key; not `==`, `:=` or `::`
_SEPARATOR = r"""\\{0,4}["']?\]?[ \t]{0,8}(?:=(?!=)|:(?![=:])|%3d)[ \t]{0,8}"""
# to the same quote that opened it (`\"` in quoted JSON), or the end of a cut line
_QUOTED = r"""(?P<q>\\{0,4}["'])(?P<s1>(?:(?!(?P=q))(?:\\.|[^\\\n])){1,2048}+)"""
_STOP = r"""\s"'\\;&<>,)\]}"""
# a comma or bracket ends the value only where that is what it looks like: passwords hold them too
_PLAIN = (
    rf"""(?P<s2>[^{_STOP}](?:[^{_STOP}]|[,)\]}}](?![\s,;)\]}}"'\\]|\Z|[\w.\-]{{1,40}}[ \t]?[=:]))*+)"""
)
# words, annotations and references that stand where a value would, in the code lines of tracebacks
_NO_VALUE = (
    r"(?!(?:none|null|nil|true|false|undefined|str|bytes|int|bool|optional|secretstr|any)(?![\w.\-])"
    r"|self\.|args\.|config\.|settings\.|os\.environ|os\.getenv|getenv\(|\$[{(]|\{[\w.:!]{0,40}\})"
)
_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_NAME = r"[\w().\-]{1,90}"


def _value(at_least: int = 1) -> str:
    enough = rf"""(?=[bu]?\\{{0,4}}["']?[^\s"'\\]{{{at_least}}})""" if at_least > 1 else ""
    return rf"{enough}[bu]?(?:{_QUOTED}|{_NO_VALUE}{_PLAIN})"


def _assignment(anchor: str, more: str = "", *, at_least: int = 1, unless: str = "") -> Rule:
    """`anchor=value` in all its dresses: connection string, query, keyword argument, JSON, dict, YAML, header."""
    return Rule(anchor, f"{anchor}{more}{_SEPARATOR}{unless}{_value(at_least)}")


def _after(anchor: str, *words: str) -> str:
    """A check, to stand right behind the anchor, that one of these words (`api`, `api_`, `api-`) stands before it."""
    return "(?:" + "|".join(rf"(?<={word}{anchor})|(?<={word}[_\-]{anchor})" for word in words) + ")"


def _prefixed(prefix: str, rest: str) -> Rule:
    """A token that says itself what it is (`ghp_…`)."""
    return Rule(prefix.lower(), rf"{prefix}(?<![A-Za-z0-9]{prefix})(?P<s1>{rest})", cased=True)


_SIG_VALUE = r"(?:(?!%26)[a-z0-9%+/=_.~*\-])"
_HEADER_SCHEME = r"(?:bearer|basic|sharedkey(?:lite)?|token|negotiate|apikey)[ \t]{1,4}"
_OPAQUE = r"""[^\s"'\\<>,;]"""

SECRET_RULES: tuple[Rule, ...] = (
    # SAS: any `sig` of a query, else one that is long enough; `\u0026` and `%26` are `&` in JSON and in encoded URLs
    *(
        Rule(anchor, rf"{anchor}(?:{query}(?P<s1>{_SIG_VALUE}++)|(?<![a-z0-9_]{anchor})(?P<s2>{_SIG_VALUE}{{16,}}+))")
        for anchor in ("sig=", "sig%3d", "sig%253d")
        for query in ["(?:" + "|".join(f"(?<={p}{anchor})" for p in (r"[?&;]", "%26", "%3f", r"\\u0026", "%2526")) + ")"]
    ),
    Rule("sig", rf"""sig(?<![a-z0-9_]sig){_SEPARATOR}\[?\\{{0,4}}["'](?P<s1>[a-z0-9%+/=]{{40,}}+)"""),
    Rule("sharedaccesssignature=", r"""sharedaccesssignature=(?P<s1>[^\s;"'<>\\]++)"""),
    *(Rule(a, rf"{a}(?<=x-(?:amz){a}|x-goo{a})=(?P<s1>[\w%+/=.\-]{{8,}}+)") for a in ()),
    _assignment("password", r"\d{0,2}"),
    _assignment("passwd"),
    _assignment("passphrase"),
    # `PWD=/mnt/…` is the working directory
    _assignment("pwd", unless=r"""(?!\\{0,4}["']?(?:[/~.]|[a-z]:[\\/]))"""),
    _assignment("secret", r"(?:[_\-]?(?:access[_\-]?)?key|[_\-]?(?:value|text))?"),
    _assignment(
        "key",
        _after("key", "api", "account", "storage", "access", "subscription", "instrumentation", "private", "shared",
               "functions", "sas") + r"\d?",
    ),
    _assignment("key", _after("key", "primary", "secondary", "master", "signing", "encryption"), at_least=16),
    _assignment(
        "token",
        _after("token", "sas", "access", "refresh", "(?<![a-z])id", "auth", "bearer", "security", "session"),
        at_least=8,
    ),
    Rule("token", rf"""token(?<![a-z]token){_SEPARATOR}\\{{0,4}}["']?(?=[a-z_.\-+/=~]{{0,200}}\d)"""
                  r"(?P<s1>[\w.\-+/=~]{24,}+)"),
    *(
        Rule(flag, rf"{flag}(?:(?<=--{flag})|(?<=[ \t]--[a-z]{{3}}-{flag})|(?<=--client-{flag})|(?<=--account-{flag}))"
                   rf"[ \t]{{1,4}}(?!-)(?P<s1>[^\s\"'\\]++)")
        for flag in ("password", "secret", "account-key", "api-key", "sas-token")
    ),
    Rule(
        "authorization",
        rf"""authorization\\{{0,4}}["']?[ \t]{{0,4}}[:=][ \t]{{0,4}}[bu]?(?:\\{{0,4}}["'])?"""
        rf"(?:(?:digest|aws4-hmac-sha256)[ \t]{{1,4}}(?P<s1>[^\"'\\\n]++)|{_HEADER_SCHEME}(?P<s2>{_OPAQUE}++)"
        rf"|(?P<s3>{_OPAQUE}{{16,}}+))",
    ),
    Rule("bearer", r"bearer(?<![a-z]bearer)(?:[ \t]{1,4}|:[ \t]{0,4})(?=[a-z._~+/\-]{0,200}\d)"
                   r"(?P<s1>[a-z0-9._~+/=\-]{16,}+)"),
    Rule("eyj", r"eyJ(?:(?<![A-Za-z0-9_\-]eyJ)|(?<=%20eyJ))(?P<s1>[\w\-]{8,}+(?:\.[\w\-]{4,}+){1,4}\.?)", cased=True),
    # user:password@host, and a bare token before the host of an https URL (not abfss://container@account)
    Rule("//", r"""//[^\s/@:?#"'<>\\]{0,256}:(?P<s1>[^\s/?#"'<>\\]+)@""", also="@"),
    Rule("https://", r"""https://(?=[a-z_\-]{0,200}\d)(?P<s1>[\w\-]{20,256})@""", also="@"),
    # a 512-bit key in base64 (storage, Cosmos DB), not the sha512 of a package
    Rule("==", r"==(?<=(?<!sha512-)(?<![A-Za-z0-9+/])(?P<s1>[A-Za-z0-9+/]{86})==)(?![A-Za-z0-9+/=])", cased=True),
    Rule("q~", r"Q~(?<=(?<![\w~.\-])[\w~.\-]{3}\dQ~)(?P<s1>[\w~.\-]{31,34}+)", cased=True),  # client secret of Entra ID
    Rule("private key-----", r"private key-----(?<!end private key-----)(?P<s1>[^\-]++)"),
    _prefixed("gh", r""),
)
