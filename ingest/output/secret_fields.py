"""Secrets beside their names: fields of settings, JSON, XML and sentences, and headers of HTTP."""

from __future__ import annotations

import base64
import re

from ingest.output.secret_shapes import CHOSEN, GUID, IS, MINGLED, MIXED, NO_PLACEHOLDER, QUOTED, Rule, after, assigned

_ID = "00000000-1111-2222-3333-444444444444"
_TOKEN_OWNERS = (
    "sas access refresh (?<![a-z])id auth bearer security session identity api private vault deploy github gh gitlab "
    "gitea slack bot npm pypi hf hub databricks wandb sentry consul jwt oauth ci agent run user registry artifactory "
    "sonar codecov snyk telegram discord influx mlflow"
)
_KEY_OWNERS = "api account storage access subscription instrumentation private shared functions sas"
_LONG_KEY_OWNERS = (
    "primary secondary master signing encryption auth app application client hmac service cosmos search openai speech "
    "luis vision translator cognitive fernet license webhook server device ssh maps admin batch registry host system "
    "kaggle comet neptune clearml wandb datadog dd honeycomb sendgrid mailgun twilio stripe algolia openrouter groq "
    "mistral cohere pinecone qdrant anthropic gemini "
    "azure aws google gcp tavily serper replicate deepgram elevenlabs langsmith langchain huggingface hf"
)
_SPOKEN = "api account access storage shared primary secondary master hmac signing encryption secret admin function"
_PASS_OWNERS = (
    "db user smtp mysql pg redis ftp admin root login mail http https proxy registry docker ssh sudo ldap jdbc mongo "
    "postgres sql sa app svc"
)


_NAME_ENDS = r"(?=[\s\d\"'\\=:\]%])"
"""No letter of a longer word comes: asked before what stands before the name, which takes longer."""
_OF_DATA = {
    "key": "partition sort row cache primary foreign hash object blob file group public unique surrogate lookup dict index "
    "join shuffle range route idempotency natural business websocket dedup lock batch item map state order message record "
    "redis s3 tag node parent child event job task run step metric param config composite clustering distribution image "
    "id correlation span trace",
    "token": "next continuation page skip delta sync eos bos pad unk sep cls mask stop special num max new",
    "auth": "",
}
"""What stands before the end of a name that is like a secret's: names of columns, pages of a list, words of a model."""


_FIELD = r"""\\{0,4}["']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,4}"""
_NEXT = r"""\\{0,4}["']?(?:,|;|\r?\n|\\n)[ \t\r\n]{0,40}\\{0,4}"""
_LONG = r"""\\{0,4}["']?(?=[\w+/\-]{0,40}?[a-z0-9]{12})""" + MINGLED + r"(?P<s1>[a-z0-9+/_\-]{16,256}+={0,2})(?![\w.])"
"""A value as tokens are, not as names of files."""


def _assignment(name: str, anchor: str, more: str, example: str, near_miss: str, **limits: int | str) -> Rule:
    at_least, unless = int(limits.get("at_least", 1)), str(limits.get("unless", ""))
    pattern = assigned(anchor, more, at_least=at_least, unless=unless)
    return Rule(name, "named fields", anchor, pattern, example, near_miss)


_WORDS = (
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "accountkey",
    "passphrase",
    "connectionstring",
)


def _ending(sign: str, word: str) -> Rule:
    """A header or a setting of a service that has no rule: `X-Fastly-Key`, `NEW_SERVICE_TOKEN`, with a value as tokens are."""
    end = sign + word
    owned = "".join(f"(?<!{owner}{end})" for owner in _OF_DATA[word].split())
    value = rf"""(?!{GUID}|\d{{4}}-\d\d-\d\d)(?=[\w.\-+/=~]{{0,24}}?[a-z0-9+]{{16}}){MINGLED}"""
    value += r"(?P<s1>[\w+/=~\-]{16,1024}+)(?![.\w:@(])"
    return Rule(
        f"…{end}",
        "headers",
        end,
        rf"""{end}(?<=[a-z0-9]{end}){owned}(?:{IS}|["']?[ \t]{{0,40}}[,|│\t][ \t]{{0,40}})"""
        rf"""{NO_PLACEHOLDER}\\{{0,4}}["']?{value}""",
        f"X-Widget{end}: 0a1b2c3d4e5f6a7b8c9d",
        f"my{end}: 2026-01-01T00:00:00.0Z, partition{end}=store_0001_2026_01_01",
    )


def _element(word: str) -> Rule:
    """`<password>…</password>`."""
    pattern = rf"{word}(?:[ \t][^<>\n]{{0,200}})?>(?P<s1>[^<>\n]{{1,512}}+)</"
    return Rule(
        f"{word} in XML", "named fields", word, pattern, f"<{word}>hunter2</{word}>", f"<{word}></{word}>", also="</"
    )


def _pair(word: str) -> Rule:
    """A name and a value beside each other: settings of applications, variables of containers."""
    quoted = r"""(?P<q>\\{0,4}["'])(?P<s1>(?:(?!(?P=q))[^\n]){1,512}+)"""
    value = rf"""value\\{{0,4}}["']?[ \t]{{0,4}}[:=][ \t]{{0,4}}(?:{quoted}|(?P<s2>[^\s"'\\]++))"""
    others = r"""(?:["']\w{1,40}["'][ ]?:[ ]?(?:true|false|null|\d{1,10}|["'][\w.\- ]{0,60}["']),\s{0,40}){0,3}"""
    pattern = rf"""{word}(?:\\{{0,4}}["'][\s,]{{1,40}}{others}\\{{0,4}}["']?|[ \t]{{0,4}}\r?\n[ \t]{{0,40}}){value}"""
    example = f'{{"name": "MY_{word.upper()}", "value": "hunter2"}}'
    return Rule(f"{word} and value", "named fields", word, pattern, example, f'"{word}", "values": 3', also="value")


def _item(word: str, owned: str = "", owner: str = "") -> Rule:
    """A name and a value in a pair, as items of a dict and headers are printed: `('api_token', '…')`."""
    value = r"""(?P<q>["'])(?=[^"'\s]{0,200}\d)(?P<s1>[^"'\s]{8,1024}+)(?P=q)[ \t]?[)\]]"""
    pattern = rf"""{word}{owned}["'][ \t]?,[ \t]?[bu]?{value}"""
    example, near_miss = f"[('{owner or 'my_'}{word}', 'hunter22')]", f"usecols=('{word}', 'node')"
    return Rule(f"{word} in a pair", "named fields", word, pattern, example, near_miss, also=",")


def _cell(word: str) -> Rule:
    """A name of several words and a value in neighbouring cells of a table, or of a file of settings in CSV."""
    between = r"""["']?[ \t]{0,40}[,|│\t][ \t]{0,40}["']?"""
    no_name = r"""(?![a-z_.\-]{0,60}\d{0,3}(?:["'\s,|│]|\Z))(?=[^\s"',|│]{0,200}\d)(?=[^\s"',|│]{0,200}[a-z])"""
    value = r"""(?P<s1>[^\s"',|│]{8,1024}+)(?=["']?[ \t]{0,200}(?:[,|│\t\r\n]|\Z))"""
    pattern = rf"{word}(?<=[_.\-]{word}){between}{no_name}{value}"
    return Rule(
        f"{word} in a table",
        "named fields",
        word,
        pattern,
        f"| DB_{word.upper()} | hunt3r22 |",
        f"db_{word},column_12,2026-01-01",
    )


def _part(word: str) -> Rule:
    """A part of a form as browsers send it."""
    pattern = rf"""{word}["'](?:\r?\n|\\r\\n){{2}}(?P<s1>[^\s\\]{{1,1024}}+)"""
    example, near_miss = f'form-data; name="my_{word}"\r\n\r\nhunter2\r\n', f'name="{word}"\nnext'
    return Rule(f"{word} of a form", "named fields", word, pattern, example, near_miss, also="form-data")


def _in_base64(word: str) -> list[Rule]:
    """Text that begins with a word, in base64: the word looks different at each of three places."""
    rules = []
    for place in range(3):
        long = base64.b64encode(b" " * place + word.encode()).decode()
        inner = long[4 if place else 0 : (place + len(word)) // 3 * 4]  # what neighbours do not change
        rules.append(
            Rule(
                f"{word.strip(' :=')} in base64, {place + 1} of 3",
                "in base64",
                inner.lower(),
                rf"{inner}(?P<s1>[A-Za-z0-9+/_\-]{{11,}}+={{0,2}})",
                "x: " + base64.b64encode((" " * place + word + "0a1b2c3d4e5f").encode()).decode(),
                f"{inner} {inner}",
                cased=True,
                wraps=True,
            )
        )
    return rules


FIELD_RULES: tuple[Rule, ...] = (
    _assignment(
        "password", "password", r"s?\d{0,2}", "login(user='bob', password='hunter2')", "password=self.password"
    ),
    _assignment("passwd", "passwd", "", "passwd: hunter2", "cat /etc/passwd"),
    _assignment("passphrase", "passphrase", "", "passphrase=hunter2", "the passphrase is wrong"),
    _assignment("passcode", "passcode", "", "passcode=77-88-99", "the passcode is wrong"),
    _assignment("passwort", "passwort", "", "Passwort: geheim1", "das Passwort ist falsch"),
    _assignment("mot de passe", "mot de passe", "", "mot de passe : soleil", "le mot de passe est faux"),
    _assignment("contraseña", "contrase", r"(?:ñ|n|\\u00f1|Ã±)a", "contraseña: sol1", "la contraseña es mala"),
    _assignment("senha", "senha", "(?<![a-z]senha)", "senha: sol1", "a senha falhou"),
    _assignment("Kennwort", "kennwort", "", "Kennwort: geheim1", "das Kennwort ist falsch"),
    _assignment("wachtwoord", "wachtwoord", "", "wachtwoord=zon1", "het wachtwoord is fout"),
    _assignment(
        "key of a certificate",
        "key",
        r"(?:(?<=client-key)|(?<=tls\.key)|(?<=private-key)|(?<=signing-key))(?:-data)?",
        "client-key-data: " + "aB3/" * 9,
        "client-key: /etc/ssl/x.pem",
        at_least=30,
        unless=r"(?![/.])",
    ),
    _assignment(
        "pwd",
        "pwd",
        "",
        "Uid=sa;Pwd=hunter2;",
        "PWD=/mnt/x OLDPWD=/root",
        unless=r"""(?!\\{0,4}["']?(?:[/~.]|[a-z]:[\\/])|\{)""",
    ),
    Rule(
        "pwd in braces",
        "named fields",
        "pwd",
        r"pwd[ \t]?=[ \t]?\{(?P<s1>(?:[^}\n]|\}\}){1,256}+)\}",
        "UID=sa;PWD={p;w};",
        "pwd={}",
    ),
    Rule(
        "pass",
        "named fields",
        "pass",
        rf"pass(?:(?<![a-z]pass)|{after('pass', _PASS_OWNERS)})"
        rf"{IS}(?![/.])(?:(?=[bu]?[^ ]{{0,4}}[\"'][^\s\"']{{4}}){QUOTED}"
        rf"|(?=[^\s\"'\\;&,]{{0,60}}[a-z!@#$^*])(?=[^\s\"'\\;&,]{{0,60}}[0-9!@#$^*])(?P<s2>[^\s\"'\\;&<>,)]{{6,}}+))",
        "user=bob;pass=hunter2",
        "pass: 12 fail: 3, pass=True, bypass=abc123def",
    ),
    Rule(
        "pw",
        "named fields",
        "pw",
        rf"pw(?<![a-z]pw){IS}{MIXED}(?:{QUOTED}|(?P<s2>[^\s\"'\\;&<>,)]{{6,}}+))",
        "pw=hunter22",
        "pw=12",
    ),
    *(_element(word) for word in _WORDS),
    *(_pair(word) for word in _WORDS),
    *(_item(word) for word in _WORDS),
    _item("key", after("key", _KEY_OWNERS), "api_"),
    *(_cell(word) for word in _WORDS),
    *(_part(word) for word in _WORDS),
    Rule(
        "secret of SQL",
        "named fields",
        "secret",
        r"secret(?:_key|_access_key)?[ \t]{1,4}'(?=[^'\s]{0,200}\d)(?P<s1>[^'\s]{16,512}+)'",
        "CREATE SECRET s (TYPE s3, SECRET '" + "aB3/" * 10 + "')",
        "the secret 'db-password'",
    ),
    _assignment(
        "secret",
        "secret",
        r"(?<!:\d{12}:secret)(?:[_.-]?(?:access[_.-]?)?key|[_-]?(?:value|text|string|base|id(?=[^a-z]{0,4}[=:]\s{0,3}[\"']?[^\s\"']{30})))?",
        "{'client_secret': 'x1y2', 'n': 1}",
        "secret=args.secret, secret = client.get_secret(name).value, arn:aws:secretsmanager:r:123456789012:secret:prod/db",
    ),
    _assignment(
        "key of an owner", "key", _NAME_ENDS + after("key", _KEY_OWNERS) + r"\d?", "API_KEY=bob", "primary_key='id'"
    ),
    _assignment(
        "long key of an owner",
        "key",
        _NAME_ENDS
        + after("key", _LONG_KEY_OWNERS)[:-1]
        + "|"
        + "|".join(f"(?<={word} key)" for word in _SPOKEN.split())
        + ")",
        "search_key=0123456789abcdefABCDEF",
        "primary_key='id', client_key=id",
        at_least=16,
    ),
    _assignment(
        "token of an owner",
        "token",
        after("token", _TOKEN_OWNERS),
        "GITHUB_TOKEN=abcdefgh12",
        "num_token: 5, x-ms-session-token: 0:-1#12041",
        at_least=8,
        unless=r"(?!\d{1,4}:-?\d{1,20}#)",  # how far a session of Cosmos DB has read
    ),
    Rule(
        "long token",
        "named fields",
        "token",
        rf"""token(?<![a-z]token){IS}\\{{0,4}}["']?(?=[a-z_.\-+/=~]{{0,200}}\d)(?P<s1>[\w.\-+/=~]{{24,}}+)""",
        "token: 0123456789abcdef01234567",
        "pad_token='<pad>' token: 12",
    ),
    Rule(
        "credential",
        "named fields",
        "credential",
        rf"""credentials?{IS}\\{{0,4}}["']?(?=[a-z_.\-+/=~]{{0,200}}\d)(?P<s1>[\w.\-+/=~]{{20,}}+)""",
        "credential=0123456789abcdef0123",
        "credential: DefaultAzureCredential",
    ),
    Rule(
        "auth tuple",
        "named fields",
        "auth",
        r"""auth[ \t]?=[ \t]?\([ \t]?[bu]?["'][^"'\n]{0,100}["'][ \t]?,[ \t]?[bu]?["'](?P<s1>[^"'\n]{1,200}+)""",
        "requests.get(url, auth=('bob', 'hunter2'))",
        "auth=('bob', password)",
    ),
    *(
        Rule(
            f"{call}user, password)",
            "named fields",
            call,
            rf"""{re.escape(call)}(?<=[\w.]{re.escape(call)})[bu]?["'][^"'\n]{{1,100}}["'][ \t]?,[ \t]?[bu]?["']"""
            r"""(?=[^"'\n]{0,60}[\d!@#$^*])(?=[^"'\n]{0,60}[a-z])(?P<s1>[^"'\n]{6,200}+)["'][ \t]?[,)]""",
            f"client.{call}'bob', 'hunter2')",
            f"client.{call}'bob', 'editor'), client.{call}user, word)",
        )
        for call in ("auth(", "login(", "pw_set(", "credentials(")
    ),
    Rule(
        "user and password in one",
        "named fields",
        "auth.user.info",
        rf"""auth\.user\.info{IS}[^\s:=]{{1,100}}:{NO_PLACEHOLDER}(?P<s1>[^\s"',;]{{4,200}}+)""",
        "basic.auth.user.info=bob:hunter2",
        "auth.user.info: bob",
    ),
    *(
        Rule(
            name,
            "named fields",
            anchor,
            rf"""{anchor}{IS}\\{{0,4}}["']?(?P<s1>[a-z0-9_.\-+/=~]{{16,}}+)""",
            f"{anchor}=" + "0a1b2c3d" * 5,
            f"{anchor}: none",
        )
        for name, anchor in (
            ("header of a managed identity", "identity-header"),
            ("variable of a managed identity", "identity_header"),
            ("code verifier", "code_verifier"),
            ("code of a device", "device_code"),
        )
    ),
    Rule(
        "HTTPBasicAuth",
        "named fields",
        "basicauth(",
        r"""basicauth\([bu]?["'][^"'\n]{0,100}["'][ \t]?,[ \t]?[bu]?["'](?P<s1>[^"'\n]{1,200}+)""",
        "HTTPBasicAuth('bob', 'hunter2')",
        "HTTPBasicAuth(user, word)",
    ),
    *(
        Rule(
            f"{call.capitalize()} call",
            "named fields",
            f"{call}(",
            rf"{call}\([^()\n]{{0,160}}?(?:(?<=[\s,(])key[ \t]?=[ \t]?)?[bu]?(?P<q>[\"'])(?=[^\"'\n]{{0,200}}\d)"
            r"(?![0-9a-f]{8}-[0-9a-f]{4}-)(?P<s1>[A-Za-z0-9+/_\-]{32,512}+={0,2})(?P=q)",  # ids of clients are no secrets
            f"{call}(key='" + "0a1b2c3d" * 5 + "')",
            f"{call}(key=key), {call}('inputs', 'images')",
        )
        for call in ("login", "credential", "fernet")
    ),
    Rule(
        "with password",
        "named fields",
        "with password ",
        r"""with password (?=\S{0,40}\d)(?=\S{0,40}[a-z])["']?(?P<s1>[^\s"']{6,}+)""",
        "log in with password hunter2!",
        "with password authentication",
    ),
    Rule(
        "quoted password of a sentence",
        "named fields",
        "passw",
        r"""passw(?:ord|d)[ \t]{1,2}(?P<q>\\{0,4}["'`])(?![a-z]{1,30}(?:[_\-][a-z]{1,30}){1,5}[_\-]?\d{0,2}(?P=q))"""
        r"""(?!(?:\{\w*\}|%\w+%|\$\w+)(?P=q))(?=[^"'`\s]{0,60}[\d!@#$^*])(?=[^"'`\s]{0,60}[a-z])(?P<s1>[^"'`\s\\]{6,200}+)(?P=q)""",
        "login failed with user bob and password 'hunter2'",
        "Reading password 'db-password-1', wrong password 'x', password '%DB_PASS%'",
    ),
    Rule(
        "password for somebody",
        "named fields",
        "password",
        rf"""passwords?[ \t](?:for|of)[ \t][^\n:=]{{1,80}}?["']?[ \t]?(?::|=|\bis\b)[ \t]{{1,4}}[\"'`]?{CHOSEN}""",
        "New password for user bob: hunter2!",
        "Password for 'https://bob@h.example': prompt disabled, password for bob: expired",
    ),
    Rule(
        "password that is told",
        "named fields",
        "password",
        r"""password[ \t](?:(?:is|was|has[ \t]been|now)(?=[ \t:]))?(?:[ \t]?(?:(?:re)?set|changed|equal)[ \t]to|[ \t]now)?"""
        rf"""(?<=[a-z]):?[ \t]{{1,4}}[\"'`]?(?<!password[ ])(?<!password[ ][\"'`]){CHOSEN}""",
        "the initial password is hunter2!",
        "the password is required, password was changed on 2026-01-01",
    ),
    Rule(
        "key beside a user",
        "named fields",
        "username",
        rf"""username{_FIELD}["']?[^\s"',;]{{1,100}}["']?{_NEXT}["']?(?:key|code|pat|pass){IS}{_LONG}""",
        '{"username": "bob", "key": "' + "0a1b2c3d" * 4 + '"}',
        "username: bob, key: image_0001",
    ),
    _assignment("psk", "psk", "(?<![a-z]psk)", 'psk="hunter22"', "TLS_PSK: on, psk=1", at_least=8),
    Rule(
        "key of events",
        "named fields",
        "_key",
        rf"""_key(?:(?<=routing_key)|(?<=integration_key)|(?<=service_key)|(?<=write_key)|(?<=ingestion_key))"""
        rf"""{IS}\\{{0,4}}["']?(?=[a-z]{{0,40}}\d)(?=\d{{0,40}}[a-z])(?P<s1>[0-9a-z]{{20,64}}+)(?![\w.\-])""",
        '{"routing_key": "' + "0a1b2c3d" * 4 + '"}',
        "routing_key='batch.scored', routing_key=celery",
    ),
    *(
        Rule(
            name,
            "named fields",
            anchor,
            rf"""{anchor}{more}{IS}\\{{0,4}}["']?(?P<s1>[a-z0-9]{{4,32}}+)(?![\w.\-])""",
            example,
            "pin=1234567, pin_memory=True, spin-value=12345, next_pin=12",
        )
        for name, anchor, more, example in (
            ("value of a PIN", "pin-value", "(?<![a-z]pin-value)", "pkcs11:token=x;pin-value=123456"),
            (
                "PIN of an owner",
                "_pin",
                "(?:"
                + "|".join(f"(?<={owner}_pin)" for owner in ("user", "so", "sim", "token", "card", "admin"))
                + ")",
                "HSM_USER_PIN=123456",
            ),
        )
    ),
    *(
        Rule(
            f"{word} after blanks",
            "named fields",
            f".{word}",
            rf"""\.{word}[ \t]{{1,80}}(?=[^\s"',;]{{0,200}}\d)(?=[^\s"',;]{{0,200}}[a-z])"""
            r"""(?P<s1>[^\s"',;\\]{8,1024}+)(?=[ \t\r]*+(?:\n|\\[nr]|["']|\Z))""",
            f"spark.hadoop.fs.store.{word}    hunter2hunter2",
            f"see app.{word} for 2026-01-01",
        )
        for word in ("password", "secret", "secret.key", "api.key", "token")
    ),
    Rule(
        "auth of a registry",
        "named fields",
        "auth",
        rf"auth(?<![a-z]auth){IS}\\{{0,4}}[\"']?(?=[a-z+/]{{0,200}}[0-9=])(?P<s1>[a-z0-9+/]{{12,}}+={{0,2}})(?![\w.\-])",
        '{"auths": {"r": {"auth": "Ym9iOmh1bnRlcjI="}}}',
        "auth: anonymous",
    ),
    Rule(
        "SQL password",
        "named fields",
        "identified by",
        r"identified by (?P<q>[\"'])(?P<s1>[^\"'\n]{1,200}+)",
        "CREATE USER a IDENTIFIED BY 'hunter2'",
        "identified by name",
    ),
    Rule(
        "SQL role",
        "named fields",
        "password '",
        r"password '(?:(?<=with password ')|(?<=encrypted password '))(?P<s1>[^'\n]{1,200}+)",
        "ALTER ROLE a WITH PASSWORD 'hunter2'",
        "wrong password 'x'",
    ),
    Rule(
        "netrc",
        "named fields",
        "machine ",
        r"machine \S{1,200}\s{1,4}login \S{1,200}\s{1,4}password (?P<s1>\S++)",
        "machine h.example login bob password hunter2",
        "machine learning password",
    ),
    Rule(
        "YAML block",
        "named fields",
        "password:",
        r"password:[ \t]{0,4}[|>][+-]?[ \t]{0,4}\r?\n[ \t]{1,40}(?P<s1>[^\n]{1,400}+)",
        "password: |\n  hunter2",
        "password: |",
    ),
)

HEADER_RULES: tuple[Rule, ...] = (
    Rule(
        "Authorization",
        "headers",
        "authorization",
        r"""authorization\\{0,4}["']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}(?:[bu]?\\{0,4}["'])?(?:"""
        r"""(?:digest|aws4-hmac-sha256|sharedaccesssignature)[ \t]{1,4}(?P<s1>[^"'\\\n]++)"""
        rf"""|(?:bearer|basic|sharedkey(?:lite)?|token|negotiate|ntlm|apikey|bot|key)[ \t]{{1,4}}{NO_PLACEHOLDER}"""
        r"""(?P<s2>[^\s"'\\<>,;]++)"""
        rf"""|{NO_PLACEHOLDER}(?P<s3>[^\s"'\\<>,;*]{{16,}}+))""",
        "Authorization: Basic dXNlcjpwYXNz",
        "Authorization: failed. AuthorizationFailure",
        wraps=True,
    ),
    Rule(
        "Authorization with any scheme",
        "headers",
        "authorization",
        r"""authorization\\{0,4}["']?[ \t]{0,4}(?:=>|[:=,])[ \t]{0,4}(?:[bu]?\\{0,4}["'])?[a-z][\w\-]{1,30}[ \t]{1,4}(?:"""
        # fields of a scheme: what is quoted, or long
        r"""(?P<s1>[a-z_]{1,40}=(?:\\{0,4}"[^"\n\\]{1,400}\\{0,4}"|[^\s,"'\\]{8,400})"""
        r"""(?:,[ \t]?[a-z_]{1,40}=[^\n,'\\]{0,400}){0,12})"""
        # an id in the midst of a sentence is no credential
        rf"""|(?!\d{{4}}-\d\d-|{GUID}(?!\\{{0,4}}["']|\s{{0,4}}(?:\n|\\[nr]|\Z))|[a-z_]{{1,20}}://)"""
        r"""(?=[a-z.\-_+/=~:]{0,200}\d)(?=[\d.\-_+/=~:]{0,200}[a-z])(?P<s2>[\w.\-+/=~:|]{12,}+))""",
        "Authorization: GenieKey 0a1b2c3d-4e5f-6789-0a1b-2c3d4e5f6789",
        f"Authorization: request {_ID} failed, denied at 2026-01-01T00:00:00Z",
        wraps=True,
    ),
    Rule(
        "Authorization in a pair",
        "headers",
        "authorization",
        r"""authorization["'][ \t]?,[ \t]?[bu]?["'](?:basic|bearer|token|apikey|key)[ \t](?P<s1>[^\s"'\\]++)""",
        "('Proxy-Authorization', 'Basic dXNlcjpwYXNz')",
        "('Authorization', 'Accept')",
    ),
    *(_ending(sign, word) for word in _OF_DATA for sign in "-_"),
    Rule(
        "Bearer",
        "headers",
        "bearer",
        r"bearer(?<![a-z]bearer)(?:[ \t]{1,4}|:[ \t]{0,4})(?=[a-z._~+/\-]{0,200}\d)(?P<s1>[a-z0-9._~+/=\-]{16,}+)",
        "got token Bearer abcdefgh12345678xyz",
        "Bearer authentication failed: Bearer authorization_uri=",
        wraps=True,
    ),
    Rule(
        "Cookie",
        "headers",
        "cookie",
        r"""cookie\\{0,4}["']?[ \t]{0,2}:[ \t]{0,4}(?:\\{0,4}["'])?"""
        # settings in plain words, and what says for how long and where, before it
        r"""(?:(?![\w.\-]{0,60}?(?:sess|auth|token|sid|csrf|key))[\w.\-]{1,64}="""
        r"""[a-z]{0,12}(?:[_\-][a-z]{1,12}){0,3}(?:;[ \t]?|(?=\s|["'\\]|\Z))){0,8}+"""
        r"""(?!(?:path|domain|expires|max-age|samesite|version)=)(?P<s1>[\w.\-]{1,64}=[^\s"'\\,;]{8,}+[^"'\\\n]*+)""",
        "Set-Cookie: session=0a1b2c3d4e5f; Path=/",
        "cookie: enabled, Set-Cookie: theme=dark-mode; Path=/",
    ),
)

BASE64_RULES: tuple[Rule, ...] = tuple(
    rule
    for word in ("Authorization: ", "Bearer ", "password", "PRIVATE KEY", "AccountKey=")
    for rule in _in_base64(word)
)
