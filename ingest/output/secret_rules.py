"""What a secret looks like in the logs of a job in the cloud: data, one rule for each kind.

Tests and docs are made from these rules. The tokens of single vendors are in `secret_tokens.py`, the forms that the
expressions are made of in `secret_shapes.py`. Keys that are spread over lines are found by `key_spans.py` and `key_lines.py`.
"""

from __future__ import annotations

from ingest.output.secret_ids import ID_RULES
from ingest.output.secret_shapes import IS, MIXED, QUOTED, Rule, after, assigned, flag, sas
from ingest.output.secret_tokens import TOKEN_RULES

__all__ = ["ID_RULES", "SECRET_RULES", "Rule"]

_KEY64 = "Ab1+/" * 17 + "x=="
_TOKEN_OWNERS = (
    "sas access refresh (?<![a-z])id auth bearer security session identity api private vault deploy github gh gitlab "
    "gitea slack bot npm pypi hf hub databricks wandb sentry consul jwt oauth ci agent run user registry artifactory "
    "sonar codecov snyk telegram discord influx mlflow"
)
_KEY_OWNERS = "api account storage access subscription instrumentation private shared functions sas"
_LONG_KEY_OWNERS = (
    "primary secondary master signing encryption auth app application client hmac service cosmos search openai speech "
    "luis vision translator cognitive fernet license webhook server device ssh maps admin batch registry host system"
)
_SPOKEN = "api account access storage shared primary secondary master hmac signing encryption secret admin function"
_PASS_OWNERS = (
    "db user smtp mysql pg redis ftp admin root login mail http https proxy registry docker ssh sudo ldap jdbc mongo "
    "postgres sql sa app svc"
)
_COMMAND = r"[^\n|;&]{0,200}?[ \t]"


def _assignment(name: str, anchor: str, more: str, example: str, near_miss: str, **limits: int | str) -> Rule:
    at_least, unless = int(limits.get("at_least", 1)), str(limits.get("unless", ""))
    pattern = assigned(anchor, more, at_least=at_least, unless=unless)
    return Rule(name, "named fields", anchor, pattern, example, near_miss)


def _sas(equals: str, anchor: str, example: str) -> Rule:
    return Rule(
        f"SAS signature ({equals})", "Azure", anchor, sas(equals), example, "design=abcdefghijklmnopqrs", wraps=True
    )


def _flag(name: str) -> Rule:
    return Rule(
        f"{name} VALUE", "command lines", name, flag(name), f"main.py {name} hunter2 --x", f"give {name}, please: x"
    )


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
    pattern = rf"""{word}(?:\\{{0,4}}["'][\s,]{{1,40}}\\{{0,4}}["']?|[ \t]{{0,4}}\r?\n[ \t]{{0,40}}){value}"""
    example = f'{{"name": "MY_{word.upper()}", "value": "hunter2"}}'
    return Rule(f"{word} and value", "named fields", word, pattern, example, f'"{word}", "values": 3', also="value")


_NAMED: tuple[Rule, ...] = (
    _assignment(
        "password", "password", r"s?\d{0,2}", "login(user='bob', password='hunter2')", "password=self.password"
    ),
    _assignment("passwd", "passwd", "", "passwd: hunter2", "cat /etc/passwd"),
    _assignment("passphrase", "passphrase", "", "passphrase=hunter2", "the passphrase is wrong"),
    _assignment("passcode", "passcode", "", "passcode=77-88-99", "the passcode is wrong"),
    _assignment("passwort", "passwort", "", "Passwort: geheim1", "das Passwort ist falsch"),
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
    _assignment(
        "secret",
        "secret",
        r"(?:[_-]?(?:access[_-]?)?key|[_-]?(?:value|text|string|base|id(?=[^a-z]{0,4}[=:]\s{0,3}[\"']?[^\s\"']{30})))?",
        "{'client_secret': 'x1y2', 'n': 1}",
        "secret=args.secret",
    ),
    _assignment("key of an owner", "key", after("key", _KEY_OWNERS) + r"\d?", "API_KEY=bob", "primary_key='id'"),
    _assignment(
        "long key of an owner",
        "key",
        after("key", _LONG_KEY_OWNERS)[:-1] + "|" + "|".join(f"(?<={word} key)" for word in _SPOKEN.split()) + ")",
        "search_key=0123456789abcdefABCDEF",
        "primary_key='id', client_key=id",
        at_least=16,
    ),
    _assignment(
        "token of an owner",
        "token",
        after("token", _TOKEN_OWNERS),
        "GITHUB_TOKEN=abcdefgh12",
        "num_token: 5",
        at_least=8,
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
    Rule(
        "HTTPBasicAuth",
        "named fields",
        "basicauth(",
        r"""basicauth\([bu]?["'][^"'\n]{0,100}["'][ \t]?,[ \t]?[bu]?["'](?P<s1>[^"'\n]{1,200}+)""",
        "HTTPBasicAuth('bob', 'hunter2')",
        "HTTPBasicAuth(user, word)",
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

_HEADERS: tuple[Rule, ...] = (
    Rule(
        "Authorization",
        "headers",
        "authorization",
        r"""authorization\\{0,4}["']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}(?:[bu]?\\{0,4}["'])?(?:"""
        r"""(?:digest|aws4-hmac-sha256|sharedaccesssignature)[ \t]{1,4}(?P<s1>[^"'\\\n]++)"""
        r"""|(?:bearer|basic|sharedkey(?:lite)?|token|negotiate|ntlm|apikey|bot|key)[ \t]{1,4}(?P<s2>[^\s"'\\<>,;]++)"""
        r"""|(?P<s3>[^\s"'\\<>,;*]{16,}+))""",
        "Authorization: Basic dXNlcjpwYXNz",
        "Authorization: failed. AuthorizationFailure",
        wraps=True,
    ),
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
        r"""cookie\\{0,4}["']?[ \t]{0,2}:[ \t]{0,4}(?:\\{0,4}["'])?(?P<s1>[\w.\-]{1,64}=[^\s"'\\,;]{8,}+[^"'\\\n]*+)""",
        "Set-Cookie: session=0a1b2c3d4e5f; Path=/",
        "cookie: enabled",
    ),
)

_URLS: tuple[Rule, ...] = (
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
        r"""//[^\s/@:?#"'<>\\]{0,256}:(?P<s1>[^\s/?#"'<>\\]+)@""",
        "postgres://bob:s3cr@t@db.example:5432/x",
        "http://host.example:8080/path@v1",
        also="@",
    ),
    Rule(
        "password in an escaped URL",
        "URLs",
        r"\/",
        r"""\\/\\/[^\s/@:?#"'<>\\]{0,256}:(?P<s1>[^\s/?#"'<>\\]+)@""",
        r"https:\/\/bob:pw@host.example\/x",
        r"https:\/\/host.example:80\/x",
        also="@",
    ),
    Rule(
        "password of a database in a URL",
        "URLs",
        "://",
        r"""://(?<!http://)(?<!https://)(?<!file://)[^\s/@:?#"'<>\\]{0,256}:(?!\d{1,5}/)(?P<s1>[^\s"'<>\\@]{1,200})@"""
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
)

_COMMANDS: tuple[Rule, ...] = (
    *map(
        _flag,
        (
            "--password",
            "--passwd",
            "--passphrase",
            "--secret",
            "--client-secret",
            "--account-key",
            "--api-key",
            "--sas-token",
            "--token",
            "--access-token",
            "--auth-token",
            "--access-key",
            "--secret-key",
            "--docker-password",
            "--registry-password",
            "--admin-password",
            "--db-password",
            "--storage-key",
            "--sas",
            "--http-password",
            "-password",
            "--ssh-password",
            "--storage-account-key",
            "--apikey",
            "--pass",
            "--oauth2-bearer",
            "--admin-pass",
        ),
    ),
    *(
        Rule(
            f"{word} -p",
            "command lines",
            anchor,
            rf"{anchor}(?:{_COMMAND})?-p[ \t=]{{0,3}}[\"']?(?!-)(?P<s1>[^\s\"'\\,\]|]++)",
            f"{word} -u bob -p hunter2 reg.example",
            f"{word} failed -- see the manual",
        )
        for word, anchor in (
            ("docker login", "docker login"),
            ("az login", "az login"),
            ("podman login", "podman login"),
            ("az acr login", "az acr login"),
            ("helm registry login", "helm registry login"),
            ("oc login", "oc login"),
            ("sshpass", "sshpass"),
        )
    ),
    Rule(
        "mysql -p",
        "command lines",
        "mysql",
        rf"mysql(?:dump|admin)?{_COMMAND}-p(?P<s1>[^\s\"'\\,]{{3,}}+)",
        "mysql -u root -phunter2 db",
        "mysql -u root -p db",
    ),
    *(
        Rule(
            f"{word} -P",
            "command lines",
            f"{word.lower()} ",
            rf"{word} (?:{_COMMAND})?-P[ \t]?[\"']?(?!-)(?P<s1>[^\s\"'\\,]++)",
            f"{word} -U sa -P hunter2 -d x",
            f"{word} -S server",
            cased=True,
        )
        for word in ("sqlcmd", "bcp", "zip", "unzip")
    ),
    Rule(
        "curl -u",
        "command lines",
        "curl",
        rf"curl{_COMMAND}(?:-[a-z]{{0,8}}u|--user|--proxy-user)"
        r"""[ \t=]{0,4}["']?[^\s:"'/]{0,200}:(?!//)(?P<s1>[^\s"'\\|]++)""",
        "curl -sSu bob:hunter2 https://h.example",
        "curl -o x https://h.example",
    ),
    Rule(
        "redis-cli -a",
        "command lines",
        "redis-cli",
        rf"redis-cli{_COMMAND}-a[ \t]{{1,4}}[\"']?(?P<s1>[^\s\"'\\]++)",
        "redis-cli -h x -a hunter2 ping",
        "redis-cli -h a ping",
    ),
    Rule(
        "pass: of OpenSSL",
        "command lines",
        "pass:",
        r"pass:(?<=(?:in|ut|ss) pass:)(?P<s1>[^\s\"'\\]++)",
        "openssl rsa -passin pass:hunter2",
        "tests that pass:12",
    ),
    Rule(
        "piped password",
        "command lines",
        "echo ",
        r"echo (?:-n )?[\"']?(?P<s1>[^\s\"'|]{1,200}+)[\"']?[ \t]{0,4}\|[^\n]{0,200}?(?:--password-stdin|sudo -s)",
        "echo hunter2 | docker login -u bob --password-stdin",
        "echo done | docker build",
        also="|",
    ),
    Rule(
        "literal of a Kubernetes secret",
        "command lines",
        "--from-literal",
        r"--from-literal[ =][\"']?[\w.\-]{1,100}=(?P<s1>[^\s\"'\\]++)",
        "kubectl create secret generic x --from-literal=a=hunter2",
        "--from-literal is missing",
    ),
    Rule(
        "SecureString",
        "command lines",
        "convertto-securestring",
        r"convertto-securestring (?:-string )?[\"'](?P<s1>[^\"'\n]{1,200}+)",
        "ConvertTo-SecureString 'hunter2' -AsPlainText",
        "ConvertTo-SecureString $value",
    ),
    Rule(
        "aws configure",
        "command lines",
        "aws_secret_access_key",
        r"aws_secret_access_key[ \t]{1,4}(?P<s1>[a-z0-9/+]{40})",
        "aws configure set aws_secret_access_key " + "aB3/" * 10,
        "aws_secret_access_key is missing",
    ),
    Rule(
        "wandb login",
        "command lines",
        "wandb login",
        r"wandb login (?:--relogin )?(?P<s1>[0-9a-f]{40})",
        "wandb login " + "0a1b2" * 8,
        "wandb login failed",
    ),
)

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

SECRET_RULES: tuple[Rule, ...] = (*_URLS, *_NAMED, *_HEADERS, *_COMMANDS, *_KEYS, *TOKEN_RULES)
