"""Secrets in addresses: SAS signatures, user and password before a host, parameters of queries."""

from __future__ import annotations

from ingest.output.secret_shapes import IS, MINGLED, Rule, sas


def _sas(equals: str, anchor: str, example: str) -> Rule:
    return Rule(
        f"SAS signature ({equals})", "Azure", anchor, sas(equals), example, "design=abcdefghijklmnopqrs", wraps=True
    )


# a part of a path that is no word, no number and no name of a file, up to the next part
_SEGMENT = MINGLED + r"""[\w\-]{16,256}+(?=[/?#\s"'<>,;)\]\\]|\.?(?:\s|\Z))"""


def _part(name: str, anchor: str, host: str, near_miss: str, before: str = "", value: str = _SEGMENT) -> Rule:
    """A token in the path of an address: who knows the address may do what it is for."""
    return Rule(
        name,
        "URLs",
        anchor,
        rf"{anchor}{before}(?P<s1>{value})(?:/(?P<s2>{value}))?",
        f"https://{host}0a1b2c3d4e5f6a7b8c9d0e1f/x",
        near_miss,
        also="://",
    )


URL_RULES: tuple[Rule, ...] = (
    _sas("=", "sig=", "https://a.example/c?sv=2020&sig=a%2Fb%3D&se=2021"),
    _sas("%3d", "sig%3d", "x%26sig%3DAbC%253D%26se%3D2021"),
    _sas("%253d", "sig%253d", "x%2526sig%253DAbCdEf%2526se"),
    _sas("\\u003d", "u003d", r"?x=1\u0026sig\u003dab\u002bcd\u003d\u0026se"),
    Rule(
        "sig in a dict",
        "Azure",
        "sig",
        rf"""sig(?<![a-z0-9_]sig){IS}\[?\\{{0,4}}["'](?P<s1>[a-z0-9%+/=]{{40,}}+)""",
        "{'sig': ['" + "a" * 43 + "=']}",
        "sig = '3'",
        wraps=True,
    ),
    Rule(
        "SharedAccessSignature",
        "Azure",
        "sharedaccesssignature=",
        r"""sharedaccesssignature=(?P<s1>(?:[^\s;,"'<>\\]|\\u00[0-9a-f]{2})++)""",
        "BlobEndpoint=https://a/;SharedAccessSignature=sv=2019&sig=abc",
        "SharedAccessSignature is missing",
        wraps=True,
    ),
    Rule(
        "signature of AWS or Google",
        "URLs",
        "signature=",
        r"signature=(?:(?<=x-amz-signature=)|(?<=x-goog-signature=)|(?<=&signature=)(?=[^\s&]{20}))(?P<s1>[a-z0-9%+/=*_\-]++)",
        "https://s3.example/x?X-Amz-Signature=0a1b&X-Amz-Expires=9",
        "signature=predict of the model",
    ),
    Rule(
        "code of a function",
        "URLs",
        "code=",
        r"code=(?:(?<=\?code=)|(?<=&code=))(?P<s1>[\w\-+/%.~=]{20,}+)",
        "https://f.azurewebsites.net/api/x?code=AbCdEfGhIjKlMnOpQrStUv==",
        "https://h.example/x?code=404&retry=1",
    ),
    Rule(
        "password in a URL",
        "URLs",
        "//",
        r"""//[^\s/@:?#"'<>\\]{0,256}:(?!\*+@)(?P<s1>[^\s/?#"'<>\\]+)@""",
        "postgres://bob:s3cr@t@db.example:5432/x",
        "http://host.example:8080/path@v1, https://build:****@h.example/x",
        also="@",
    ),
    Rule(
        "password in an escaped URL",
        "URLs",
        r"\/",
        r"""\\/\\/[^\s/@:?#"'<>\\]{0,256}:(?!\*+@)(?P<s1>[^\s/?#"'<>\\]+)@""",
        r"https:\/\/bob:pw@host.example\/x",
        r"https:\/\/host.example:80\/x",
        also="@",
    ),
    Rule(
        "password of a database in a URL",
        "URLs",
        "://",
        r"""://(?<!http://)(?<!https://)(?<!file://)[^\s/@:?#"'<>\\]{0,256}:(?!\d{1,5}/|\*+@)(?P<s1>[^\s"'<>\\@]{1,200})@"""
        r"""(?=[\w.\-\[]{1,255}(?:[:/?,]|\Z|\s|["']))""",
        "mongodb+srv://bob:p/w#1?@h.example/x",
        "postgres://h.example:1234/a@b",
        also="@",
    ),
    Rule(
        "token in a URL",
        "URLs",
        "https://",
        r"https://(?=[a-z_\-]{0,200}\d)(?P<s1>[\w\-]{20,256})@",
        "https://0123456789abcdefghij@dev.azure.com/x",
        "abfss://azureml-blobstore@acc.dfs.core.windows.net/x",
        also="@",
    ),
    Rule(
        "Oracle",
        "URLs",
        "jdbc:oracle:",
        r"jdbc:oracle:\w{1,10}:[^\s/@]{1,60}/(?P<s1>[^\s@\"']{1,100}+)@",
        "jdbc:oracle:thin:scott/tiger@db:1521:x",
        "jdbc:oracle:thin:@db:1521:x",
    ),
    _part(
        "token of a channel",
        "/t/",
        "conda.example/t/",
        "https://h.example/t/linux-64, https://h.example/t/2026-01-01/x",
    ),
    *(
        _part(
            f"token behind {where}",
            where,
            f"h.example{where}",
            f"https://h.example{where}list, https://h.example{where}v2/x",
        )
        for where in (
            "/token/",
            "/key/",
            "/apikey/",
            "/api/push/",
            "/priv/",
            "/hooks/",
            "/webhook/",
            "/integration/",
        )
    ),
    _part(
        "token behind /webhooks/",
        "/webhooks/",
        "h.example/webhooks/",
        "https://h.example/webhooks/list",
        r"(?:\w{1,30}/){0,2}",
    ),
    _part("ping of a watch", "hc-ping.com/", "hc-ping.com/", "https://hc-ping.com/docs"),
    _part("webhook.site", "webhook.site/", "webhook.site/", "https://webhook.site/docs"),
    _part(
        "bot in a path",
        "/bot",
        "api.telegram.org/bot1234567890:",
        "https://h.example/bot/1, https://h.example/bot7:8080/x",
        r"\d{6,12}(?::|%3a)",
        r"[\w\-]{20,}+",
    ),
    _part(
        "key of a node",
        "/v3/",
        "mainnet.infura.io/v3/",
        "https://h.example/v3/items",
        r"(?<=\.infura\.io/v3/)",
        r"[0-9a-f]{24,}+",
    ),
    *(
        Rule(
            f"{name} in a query",
            "URLs",
            name,
            rf"{name}=(?<=[?&;]{name}=)(?=[a-z\-]{{0,60}}\d)(?P<s1>[\w\-]{{16,256}}+)(?![.\w])",
            f"https://h.example/x?a=1&{name}=" + "0a1b2c3d" * 4,
            f"https://h.example/x?{name}=7&a=1, {name}=0123456789abcdef0123",
        )
        for name in ("sessionid", "session_id", "jsessionid", "phpsessid")
    ),
)
