"""Secrets on command lines: options and the arguments of single programs."""

from __future__ import annotations

from ingest.output.secret_shapes import MINGLED, NO_PLACEHOLDER, Rule, flag

_COMMAND = r"[^\n|;&]{0,200}?[ \t]"


def _flag(name: str) -> Rule:
    return Rule(
        f"{name} VALUE", "command lines", name, flag(name), f"main.py {name} hunter2 --x", f"give {name}, please: x"
    )


_NAMED = r"(?=[^\s\"'=]{0,80}[._:/-][^\s\"'=]{0,40}(?i:token|secret|passw(?:or)?d|pwd|key)[\s\"',])[\"']?[^\s\"'=]{1,120}[\"']?"
"""A name of several words that ends as names of secrets do: `API_TOKEN`, `github.token`."""


def _long_flag(word: str, value: str) -> Rule:
    """An option of several words of an unknown program, the last of which says that it is a secret: `--smtp-pass`."""
    named = "|".join(rf"(?<=--[a-z0-9\-]{{{length}}}-{word})" for length in range(1, 20))
    return Rule(
        f"--…-{word} VALUE",
        "command lines",
        f"-{word}",
        rf"""-{word}(?:{named})(?:[\"'],?)?(?:[ \t]{{1,4}}|=){NO_PLACEHOLDER}[\"']?(?!-)(?!\d{{4}}-\d\d-){value}""",
        f"main.py --my-service-{word} 0a1b2c3d4e5f6a7b8c9d",
        f"main.py --my-service-{word} name, --my-service-{word}",
    )


def _set(word: str, example: str, near_miss: str) -> Rule:
    """A command or an instruction (those in capitals are) with a name and a value."""
    return Rule(
        f"{word.strip()} NAME VALUE",
        "command lines",
        word.lower(),
        rf"{word}(?<![A-Za-z]{word})[ \t]{{0,4}}(?:-{{1,2}}[a-z]{{1,12}}[ \t])?{_NAMED},?[ \t]{{1,4}}"
        r"(?P<q>[\"']?)(?=[^\s\"']{0,200}\d)(?P<s1>[^\s\"'\\]{8,}+)",
        example,
        near_miss,
        cased=word.isupper(),
    )


def _option(word: str, option: str, example: str, near_miss: str, value: str = r"(?P<s1>[^\s\"'\\]++)") -> Rule:
    """A program that takes a password by an option of its own."""
    return Rule(
        f"{word} {option}",
        "command lines",
        word,
        rf"{word}\w{{0,12}}{_COMMAND}{option}[ \t=]{{1,4}}{NO_PLACEHOLDER}[\"']?(?!-){value}",
        example,
        near_miss,
    )


COMMAND_RULES: tuple[Rule, ...] = (
    _set("ENV ", "ENV API_TOKEN hunter22", "ENV PATH /usr/bin2/local, env MY_KEY=x"),
    _set("ARG ", "ARG PIP_PASSWORD hunter22", "ARG SORT_KEY"),
    _set("setx ", "setx API_TOKEN hunter22", "setx PATH 0123456789"),
    _set("set ", "npm config set //registry/:_authToken hunter22", "set sort_key to ascending"),
    _set("config ", "git config --global github.token hunter22", "config for api_key not found"),
    *(
        _option(f"ldap{what}", "-w", f"ldap{what} -D cn=bob -w hunter2 -b dc=x", f"ldap{what} -x -b dc=x")
        for what in ("search", "add", "modify", "delete", "passwd", "whoami")
    ),
    _option(
        "mosquitto_",
        "-p",
        "mosquitto_pub -u bob -P hunter2 -t x",
        "mosquitto_pub -t x",
        r"(?P<s1>[^\s\"'\\]*[^\s\"'\\\d]\S*)",
    ),
    _option("mongo", "-p", "mongodump -u bob -p hunter2", "mongodump -d x", r"(?P<s1>\d*[^\s\"'\\\d][^\s\"'\\]*)"),
    Rule(
        "sqlplus USER/PASSWORD",
        "command lines",
        "sqlplus ",
        r"sqlplus (?:-\w{1,8} ){0,4}[\"']?[\w.]{1,60}/(?P<s1>[^\s\"'\\@]++)@",
        "sqlplus bob/hunter2@//db:1521/x",
        "sqlplus bob@x",
    ),
    _option("beeline", "-p", "beeline -u jdbc:hive2://h -n bob -p hunter2", "beeline -u jdbc:hive2://h"),
    _option(
        "smbclient",
        "-u",
        "smbclient //h/x -U bob%hunter2",
        "smbclient //h/x -U bob",
        r"[^\s%\"']{1,100}%(?P<s1>[^\s\"'\\]++)",
    ),
    _option("lftp", "-u", "lftp -u bob,hunter2 h", "lftp -u bob h", r"[^\s,\"']{1,100},(?P<s1>[^\s\"'\\]++)"),
    _option(
        "secret set",
        "--(?:value|body)",
        "az keyvault secret set --name x --value hunter2",
        "az keyvault secret set --name x",
    ),
    _option(
        "put-secret-value",
        "--secret-string",
        "aws secretsmanager put-secret-value --secret-string hunter2",
        "put-secret-value failed",
    ),
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
            *(f"-{whose}{what}pass" for whose in ("", "src", "dest") for what in ("store", "key")),
        ),
    ),
    *(
        Rule(
            f"{word} -p",
            "command lines",
            anchor,
            rf"{anchor}(?:{_COMMAND})?-p[ \t=]{{0,3}}{NO_PLACEHOLDER}[\"']?(?!-)(?P<s1>[^\s\"'\\,\]|]++)",
            f"{word} -u bob -p hunter2 reg.example",
            f'{word} failed -- see the manual, {word} -p "$REG_PW" x',
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
        rf"mysql(?:dump|admin)?{_COMMAND}-p{NO_PLACEHOLDER}[\"']?(?P<s1>[^\s\"'\\,]{{3,}}+)",
        "mysql -u root -phunter2 db",
        "mysql -u root -p db",
    ),
    *(
        Rule(
            f"{word} -P",
            "command lines",
            f"{word.lower()} ",
            rf"{word} (?:{_COMMAND})?-P[ \t]?(?i:{NO_PLACEHOLDER})[\"']?(?!-)(?P<s1>[^\s\"'\\,]++)",
            f"{word} -U sa -P hunter2 -d x",
            f"{word} -S server -P $DB_PASSWORD",
            cased=True,
        )
        for word in ("sqlcmd", "bcp", "zip", "unzip")
    ),
    Rule(
        "curl -u",
        "command lines",
        "curl",
        rf"curl{_COMMAND}(?:-[a-z]{{0,8}}u|--user|--proxy-user)"
        r"""[ \t=]{0,4}["']?[^\s:"'/]{0,200}:(?!//)""" + NO_PLACEHOLDER + r"""(?P<s1>[^\s"'\\|]++)""",
        "curl -sSu bob:hunter2 https://h.example",
        "curl -o x https://h.example",
    ),
    *(
        _long_flag(word, r"(?=[^\s\"']{0,60}[\d!@#$^*])(?=[^\s\"']{0,60}[a-z])(?P<s1>[^\s\"'\\,\]]{6,}+)")
        for word in ("pass", "passwd", "pwd", "password", "secret", "passphrase")
    ),
    *(
        _long_flag(word, MINGLED + r"(?=[\w\-]{0,40}?[a-z0-9+/]{12})(?P<s1>[\w+/=~\-]{16,}+)(?![.\w:])")
        for word in ("token", "key", "auth")
    ),
    *(
        Rule(
            f"{program} login TOKEN",
            "command lines",
            f"{program} login ",
            rf"{program} login (?:-{{1,2}}\w{{1,20}} ){{0,2}}{MINGLED}(?P<s1>[\w.\-+/=]{{16,}}+)",
            f"{program} login 0a1b2c3d4e5f6a7b8c9d",
            f"{program} login succeeded",
        )
        for program in ("cargo", "vault", "fly", "heroku", "huggingface-cli", "neptune", "jfrog", "doctl")
    ),
    Rule(
        "marked as a secret for a pipeline",
        "command lines",
        "issecret=true",
        r"issecret=true[^\]\n]{0,60}\](?P<s1>[^\s\"'$*]{1,1024}+)",
        "##vso[task.setvariable variable=x;issecret=true]hunter2",
        "##vso[task.setvariable variable=x;issecret=true]$(name)",
    ),
    Rule(
        "add-mask",
        "command lines",
        "::add-mask::",
        r"::add-mask::(?P<s1>[^\s\"'$*]{1,1024}+)",
        "::add-mask::hunter2",
        "::add-mask::$TOKEN",
    ),
    Rule(
        "poetry config",
        "command lines",
        "http-basic.",
        r"http-basic\.[\w\-]{1,60}[ \t]{1,4}[^\s=]{1,100}[ \t]{1,4}[\"']?(?!-)(?P<s1>[^\s\"'\\]++)",
        "poetry config http-basic.private bob hunter2",
        "poetry config http-basic.private --unset",
    ),
    Rule(
        "dvc remote modify",
        "command lines",
        "remote modify",
        r"remote modify (?:--?\w{1,20} ){0,3}[\w\-]{1,60} (?:--?\w{1,20} ){0,3}"
        r"[\w\-]{0,40}(?:password|token|key|secret|string)[\"']? [\"']?(?P<s1>[^\s\"'\\]++)",
        "dvc remote modify origin --local password hunter2",
        "dvc remote modify origin url s3://x",
    ),
    Rule(
        "net use",
        "command lines",
        "net use",
        r"net use[^\n]{0,200}?[ \t]/u(?:ser)?:[^\s]{1,120}[ \t]{1,4}(?!/)[\"']?(?P<s1>[^\s\"'\\*]{3,}+)",
        "net use Z: //h/x /user:bob hunter2",
        "net use Z: //h/x /user:bob /persistent:no",
    ),
    *(
        Rule(
            f"{program} -p",
            "command lines",
            f"{program}",
            rf"{program}[arz]? (?:{_COMMAND})?-h?p{NO_PLACEHOLDER}[\"']?(?P<s1>[^\s\"'\\]{{3,}}+)",
            f"{program} x -phunter2 a.{program}",
            f"{program} x a.{program} -y",
        )
        for program in ("7z",)
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
        r"echo (?:-n )?[\"']?(?P<s1>[^\s\"'|]{1,200}+)[\"']?[ \t]{0,4}\|[^\n]{0,200}?"
        r"(?:--password-stdin|--passphrase-fd|--with-token|sudo -s|chpasswd|kinit|cryptsetup|passwd --stdin)",
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
    *(
        Rule(
            f"AUTH {kind.upper()}",
            "command lines",
            f"auth {kind}",
            rf"""auth {kind}[ \t]{{1,4}}(?P<s1>[a-z0-9+/_\-]{{8,}}+={{0,2}})(?![\w.])(?<=[a-z0-9+/=]{{12}})""",
            f"send: 'AUTH {kind.upper()} AGJvYgBodW50ZXIyaHVudGVyMg=='",
            f"250-AUTH {kind.upper()} LOGIN XOAUTH2",
        )
        for kind in ("plain", "login", "xoauth2", "oauthbearer")
    ),
    Rule(
        "AUTHENTICATE",
        "command lines",
        "authenticate ",
        r"""authenticate (?:plain|login|xoauth2|oauthbearer)[ \t]{1,4}(?P<s1>[a-z0-9+/_\-]{8,}+={0,2})(?<=[a-z0-9+/=]{12})""",
        "A1 AUTHENTICATE PLAIN AGJvYgBodW50ZXIyaHVudGVyMg==",
        "failed to authenticate user, AUTHENTICATE PLAIN",
    ),
    Rule(
        "answer to a mail server",
        "command lines",
        "334 ugfzc3dvcmq6",
        r"334 ugfzc3dvcmq6[^\n]{0,20}\n[^\n]{0,60}?[\s'\"](?P<s1>[a-z0-9+/]{4,}+={0,2})(?=[\s'\"\\]|\Z)",
        "reply: b'334 UGFzc3dvcmQ6'\nsend: 'aHVudGVyMg==\\r\\n'",
        "334 UGFzc3dvcmQ6",
    ),
    *(
        Rule(
            f"{word} of a protocol",
            "command lines",
            f"{word.lower()} ",
            rf"""{word} (?:(?<=[>\"'] {word} )|(?<=[\"']{word} )){more}(?=[^\s\"'\\]{{0,60}}\d)"""
            r"""(?P<s1>[^\s\"'\\*]{6,200}+)(?=[\s\"'\\]|\Z)""",
            f"> {word} hunter22",
            f"{word} tests/test_x2.py, > {word} ****",
            cased=True,
        )
        for word, more in (("PASS", ""), ("AUTH", r"(?:[\w\-]{1,40} (?=\S{6}))?"))
    ),
)
