"""Tokens that say themselves whose they are, by a prefix or a mark within: one rule for each vendor's kind.

The prefixes are those that the vendors publish for secret scanning, as gitleaks and detect-secrets have them too.
Examples are put together from pieces, so that no scanner takes them for real ones.
"""

from __future__ import annotations

from ingest.output.secret_shapes import Rule, prefixed

_MIX = "a1B2c3D4e5"
"""Characters of made-up tokens: repeated as needed."""


def _mixed(length: int) -> str:
    return (_MIX * (length // len(_MIX) + 1))[:length]


def _hex(length: int) -> str:
    return ("0a1b2c3d4e5f6789" * (length // 16 + 1))[:length]


def _token(family: str, prefix: str, rest: str, made: str, near: str = "") -> Rule:
    """A token with a prefix; `near` is an innocent text after the prefix, else it is too short."""
    return Rule(
        f"{prefix}…",
        family,
        prefix.lower(),
        prefixed(prefix, rest),
        f"token {prefix}{made}",
        f"{prefix}{near or 'x y'}",
        cased=True,
        wraps=True,
    )


def _marked(name: str, mark: str, before: str, after: str, example: str) -> Rule:
    """A key of Azure with a mark at a fixed place: `before` says what stands before the mark, of fixed width."""
    pattern = rf"{mark}(?<=(?P<s1>{before}){mark})(?P<s2>{after})"
    return Rule(
        name, "Azure", mark.replace("\\", "").lower(), pattern, example, mark.replace("\\", "") + "x", cased=True
    )


_W = r"[\w\-]"
_A = "[A-Za-z0-9]"
_B = "[A-Za-z0-9+/]"

_PLAIN: tuple[tuple[str, str, str, str], ...] = (
    *(("GitHub", f"gh{kind}_", _A + "{20,}+", _mixed(36)) for kind in "pousr"),
    ("GitHub", "github_pat_", r"\w{20,}+", _mixed(40)),
    *(
        ("GitLab", f"gl{kind}-", _W + r"{16,}+(?:\.[\w.\-]{2,}+)?", _mixed(20))
        for kind in ("pat", "dt", "rt", "ptt", "ft", "imt", "agent", "soat", "oas", "rtr", "ffct", "cbt", "wt")
    ),
    ("GitLab", "GR1348941", _W + "{20,}+", _mixed(20)),
    *(("Slack", f"xox{kind}-", r"[\w\-]{10,}+", "123456789012-" + _mixed(24)) for kind in "abceoprs"),
    ("Slack", "xoxe.xox", r"[bp]-[\w\-]{10,}+", "p-1-" + _mixed(40)),
    ("Slack", "xapp-", r"\d-[\w\-]{10,}+", "1-A0-1-" + _mixed(32)),
    *(("Stripe", f"{kind}_{mode}_", _A + "{10,}+", _mixed(24)) for kind in ("sk", "rk") for mode in ("live", "test")),
    ("Stripe", "whsec_", "[A-Za-z0-9+/=]{24,}+", _mixed(32)),
    ("SendGrid", "SG.", r"[\w\-]{16,32}\.[\w\-]{16,64}", _mixed(22) + "." + _mixed(43)),
    ("npm", "npm_", _A + "{30,}+", _mixed(36)),
    ("PyPI", "pypi-", r"Ag[\w\-]{30,}+", "AgEIcHlwaS5vcmc" + _mixed(60)),
    ("RubyGems", "rubygems_", "[a-f0-9]{48}", _hex(48)),
    *(("HashiCorp", f"hv{kind}.", r"[\w\-]{20,}+", _mixed(90)) for kind in "sbr"),
    ("HashiCorp", "atlasv1.", r"[\w\-=]{40,}+", _mixed(67)),
    ("Databricks", "dapi", "[0-9a-f]{32}(?:-[0-9])?(?![0-9a-f])", _hex(32)),
    ("Databricks", "dose", "[0-9a-f]{32}(?![0-9a-f])", _hex(32)),
    ("Databricks", "dkea", "[0-9a-f]{32}(?![0-9a-f])", _hex(32)),
    ("Google", "AIza", r"[\w\-]{35}", _mixed(35)),
    ("Google", "ya29.", r"[\w\-.]{20,}+", _mixed(60)),
    ("Google", "GOCSPX-", r"[\w\-]{20,}+", _mixed(28)),
    ("Google", "1//0", r"[\w\-]{30,}+", _mixed(60)),
    ("Google", "GOOG", "[A-Z0-9]{20,61}(?![A-Za-z0-9])", "1" + "EXAMPLE7" * 7),
    *(("AWS", kind, "[0-9A-Z]{16}(?![0-9A-Z])", "IOSFODNN7EXAMPLE") for kind in ("AKIA", "ASIA", "ABIA", "ACCA")),
    ("AWS", "ABSK", r"[A-Za-z0-9+/]{100,}+=*", _mixed(132)),
    ("Hugging Face", "hf_", _A + "{30,}+", _mixed(34)),
    ("Hugging Face", "api_org_", _A + "{30,}+", _mixed(34)),
    ("OpenAI, Anthropic and others", "sk-", r"(?=[A-Za-z_\-]{0,60}\d)[\w\-]{20,}+", "proj-" + _mixed(40)),
    ("OpenAI, Anthropic and others", "gsk_", _A + "{40,}+", _mixed(52)),
    ("OpenAI, Anthropic and others", "nvapi-", r"[\w\-]{40,}+", _mixed(64)),
    ("OpenAI, Anthropic and others", "pplx-", _A + "{40,}+", _mixed(48)),
    ("OpenAI, Anthropic and others", "xai-", _A + "{60,}+", _mixed(80)),
    ("OpenAI, Anthropic and others", "r8_", _A + "{30,}+", _mixed(37)),
    ("OpenAI, Anthropic and others", "wandb_v1_", r"\w{40,}+", _mixed(77)),
    ("OpenAI, Anthropic and others", "pcsk_", r"\w{40,}+", _mixed(70)),
    *(("Docker", f"dckr_{kind}_", r"[\w\-]{20,}+", _mixed(27)) for kind in ("pat", "oat")),
    *(("DigitalOcean", f"do{kind}_v1_", "[a-f0-9]{64}", _hex(64)) for kind in "por"),
    ("Heroku", "HRKU-", r"[\w\-]{36,}+", _mixed(60)),
    *(("Shopify", f"shp{kind}_", "[a-fA-F0-9]{32}", _hex(32)) for kind in ("time", "ss", "ca", "pa")),
    ("Linear, Notion, Postman", "lin_api_", _A + "{40}", _mixed(40)),
    ("Linear, Notion, Postman", "ntn_", _A + "{40,}+", _mixed(46)),
    ("Linear, Notion, Postman", "PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}", _hex(24) + "-" + _hex(34)),
    ("Grafana, New Relic, Sentry", "glc_", r"[A-Za-z0-9+/=]{32,}+", _mixed(60)),
    ("Grafana, New Relic, Sentry", "glsa_", r"\w{32,}+", _mixed(32) + "_" + _hex(8)),
    *(("Grafana, New Relic, Sentry", f"NR{kind}-", _A + "{20,}+", _mixed(27)) for kind in ("AK", "II", "JS", "AA")),
    *(("Grafana, New Relic, Sentry", f"sntry{kind}_", r"[\w+/=\-]{40,}+", _mixed(80)) for kind in "su"),
    ("Grafana, New Relic, Sentry", "dt0c01.", r"[A-Z0-9]{24}\.[A-Z0-9]{64}", "A1" * 12 + "." + "B2" * 32),
    (
        "Doppler, Pulumi, Prefect",
        "dp.",
        r"(?:pt|st|ct|scim|audit)\.(?:[\w\-]{2,35}\.)?[A-Za-z0-9]{40,44}",
        "pt." + _mixed(43),
    ),
    ("Doppler, Pulumi, Prefect", "pul-", "[a-f0-9]{40}", _hex(40)),
    ("Doppler, Pulumi, Prefect", "pnu_", _A + "{36}", _mixed(36)),
    ("Supabase, PlanetScale", "sbp_", "[a-f0-9]{40}", _hex(40)),
    *(("Supabase, PlanetScale", f"pscale_{kind}_", r"[\w\-.=]{32,}+", _mixed(43)) for kind in ("tkn", "pw", "oauth")),
    ("Atlassian", "ATATT3", r"[\w\-=]{60,}+", _mixed(180)),
    ("Atlassian", "ATCTT3", r"[\w\-=]{60,}+", _mixed(180)),
    ("Atlassian", "ATBB", _A + "{32}", _mixed(32)),
    ("Artifactory", "AKCp", _A + "{50,}+", _mixed(69)),
    ("Artifactory", "cmVmdGtuO", _A + "{40,}+", _mixed(55)),
    ("Twilio", "SK", "[0-9a-f]{32}(?![0-9A-Za-z])", _hex(32)),
    ("Mailgun, Mailchimp", "key-", "[0-9a-f]{32}(?![0-9a-f])", _hex(32)),
    ("Square, Facebook, Telegram", "sq0", r"(?:atp|csp|idp)-[\w\-]{22,}+", "atp-" + _mixed(22)),
    ("Square, Facebook, Telegram", "EAACEdEose0cBA", _A + "{10,}+", _mixed(40)),
    ("age, 1Password", "AGE-SECRET-KEY-1", "[A-Z0-9]{40,}+", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2),
    ("age, 1Password", "ops_", r"eyJ[A-Za-z0-9+/=_\-]{60,}+", "eyJ" + _mixed(120)),
)

TOKEN_RULES: tuple[Rule, ...] = (
    *(_token(*one) for one in _PLAIN),
    # JSON Web Token, also an encrypted one; its header begins `{"`
    Rule(
        "JWT",
        "JSON Web Tokens",
        "eyj",
        r"eyJ(?:(?<![\w\-]eyJ)|(?<=%20eyJ))(?P<s1>[\w\-]{8,}+(?:\.[\w\-]{0,4096}+){1,4}(?<=[\w\-.]{12}))",
        "id is eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.SflKxwRJ_SMeKKF2QT4, next",
        "eyJ.txt",
        cased=True,
        wraps=True,
    ),
    Rule(
        "Grafana key",
        "Grafana, New Relic, Sentry",
        "eyjrijoi",
        prefixed("eyJrIjoi", "[A-Za-z0-9]{60,}+={0,2}"),
        "token eyJrIjoi" + _mixed(80),
        "eyJrIjoi",
        cased=True,
    ),
    Rule(
        "key pair",
        "AWS",
        "akia",
        r"AKIA[0-9A-Z]{16}[\"']?[\s,:;/]{1,4}[\"']?(?P<s1>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
        "AKIA" + "IOSFODNN7EXAMPLE," + "wJalr/XUt+" * 4,
        "AKIA of an account",
        cased=True,
    ),
    Rule(
        "client secret",
        "Azure",
        "q~",
        r"Q~(?<=[\w~.\-]{3}\dQ~)(?P<s1>[\w~.\-]{31,34}+)",
        "abc8Q~" + "x" * 34,
        "Q~x",
        cased=True,
    ),
    _marked("annotated key", "JQQJ9", _A + "{52}", r"[A-Za-z0-9]{20,36}+={0,2}", _mixed(52) + "JQQJ99" + _mixed(27)),
    _marked("container registry", r"\+ACR", _B + "{42}", "[A-D]" + _B + "{5}", _mixed(42) + "+ACRA" + _mixed(5)),
    _marked(
        "Functions", "AzFu", r"[A-Za-z0-9_\-]{44}", r"[A-Za-z0-9_\-]{6}={0,2}", _mixed(44) + "AzFu" + _mixed(5) + "A=="
    ),
    _marked("AI Search", "AzSe", _A + "{42}", "[A-D]" + _A + "{5}", _mixed(42) + "AzSeA" + _mixed(5)),
    _marked("DevOps", "AZDO", _A + "{76}", _A + "{4}", _mixed(76) + "AZDO" + _mixed(4)),
    _marked("Redis", "AzCa", _A + "{33}", "[A-P]" + _A + "{5}=?", _mixed(33) + "AzCaA" + _mixed(5) + "="),
    *(
        _marked(
            name, mark, _B + "{33}", "[A-P]" + _B + "{5}=?", _mixed(33) + mark.replace("\\", "") + "A" + _mixed(5) + "="
        )
        for name, mark in (
            ("Service Bus", r"\+ASb"),
            ("Event Hubs", r"\+AEh"),
            ("Relay", r"\+ARm"),
            ("IoT Hub", "AIoT"),
        )
    ),
    Rule(
        "old DevOps token",
        "Azure",
        "pat",
        r"pat(?<![a-z]pat)[ \t]{0,4}[=:][ \t]{0,4}[\"']?(?P<s1>[a-z2-7]{52})(?![a-z0-9])",
        "AZURE_DEVOPS_PAT=" + "abcdefghijklm" * 4,
        "pat=latest",
    ),
    Rule(
        "Vault before 1.10",
        "HashiCorp",
        "s.",
        r"s\.(?<![\w.]s\.)(?P<s1>(?=[A-Za-z]{0,23}\d)[A-Za-z0-9]{24})(?![\w.])",
        "token s." + _mixed(24),
        "s.path",
        cased=True,
    ),
    Rule(
        "Telegram bot",
        "Square, Facebook, Telegram",
        ":aa",
        r":AA(?<=\d{8}:AA)(?P<s1>[\w\-]{32,34}+)",
        "bot 1234567890:AA" + _mixed(33),
        "12:AA",
        cased=True,
    ),
    Rule(
        "Mailchimp",
        "Mailgun, Mailchimp",
        "-us",
        r"-us(?<=(?P<s1>[0-9a-f]{32})-us)\d{1,2}\b",
        _hex(32) + "-us12",
        "en-us",
    ),
    Rule(
        "Slack",
        "webhooks",
        "hooks.slack.com/",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<s1>[\w/\-]{10,}+)",
        "https://hooks.slack.com/" + "services/T0A1B2C3/B0A1/" + _mixed(24),
        "https://hooks.slack.com/docs",
    ),
    Rule(
        "Teams",
        "webhooks",
        ".office.com/webhook",
        r"\.office\.com/webhook(?:b2)?/(?P<s1>[\w@\-/]{10,}+)",
        "https://x.webhook.office.com/webhookb2/" + _hex(8) + "/IncomingWebhook/" + _hex(32),
        "https://outlook.office.com/webhooks",
    ),
    Rule(
        "Discord",
        "webhooks",
        "/api/webhooks/",
        r"/api/webhooks/\d{5,25}/(?P<s1>[\w\-]{10,}+)",
        "https://discord.com/api/webhooks/123456789012345678/" + _mixed(68),
        "https://h.example/api/webhooks/list",
    ),
    Rule(
        "Zapier and Make",
        "webhooks",
        "/hooks/catch/",
        r"/hooks/catch/\d{1,12}/(?P<s1>[\w/]{5,}+)",
        "https://hooks.zapier.com/hooks/catch/123456/o1p2q3/",
        "https://hooks.zapier.com/hooks/catch/",
    ),
    Rule(
        "Make",
        "webhooks",
        "hook.",
        r"hook\.[a-z0-9]{2,8}\.make\.com/(?P<s1>\w{20,}+)",
        "https://hook.eu1.make.com/" + _mixed(32).lower(),
        "https://hook.example/x",
    ),
    Rule(
        "Google Chat",
        "webhooks",
        "/v1/spaces/",
        r"/v1/spaces/\w{1,40}/messages\?(?P<s1>[^\s\"'<>\\]{10,}+)",
        "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=k1&token=t1",
        "/v1/spaces/x",
    ),
)
