"""Secrets on command lines: options and the arguments of single programs."""

from __future__ import annotations

from ingest.output.secret_shapes import Rule, flag

_COMMAND = r"[^\n|;&]{0,200}?[ \t]"


def _flag(name: str) -> Rule:
    return Rule(
        f"{name} VALUE", "command lines", name, flag(name), f"main.py {name} hunter2 --x", f"give {name}, please: x"
    )


COMMAND_RULES: tuple[Rule, ...] = (
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
