"""What a secret looks like in the logs of a job in the cloud: data, one rule for each kind.

Tests and docs are made from these rules. Each family has a module: `secret_urls.py`, `secret_fields.py`,
`secret_commands.py`, `secret_echoes.py`, and `secret_tokens.py` for the tokens of single vendors; `secret_shapes.py` has
the forms that the expressions are made of. Keys that are spread over lines are found by `key_spans.py` and `key_lines.py`.
"""

from __future__ import annotations

from ingest.output.secret_commands import COMMAND_RULES
from ingest.output.secret_echoes import ECHO_RULES
from ingest.output.secret_fields import BASE64_RULES, FIELD_RULES, HEADER_RULES
from ingest.output.secret_ids import ID_RULES
from ingest.output.secret_shapes import Rule
from ingest.output.secret_tokens import TOKEN_RULES
from ingest.output.secret_urls import URL_RULES

__all__ = ["ID_RULES", "SECRET_RULES", "Rule"]

_KEY64 = "Ab1+/" * 17 + "x=="


_KEYS: tuple[Rule, ...] = (
    Rule(
        "512-bit key",
        "Azure",
        "==",  # storage, Cosmos DB, not the sha512 of a package
        r"==(?<=(?<!sha512-)(?<![A-Za-z0-9+/])(?P<s1>[A-Za-z0-9+/]{86})==)(?![A-Za-z0-9+/=])",
        f"key1: {_KEY64}",
        "integrity sha512-" + "A" * 86 + "==",
        cased=True,
        wraps=True,
    ),
    Rule(
        "key in DER",
        "private keys",
        "mii",
        r"MII(?<![A-Za-z0-9+/]MII)[A-Za-z0-9+/]{2,3}[AIQYgow]BA[AD][A-Za-z0-9+/=]{0,2}(?P<s1>[A-Za-z0-9+/=]{20,}+)",
        "MIIEpAIBAAKCAQEA" + "aB3/" * 12,
        "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUF",
        cased=True,
    ),
    Rule(
        "OpenSSH key",
        "private keys",
        "b3blbnnzac1rzxktdje",
        r"b3BlbnNzaC1rZXktdjE(?P<s1>[A-Za-z0-9+/=]{8,}+)",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU",
        "b3BlbnNzaC1rZXk",
        cased=True,
    ),
)

SECRET_RULES: tuple[Rule, ...] = (
    *URL_RULES,
    *FIELD_RULES,
    *HEADER_RULES,
    *BASE64_RULES,
    *COMMAND_RULES,
    *ECHO_RULES,
    *_KEYS,
    *TOKEN_RULES,
)
