"""Secrets become `***` with a hint of what they were; innocent text stays; twice is the same as once."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.output import Redactor, redact_text
from ingest.output.secret_rules import ID_RULES, SECRET_RULES

KEY = "Ab1+/" * 17 + "x=="
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.SflKxwRJ_SMeKKF2QT4"
GUID = "00000000-1111-2222-3333-444444444444"

SECRETS = [
    # SAS
    ("https://a.blob.core.windows.net/c?sv=2020&sr=c&sig=a%2Fb%3D&se=2021", "…c?sv=2020&sr=c&sig=***&se=2021"),
    ("https://a.blob.core.windows.net/c?sig=AbC+d/e=", "…c?sig=***"),
    (r'"https://a/b?x=1\u0026sig=Zz9%3D\u0026se=1"', r'"https://a/b?x=1\u0026sig=***\u0026se=1"'),
    (r"?x=1\u0026sig\u003dab\u002bcd\u003d\u0026se", r"?x=1\u0026sig\u003d***\u0026se"),
    ("x%26sig%3DAbC%253D%26se%3D2021", "x%26sig%3D***%26se%3D2021"),
    ("sv=2020&amp;sig=AbC&amp;se=1", "sv=2020&amp;sig=***&amp;se=1"),
    ("{'sig': ['" + "a" * 43 + "=']}", "{'sig': ['***']}"),
    ("BlobEndpoint=https://a/;SharedAccessSignature=sv=2019&sig=abc", "BlobEndpoint=https://a/;SharedAccessSignature=***"),
    ("https://s3/x?X-Amz-Signature=0a1b&X-Amz-Expires=9", "https://s3/x?X-Amz-Signature=***&X-Amz-Expires=9"),
    # connection strings
    (f"AccountName=a;AccountKey={KEY};EndpointSuffix=x", "AccountName=a;AccountKey=***;EndpointSuffix=x"),
    ("Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=ab=;EntityPath=q", "…=Root;SharedAccessKey=***;EntityPath=q"),
    (f"InstrumentationKey={GUID};IngestionEndpoint=https://x", "InstrumentationKey=***;IngestionEndpoint=https://x"),
    ("Server=db;User Id=bob;Password=p@ss w;Timeout=3", "Server=db;User Id=bob;Password=*** w;Timeout=3"),
    # headers and tokens
    (f"Authorization: Bearer {JWT}", "Authorization: Bearer ***"),
    ("{'Authorization': 'Bearer abc.def'}", "{'Authorization': 'Bearer ***'}"),
    ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic ***"),
    ("Authorization: SharedKey acc:abcdef=", "Authorization: SharedKey ***"),
    ("got token Bearer abcdefgh12345678xyz.", "got token Bearer ***"),
    (f"id is {JWT}, next", "id is eyJ***, next"),
    ("x-api-key: abc", "x-api-key: ***"),
    ("'Ocp-Apim-Subscription-Key': 'abc'", "'Ocp-Apim-Subscription-Key': '***'"),
    ("pushed with ghp_" + "a1B2" * 9, "pushed with ghp_***"),
    ("sk-proj-abcDEF123456789012345", "sk-***"),
    ("dapi" + "0a" * 16, "dapi***"),
    ("access_token=abcdefgh&x=1", "access_token=***&x=1"),
    ("token: 0123456789abcdef01234567", "token: ***"),
    # passwords
    ("postgres://bob:s3cr@t@db:5432/x", "postgres://bob:***@db:5432/x"),
    ("redis://:pw@h", "redis://:***@h"),
    (r"https:\/\/bob:pw@host\/x", r"https:\/\/bob:***@host\/x"),
    ("https://0123456789abcdefghij@dev.azure.com/x", "https://***@dev.azure.com/x"),
    ("login(user='bob', password='hunter2')", "login(user='bob', password='***')"),
    ("password=hunter2, user=bob", "password=***, user=bob"),
    ("password=hun,ter2,user=bob", "password=***,user=bob"),
    ("pwd = abc", "pwd = ***"),
    ("{'client_secret': 'x', 'n': 1}", "{'client_secret': '***', 'n': 1}"),
    (r'{"client_secret": "x\"y", "n": 1}', '{"client_secret": "***", "n": 1}'),
    (r'"{\"client_secret\": \"x\"}"', r'"{\"client_secret\": \"***\"}"'),
    ('{"password": "cut off at the', '{"password": "***'),
    ("AZURE_CLIENT_SECRET=abc8Q~def", "AZURE_CLIENT_SECRET=***"),
    ("os.environ['AZURE_CLIENT_SECRET'] = 'zzz'", "os.environ['AZURE_CLIENT_SECRET'] = '***'"),
    ("API_KEY=bob", "API_KEY=***"),
    ("main.py --password hunter2 --x 1", "main.py --password *** --x 1"),
    ("['--client-secret', 'abc']", "['--client-secret', '***']"),
    # keys without a name
    (f"key1: {KEY}", "key1: ***=="),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "…KEY-----\n***\n-----END RSA PRIVATE KEY-----"),
    ("abc8Q~" + "x" * 34, "abc8Q~***"),
]  # fmt: skip

INNOCENT = [
    "design=abcdefghijklmnopqrstuvwxyz",
    "sig = 3",
    "sig=3",
    "the signature=predict of the model, signature: {'inputs': 1}",
    "def connect(password: str, pwd: Optional[str] = None, api_key=None):",
    "login(password=self.password, secret=args.secret)",
    "PWD=/mnt/azureml/cr/j/x OLDPWD=/root",
    "pad_token='<pad>' max_tokens=100 num_token: 5",
    "primary_key='id', foreign_key=job_id, partition_key: day",
    "KeyError: 'password'",
    "password is wrong; the secret of success; keys and tokens",
    "password:",
    "Bearer authentication failed: Bearer authorization_uri=",
    "Authorization: failed. AuthorizationFailure",
    "SharedAccessKeyName=RootManageSharedAccessKey",
    "integrity sha512-" + "A" * 86 + "==",
    f"abfss://azureml-blobstore-{GUID}@acc.dfs.core.windows.net/x",
    "http://host:8080/path@v1 git@github.com:x/y.git //registry:5000",
    f"run {GUID} of logs/user/error/10.0.0.4_0/process000.txt",
    "myreg.azurecr.io/azureml/azureml_0123456789abcdef0123456789abcdef@sha256:" + "0a" * 32,
    "experimentrun/dcid.job_2021_token_key/logs/azureml/password_reset_secret.py",
    "task-2021-01-02-abcdefghijklmnop risk-0123456789abcdefghij",
    "eyJ.txt monkey=banana turkey: roast",
    "password == other and secret != x",
    "${PASSWORD} password=${PASSWORD} password={password}",
]

fragments = st.sampled_from(
    [rule.anchor for rule in SECRET_RULES + ID_RULES]
    + [text for pair in SECRETS for text in pair]
    + [*"=:;,&?'\"\\/@*-.~ \n[]{}()<>", "***", "abc", "0123456789abcdef" * 2, "İ", GUID, "%3d", "api_", "begin rsa "]
)


@pytest.mark.parametrize(("text", "masked"), SECRETS)
def test_secrets(text: str, masked: str) -> None:
    """Each kind is masked, and what stands around it stays."""
    result = redact_text(text)
    assert result.endswith(masked.removeprefix("…"))
    assert redact_text(result) == result


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_text(text: str) -> None:
    """Near misses stay as they are."""
    assert redact_text(text) == text


@given(st.lists(fragments | st.text(max_size=5), max_size=12).map("".join), st.booleans())
@example("password='***", False)
def test_twice_is_once(text: str, ids: bool) -> None:
    """Masking what is masked changes nothing, however the pieces are put together."""
    once = redact_text(text, ids=ids)
    assert redact_text(once, ids=ids) == once


@given(st.text(st.characters(categories=["L", "N"]), min_size=8, max_size=40), st.text(max_size=20))
def test_password_is_gone(password: str, before: str) -> None:
    """In the usual dresses of a password nothing of it is left, whatever stands before."""
    for dress in ("password='{}'", '"client_secret": "{}"', "api_key={} ", "//user:{}@host/", "&pwd={}&x=1"):
        assert "Q!" + password not in redact_text(f"{before}\n{dress.format('Q!' + password)}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "pwd='",
        "//a:",
        "eyJ",
        "eyJ_",
        "=",
        "&sig=",
        "password=a,",
        'password="\\',
        "a b ",
        "pwd\\n",
        "pwd,a\n",
        "password  ",
        "/t/a1",
        "user: b, key: ",
        "Authorization: a b=",
        "x-key: a1",
    ],
)
def test_long_lines(unit: str) -> None:
    """A line of 5 MB made of beginnings of secrets comes to its end: no expression is worse than linear."""
    text = (unit * (5_000_000 // len(unit))) + "@"
    assert len(redact_text(text)) <= len(text) * 2


def test_ids_are_masked_when_asked() -> None:
    """Subscription, tenant, resource group and workspace say whose run it was; ids of runs stay."""
    path = f"/subscriptions/{GUID}/resourceGroups/rg-1/providers/X/workspaces/ws.1/runs/{GUID}"
    assert redact_text(path) == path
    assert (
        redact_text(path, ids=True) == f"/subscriptions/***/resourceGroups/***/providers/X/workspaces/***/runs/{GUID}"
    )
    text = f"{{'subscription_id': '{GUID}', 'workspace_name': 'w', 'node_id': 'tvmps_1'}} tenantId={GUID}"
    masked = "{'subscription_id': '***', 'workspace_name': '***', 'node_id': 'tvmps_1'} tenantId=***"
    assert redact_text(text, ids=True) == masked


def test_nested_values_go_by_name() -> None:
    """In JSON a value is masked for the name of its field, or for its own shape."""
    value = {
        "client_secret": "x",
        "n": [1, {"url": "?a=1&sig=x"}],
        "api_key": "",
        "b": b"&sig=x",
        "subscriptionId": GUID,
    }
    assert Redactor().value(value) == {
        "client_secret": "***", "n": [1, {"url": "?a=1&sig=***"}], "api_key": "", "b": b"&sig=***", "subscriptionId": GUID,
    }  # fmt: skip
    assert Redactor(ids=True).value(value)["subscriptionId"] == "***"


@pytest.mark.parametrize(
    ("name", "secret"),
    [("password", True), ("AZURE_CLIENT_SECRET", True), ("apiKey", True), ("message", False), ("primary_key", False),
     ("job_id", False), ("token_count", False), ("x" * 100 + "password", False)],
)  # fmt: skip
def test_secret_names(name: str, secret: bool) -> None:
    """Some names say that their value is a secret."""
    assert Redactor().secret_name(name) is secret


@given(st.lists(st.lists(fragments, max_size=6).map("".join), max_size=6))
def test_narrowing_loses_nothing(texts: list[str]) -> None:
    """The rules found for a batch of texts mask each of them as all rules do, plain and inside JSON."""
    redactor = Redactor()
    plain = redactor.narrowed(texts, exact=True)
    quoted = redactor.narrowed(list(map(json.dumps, texts)), exact=False)
    for text in texts:
        masked = redactor.text(text)
        assert (plain.text(text) if plain else text) == masked
        assert (quoted.text(text) if quoted else text) == masked


def test_anchors_survive_json() -> None:
    """No anchor holds what JSON would escape, so that it is found in quoted text as well."""
    for rule in SECRET_RULES + ID_RULES:
        assert rule.anchor in json.dumps(rule.anchor)[1:-1]
        assert rule.anchor == rule.anchor.lower()
