"""Secrets that are shown again: values fetched from a vault, settings in XML, refused values, answers to a prompt."""

from __future__ import annotations

import re

from ingest.output.secret_shapes import CHOSEN, MINGLED, NO_PLACEHOLDER, Rule

_STRONG = ("password", "passwd", "pwd", "passphrase")
_WEAK = ("secret", "token", "api_key", "apikey", "secret_key", "secret.key", "access_key", "access.key")
_WORDS = _STRONG + _WEAK
"""Names that end so are those of secrets; behind those that are weak a value has a digit."""

_ESC = r"\\{0,4}"
_OF_A_VALUE = rf"""value(?<![a-z0-9_]value){_ESC}["']?[ \t]{{0,4}}(?:=>|[:=])[ \t]{{0,4}}{NO_PLACEHOLDER}"""
_QUOTED_VALUE = rf"""{_OF_A_VALUE}(?P<q>{_ESC}["'])(?P<s1>(?:(?!(?P=q))(?:\\.|[^\\\n])){{1,2048}}+)"""
_NUMBER_OR_WORD = r"""(?!none|null|true|false|<|[\d.,:%+\-]{1,20}(?:[\s"'\\,;)\]}]|\Z))"""
_BARE_VALUE = rf"""{_OF_A_VALUE}{_NUMBER_OR_WORD}(?P<s2>[^\s"',;(){{}}\[\]\\]{{4,}}+)"""
_WITHIN = r"[^{}]{0,600}(?:\{[^{}]{0,600}\}[^{}]{0,600}){0,2}?"
"""The rest of an object, with objects in it."""
_STATE = r"(?!(?:true|false|none|null|yes|no|\d{1,3}|\*+)\s{0,20}<)"


def _digit(word: str) -> str:
    return r"(?=[^<>\n'\"]{0,200}\d)" if word in _WEAK else ""


def _named_element(word: str) -> Rule:
    """`<name>…password</name><value>…</value>`, `<key>Password</key><string>…</string>`."""
    return Rule(
        f"{word} and value in XML",
        "echoes",
        word,
        rf"""{word}</(?:name|key|string|property|param-name)>"""
        rf"""\s{{0,80}}<(?:value|string|data|param-value)(?:[ ][^<>]{{0,80}})?>"""
        rf"""\s{{0,40}}{_STATE}{NO_PLACEHOLDER}{_digit(word)}(?P<s1>[^<>\n]{{1,512}}+)""",
        f"<property><name>x.{word}</name><value>hunter2</value></property>",
        f"<property><name>{word}</name><value>false</value></property><name>{word}.file</name><value>x2</value>",
        also="</",
    )


def _attribute(element: str) -> Rule:
    """`<property name="password">…</property>`, also with a `<value>` in it."""
    names = "|".join(_STRONG) + "|secret|secret[._-]?key|access[._-]?key|api[._-]?key|token"
    return Rule(
        f"{element} of a secret in XML",
        "echoes",
        f"<{element} ",
        rf"""<{element} (?:name|key)={_ESC}["'][\w.:\-]{{0,80}}?(?:{names}){_ESC}["']"""
        rf"""[^<>\n]{{0,80}}(?<!/)>\s{{0,40}}(?:<value>\s{{0,40}})?"""
        rf"""{_STATE}{NO_PLACEHOLDER}(?P<s1>[^<>\n]{{1,512}}+)</""",
        f'<{element} name="db.password">hunter2</{element}>',
        f'<{element} name="db.password.file">hunter2</{element}><{element} name="token">true</{element}>',
    )


def _refused(word: str) -> tuple[Rule, ...]:
    """What checks of settings say of a value that they refuse."""
    of_a_list = rf"""{word}{_ESC}["'][\s,]{{0,3}}[)\]][^{{}}\n]{{0,400}}?["']input{_ESC}["'][ ]?:[ ]?"""
    value = rf"""{NO_PLACEHOLDER}(?P<q>{_ESC}["'])(?P<s1>(?:(?!(?P=q))[^\n]){{1,1024}}+)"""
    said = rf"""{NO_PLACEHOLDER}(?P<q>{_ESC}["'])(?=[^\s"']{{0,60}}[\d!@#$^*])(?P<s1>(?:(?!(?P=q))[^\n]){{1,1024}}+)"""
    return (
        Rule(
            f"{word} refused by pydantic",
            "echoes",
            word,
            rf"{word}\s{{0,4}}\n[^\n]{{0,400}}?input_value={value}",
            f"my_{word}\n  String too short [type=string_too_short, input_value='hunter2', input_type=str]",
            f"my_{word}\n  Field required [type=missing, input_value={{'user': 'bob'}}, input_type=dict]",
            also="input_value=",
        ),
        Rule(
            f"{word} among the errors of pydantic",
            "echoes",
            word,
            of_a_list + value,
            f"[{{'type': 'string_too_short', 'loc': ('my_{word}',), 'msg': 'too short', 'input': 'hunter2'}}]",
            f"[{{'type': 'missing', 'loc': ('{word}',), 'msg': 'Field required', 'input': None}}]",
            also="input",
        ),
        Rule(
            f"{word} refused by a schema",
            "echoes",
            word,
            rf"""{word}["']\]:\s{{1,20}}(?<=\s){value}(?=["'])""",
            f"On instance['db']['{word}']:\n    'hunter2'",
            f"Failed validating 'type' in schema['{word}']:\n    {{'type': 'string'}}\nOn instance['{word}']:\n    12",
            also="on instance",
        ),
        Rule(
            f"{word} that a check got",
            "echoes",
            word,
            rf"""{word}["']?\]?(?:[^\n"']{{0,120}}?\b(?:got|received)(?:[ ]value)?:?[ ]"""
            rf"""|["']:[ ]?\[{_ESC}["']value[ ])\(?{said}(?=["'\\])""",
            f"my_{word} must have at least 12 characters, got 'hunter2'",
            f"{{'{word}': ['min length is 12']}}, {word} is set but got 'error'",
            also=" ",
        ),
        Rule(
            f"{word} in a list",
            "echoes",
            word,
            rf"""{word}{_ESC}["']:[ ]?\[{_ESC}["']{CHOSEN}(?={_ESC}["'][ ]?\])""",
            f"{{'{word}': ['hunter2!']}}",
            f"{{'{word}': ['required']}}, {{'{word}': ['must have 12 characters!']}}",
            also="[",
        ),
    )


def _prompt(verb: str) -> Rule:
    """`Paste an API key …: …`."""
    return Rule(
        f"{verb} a key or token:",
        "echoes",
        f"{verb} ",
        rf"""{verb} (?:(?:an?|your|the|in|here)[ ]){{0,2}}[^\n:]{{0,60}}?"""
        rf"""\b(?:key|token|secret|code|pat)\b[^\n:]{{0,80}}:[ ]{{0,4}}"""
        rf"""(?![/.]){MINGLED}(?P<s1>[\w.\-+/=~]{{16,512}}+)(?=\s|["'\\]|\Z)""",
        f"{verb} your API key and hit enter: 0a1b2c3d4e5f6a7b8c9d",
        f"{verb} your API key: ****, {verb} the code of the file: image_0001_part.png",
    )


ECHO_RULES: tuple[Rule, ...] = (
    Rule(
        "value beside the id of a vault",
        "echoes",
        "/secrets/",
        rf"/secrets/(?:(?<=\.net/secrets/)|(?<=\.cn/secrets/)|(?<=\.us/secrets/))[\w\-]{{1,127}}(?:/[0-9a-f]{{0,32}})?"
        rf"(?:{_ESC}[\"']{_WITHIN}{_QUOTED_VALUE}|[^{{}}\n]{{0,120}}?{_BARE_VALUE})",
        '{"id": "https://kv.vault.azure.net/secrets/db/0a1b", "tags": {}, "value": "hunter2"}',
        '{"secretUri": "https://kv.vault.azure.net/secrets/db/0a1b"}, {"name": "x", "value": "plain"}',
        also="value",
    ),
    Rule(
        "value before the id of a vault",
        "echoes",
        "value",
        rf"{_QUOTED_VALUE}(?P=q)(?={_WITHIN}vault\.[a-z.]{{5,30}}/secrets/)",
        '{"value": "hunter2", "id": "https://kv.vault.azure.net/secrets/db/0a1b"}',
        '{"value": "https://kv.vault.azure.net/secrets/db/0a1b"}, {"value": "x"}',
        also="/secrets/",
    ),
    Rule(
        "value of a fetched secret",
        "echoes",
        "secret",
        "secret(?:"
        + "|".join(f"(?<={verb} secret)" for verb in ("fetched", "retrieved", "got", "read", "loaded", "resolved"))
        + rf""")[ \t:]{{1,4}}{_ESC}["'`]?[\w.\-/]{{1,127}}[^\n]{{0,200}}?(?:{_QUOTED_VALUE}|{_BARE_VALUE})""",
        "Retrieved secret 'db' from kv, value=hunter2",
        "Retrieved secret 'db' from kv, value=***, got secret 'db' (value: 12)",
        also="value",
    ),
    *(_named_element(word) for word in _WORDS),
    *(_attribute(element) for element in ("property", "entry", "parameter", "param", "setting", "string")),
    Rule(
        "value before its key in XML",
        "echoes",
        "<add value=",
        rf"""<add value={_ESC}["']{NO_PLACEHOLDER}(?P<s1>[^<>"'\n\\]{{1,512}}+){_ESC}["'] key={_ESC}["'][\w.:\-]{{0,80}}?"""
        rf"""(?:{"|".join(_STRONG)}|secret|api[._-]?key|token){_ESC}["']""",
        '<add value="hunter2" key="SmtpPassword"/>',
        '<add value="12" key="PasswordLength"/>',
    ),
    *(rule for word in _WORDS for rule in _refused(word)),
    Rule(
        "value that a schema refuses",
        "echoes",
        "failed validating",
        r"""(?:(?<=\n)|(?<=: )|(?<=\A))(?P<q>["'])(?P<s1>(?:(?!(?P=q))[^\n]){1,512}+)(?P=q) """
        r"""(?:does not|is (?:too|not)|was expected)"""
        r"""[^\n]{0,400}\n\s{0,4}failed validating [^\n]{1,200}(?:password|passwd|pwd|passphrase|secret|token|key)["']\]:""",
        "'hunter2' is too short\n\nFailed validating 'minLength' in schema['properties']['password']:\n    {}",
        "'bob' is too short\n\nFailed validating 'minLength' in schema['properties']['user']:\n    {}",
    ),
    Rule(
        "password of a quoted user or host",
        "echoes",
        "password for ",
        rf"""password for (?P<q>["'])[^"'\n]{{1,200}}(?P=q):[ \t]{{1,4}}{CHOSEN}""",
        "Password for 'https://bob@h.example': hunter2!",
        "Password for 'https://bob@h.example': prompts are disabled",
    ),
    Rule(
        "passphrase of a file",
        "echoes",
        "passphrase for ",
        rf"""passphrase for [^\n:]{{1,200}}:[ \t]{{1,4}}{CHOSEN}""",
        "Enter passphrase for key '/x/id_rsa': hunter2!",
        "Enter passphrase for key '/x/id_rsa': wrong passphrase",
    ),
    *(_prompt(verb) for verb in ("paste", "enter")),
    *(
        Rule(
            f"pgpass ({port})",
            "echoes",
            f":{port}:",
            rf""":{re.escape(port)}:(?<=[\w.\-*\]]:{re.escape(port)}:)[\w.\-*]{{1,63}}:[\w.\-@*]{{1,63}}:(?![*]|(?:ok|up|down|open|closed|fail(?:ed)?|tcp|udp)\b)"""
            r"""(?P<s1>(?:\\{1,2}:|[^\s:"'\\<>]){3,200}+)(?=\s|["']|\\[nr]|\Z)""",
            f"db.example:{port}:sales:bob:hunter2",
            f"127.0.0.1:{port}:5432, db.example:{port}:sales:bob:failed",
        )
        for port in ("5432", "5433", "6432", "6543", "*")
    ),
)
