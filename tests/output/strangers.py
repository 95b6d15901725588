"""Texts as they occur in the logs of jobs in a cloud: some with secrets, some that only look alike.

They were written down before they were tried. Their random parts are made here, so no text of this file is a token.
"""

from __future__ import annotations

import base64
import json
import random
import string
import textwrap
from urllib.parse import quote

R = random.Random(20261130)
SECRETS: list[tuple[str, str, tuple[str, ...]]] = []
"""What it is, a text, and what of it must not be left."""
LOOKALIKES: list[tuple[str, str]] = []
"""What it is, and a text that stays as it is."""

LETTERS = string.ascii_letters + string.digits


def word(count: int, characters: str = LETTERS) -> str:
    """Random characters, at least one digit and one letter of each case among them where there may be."""
    while True:
        made = "".join(R.choice(characters) for _ in range(count))
        kinds = (str.isdigit, str.islower, str.isupper)
        if count < 8 or all(any(map(kind, made)) for kind in kinds if any(map(kind, characters))):
            return made


def digits(count: int) -> str:
    """Random decimal digits."""
    return word(count, string.digits)


def hexed(count: int) -> str:
    """Random hexadecimal digits."""
    return word(count, "0123456789abcdef")


def based(count: int) -> str:
    """Random bytes in base64."""
    return base64.b64encode(R.randbytes(count)).decode()


def url_based(count: int) -> str:
    """Random bytes in base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(R.randbytes(count)).decode().rstrip("=")


def guid() -> str:
    """A random id."""
    return "-".join(hexed(n) for n in (8, 4, 4, 4, 12))


def token(head: object = None, body: object = None) -> str:
    """A signed token of three parts."""
    parts = (head or {"alg": "RS256", "typ": "JWT"}, body or {"aud": "https://storage.azure.com", "exp": 1790000000})
    made = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*made, url_based(64)])


def secret(what: str, text: str, *parts: str) -> None:
    """A text with secrets in it."""
    assert parts, what
    assert all(part in text for part in parts), what
    SECRETS.append((what, text, parts))


def alike(what: str, text: str) -> None:
    """A text without a secret."""
    LOOKALIKES.append((what, text))


def password() -> str:
    """A word that a person might choose."""
    return word(5, string.ascii_lowercase) + R.choice("!#*~") + word(4) + R.choice("!*~")


# Azure
k = based(64)
secret("account key in an environment dump", f"AZURE_STORAGE_KEY={k}", k)
k = based(64)
secret("account key in a repr", f"{{'account_name': 'inputs', 'account_key': '{k}', 'container': 'images'}}", k)
k = based(64)
secret("account key in YAML", f"  storage:\n    account: inputs\n    accountKey: {k}\n    container: x", k)
k = based(64)
secret("account key in JSON, escaped once", json.dumps(json.dumps({"accountKey": k, "sku": "LRS"})), k)
k = based(64)
secret(
    "account key, URL-encoded",
    f"POST /configure?name=inputs&AccountKey={quote(k, safe='')}&tier=hot",
    quote(k, safe=""),
)
k = based(64)
secret(
    "connection string in a traceback",
    f'  File "score.py", line 12, in init\n    client = BlobServiceClient.from_connection_string("DefaultEndpointsProtocol=https;AccountName=in;AccountKey={k}")\nValueError: Connection string is malformed',
    k,
)
k = based(64)
half = len(k) // 2
secret(
    "account key over two lines",
    f"AccountName=inputs;AccountKey={k[:half]}\n{k[half:]};EndpointSuffix=core.windows.net",
    k[:half],
    k[half:],
)
k = quote(based(32), safe="")
secret(
    "SAS in a message",
    f"GET https://in.blob.core.windows.net/c/a.png?sp=r&st=2026-01-01T00:00:00Z&se=2026-01-02T00:00:00Z&sv=2022-11-02&sr=b&sig={k} returned 403",
    k,
)
k = quote(based(32), safe="")
secret("SAS in HTML", f"<a href='https://in.blob.core.windows.net/c/a?sv=2022-11-02&amp;sr=b&amp;sig={k}'>", k)
k = quote(based(32), safe="")
secret(
    "SAS, encoded twice",
    f"redirect=https%3A%2F%2Fin.blob.core.windows.net%2Fc%3Fsv%3D2022-11-02%26sr%3Db%26sig%3D{quote(k, safe='')}",
    quote(k, safe=""),
)
k = based(32)
secret("SAS as parts in a repr", f"parse_qs -> {{'sv': ['2022-11-02'], 'sr': ['b'], 'sig': ['{k}']}}", k)
k = quote(based(32), safe="")
secret(
    "SAS with its ampersands as unicode escapes",
    f'{{"url":"https://in.blob.core.windows.net/c?sv=2022-11-02\\u0026sr=c\\u0026sig={k}"}}',
    k,
)
k = based(32)
secret(
    "Service Bus",
    f"Endpoint=sb://jobs.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={k};EntityPath=q",
    k,
)
k = quote(based(32), safe="")
secret(
    "token of Service Bus",
    f"Authorization: SharedAccessSignature sr=jobs.servicebus.windows.net&sig={k}&se=1790000000&skn=Root",
    k,
)
k = based(32)
secret("IoT hub", f"HostName=h.azure-devices.net;DeviceId=cam1;SharedAccessKey={k}", k)
k = based(64)
secret("Cosmos DB", f"AccountEndpoint=https://d.documents.azure.com:443/;AccountKey={k};", k)
k = based(64)
secret(
    "Cosmos DB in URL form",
    f"mongodb://inputs:{quote(k, safe='')}@inputs.mongo.cosmos.azure.com:10255/?ssl=true",
    quote(k, safe=""),
)
k = word(3, string.digits) + "8Q~" + word(34)
secret(
    "client secret of an app registration",
    f"ClientSecretCredential(tenant_id='{guid()}', client_id='{guid()}', client_secret='{k}')",
    k,
)
k = word(3) + "8Q~" + word(34)
secret("client secret without a name", f"az login --service-principal -u {guid()} -p {k} --tenant {guid()}", k)
k = word(3) + "8Q~" + word(34)
secret(
    "client secret in a body",
    f"POST body: grant_type=client_credentials&client_id={guid()}&client_secret={quote(k)}&scope=x",
    k,
)
k = hexed(32)
secret(
    "key of Cognitive Services in a header",
    f"headers={{'Ocp-Apim-Subscription-Key': '{k}', 'Content-Type': 'application/json'}}",
    k,
)
k = hexed(32)
secret("key of Azure OpenAI", f"AZURE_OPENAI_API_KEY: {k}", k)
k = word(84)
secret("new key of AI services", f"> api-key: {k}\n> content-type: application/json", k)
k = guid()
secret(
    "instrumentation key",
    f"InstrumentationKey={k};IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/",
    k,
)
k = token()
secret(
    "token of a managed identity",
    f'{{"access_token":"{k}","expires_in":"86399","resource":"https://management.azure.com/"}}',
    k,
)
k = word(52, string.ascii_lowercase + "234567")
secret("personal access token of DevOps in a URL", f"git clone https://build:{k}@dev.azure.com/org/p/_git/models", k)
k = url_based(40) + "AzFu" + url_based(4) + "=="
secret("key of a function", f"POST https://notify.azurewebsites.net/api/done?code={k} -> 401", k)
k = hexed(8) + "." + word(40)
secret("refresh token", f'"refresh_token": "0.A{k}"', k)
k = based(32)
secret("password of a registry", f"docker login jobs.azurecr.io --username jobs --password {k}", k)
k = based(64)
secret("batch account", f"BatchSharedKeyCredentials('batch1', '{k}')", k)
k = based(32)
secret("shared key in an Authorization header", f"Authorization: SharedKey inputs:{k}", k)
k = based(32)
secret(
    "SQL of Azure",
    f"Server=tcp:d.database.windows.net,1433;Initial Catalog=m;User ID=job;Password={{{k}}};Encrypt=True",
    k,
)

# Tokens that are signed
k = token()
secret("token in a header", f"Authorization: Bearer {k}", k)
k = token()
secret("token in a repr of headers", f"{{'Authorization': 'Bearer {k}', 'User-Agent': 'azsdk'}}", k)
k = token()
secret("token in bytes", f"[(b'authorization', b'Bearer {k}'), (b'host', b'x')]", k)
k = token({"alg": "HS256"})
secret("token alone on a line", k, k)
k = token()
secret("token wrapped at 76", "token:\n" + "\n".join(textwrap.wrap(k, 76)), *textwrap.wrap(k, 76))
k = token()
secret("token with colours", f"\x1b[32mBearer\x1b[0m \x1b[1m{k}\x1b[0m", k)
k = token()
secret("token cut by an ellipsis", f"Bearer {k[:120]}...", k[60:120])
k = token()
secret("token in a URL's fragment", f"https://login.example.org/cb#id_token={k}&state=12", k)
k = token()
secret("token in a cookie", f"Set-Cookie: session={k}; Path=/; HttpOnly", k)
k = url_based(300)
secret("opaque bearer", f"curl -H 'Authorization: Bearer {k}' https://x.example.org", k)

# Others' clouds
k = "AK" + "IA" + word(16, string.ascii_uppercase + "234567")
v = word(40, LETTERS + "+/")
secret("AWS pair in the environment", f"AWS_ACCESS_KEY_ID={k}\nAWS_SECRET_ACCESS_KEY={v}", k, v)
v = word(40, LETTERS + "+/")
secret(
    "AWS in a repr", f"boto3.Session(aws_access_key_id='x', aws_secret_access_key='{v}', region_name='eu-west-1')", v
)
v = based(200)
secret("AWS session token", f'"SessionToken": "{v}"', v)
v = hexed(64)
secret(
    "AWS signed URL",
    f"https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature={v}",
    v,
)
k = "AS" + "IA" + word(16, string.ascii_uppercase + "234567")
secret(
    "AWS temporary id in a header",
    f"Authorization: AWS4-HMAC-SHA256 Credential={k}/20260101/eu-west-1/s3/aws4_request",
    k,
)
v = word(40, LETTERS + "+/")
secret("AWS in YAML", f'aws:\n  secretAccessKey: "{v}"\n  region: eu', v)
v = "AI" + "za" + word(35, LETTERS + "-_")
secret("Google key in a URL", f"GET https://maps.googleapis.com/maps/api/geocode/json?address=x&key={v}", v)
v = "ya" + "29." + word(120, LETTERS + "-_")
secret("Google access token", f"credentials.token -> {v}", v)
v = based(600)
pem = "-----BEGIN PRIVATE KEY-----\\n" + "\\n".join(textwrap.wrap(v, 64)) + "\\n-----END PRIVATE KEY-----\\n"
secret(
    "Google service account",
    f'{{"type": "service_account", "private_key_id": "{hexed(40)}", "private_key": "{pem}", "client_email": "a@b.iam"}}',
    *textwrap.wrap(v, 64),
)
v = "GO" + "CSPX-" + word(28, LETTERS + "-_")
secret("Google client secret", f"client_secret.json: {v}", v)
v = hexed(64)
secret(
    "Google signed URL",
    f"https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature={v * 2}",
    v * 2,
)
v = word(40, LETTERS + "+/") + "="
secret("HMAC key of Google Storage", f"gs_secret_access_key = {v}", v)

# Services
v = "gh" + "p_" + word(36)
secret("GitHub token in a remote", f"fatal: unable to access 'https://{v}@github.com/org/models.git/': 403", v)
v = "github" + "_pat_" + word(22) + "_" + word(59)
secret("fine-grained GitHub token", f"GH_TOKEN={v}", v)
v = "gh" + "s_" + word(36)
secret(
    "GitHub app token in a git header",
    f"http.extraheader=AUTHORIZATION: basic {base64.b64encode(('x-access-token:' + v).encode()).decode()}",
    base64.b64encode(("x-access-token:" + v).encode()).decode(),
)
v = "gl" + "pat-" + word(20, LETTERS + "-_")
secret("GitLab token", f"PRIVATE-TOKEN: {v}", v)
v = "xo" + "xb-" + digits(12) + "-" + digits(12) + "-" + word(24)
secret("Slack bot", f"slack_sdk.WebClient(token={v!r})", v)
v = word(24)
secret(
    "Slack webhook",
    f"curl -X POST https://hooks.slack.com/services/T{word(8, string.ascii_uppercase)}/B{word(8, string.ascii_uppercase)}/{v}",
    v,
)
v = "xa" + "pp-1-A" + word(10, string.ascii_uppercase) + "-" + digits(13) + "-" + hexed(64)
secret("Slack app", f"export SLACK_APP={v}", v)
v = hexed(32) + "/" + guid()
secret("Teams webhook", f"webhook https://org.webhook.office.com/webhookb2/{guid()}@{guid()}/IncomingWebhook/{v}", v)
v = url_based(51)
secret("Discord webhook", f"https://discord.com/api/webhooks/{digits(18)}/{v}", v)
v = "np" + "m_" + word(36)
secret("npm", f"//registry.npmjs.org/:_authToken={v}", v)
v = guid()
secret("npm, older", f"//npm.pkg.example.org/:_authToken={v}", v)
v = "py" + "pi-AgEIcHlwaS5vcmc" + url_based(100)
secret("PyPI", f"TWINE_PASSWORD={v} twine upload dist/*", v)
v = word(16)
secret("index with a password", f"Looking in indexes: https://build:{v}@pkgs.example.org/simple", v)
v = "h" + "f_" + word(34, string.ascii_letters)
secret("HuggingFace", f'huggingface_hub.login(token="{v}")', v)
v = "s" + "k-proj-" + word(74, LETTERS + "-_")
secret("OpenAI project key", f"openai.AuthenticationError: Incorrect API key provided: {v}", v)
v = "s" + "k-ant-api03-" + word(93, LETTERS + "-_") + "AA"
secret("Anthropic", f"ANTHROPIC_API_KEY='{v}'", v)
v = hexed(40)
secret("wandb", f"wandb.login(key='{v}')", v)
v = hexed(40)
secret("wandb in the environment", f"environ({{'WANDB_API_KEY': '{v}', 'HOME': '/root'}})", v)
v = hexed(40)
secret("wandb in netrc", f"machine api.wandb.ai\n  login user\n  password {v}", v)
v = password()
secret("mlflow", f"MLFLOW_TRACKING_USERNAME=job MLFLOW_TRACKING_PASSWORD={v} mlflow run .", v)
v = password()
secret("mlflow address", f"mlflow.set_tracking_uri('https://job:{v}@mlflow.example.org')", v)
v = "da" + "pi" + hexed(32)
secret("Databricks", f"databricks configure --host https://adb-1.azuredatabricks.net --token {v}", v)
v = "da" + "pi" + hexed(32) + "-2"
secret("Databricks in a JDBC URL", f"jdbc:spark://adb.azuredatabricks.net:443/default;AuthMech=3;UID=token;PWD={v}", v)
v = "do" + "p_v1_" + hexed(64)
secret("DigitalOcean", f"doctl auth init -t {v}", v)
v = "hv" + "s." + word(90, LETTERS + "-_")
secret("Vault", f"X-Vault-Token: {v}", v)
v = "SG" + "." + url_based(16) + "." + url_based(32)
secret("SendGrid", f"sendgrid.SendGridAPIClient('{v}')", v)
v = "sk" + "_live_" + word(24)
secret("Stripe", f'stripe.api_key = "{v}"', v)
v = hexed(32)
secret("Twilio", f"Client('AC{hexed(32)}', auth_token='{v}')", v)
v = "ke" + "y-" + hexed(32)
secret("Mailgun", f"auth=('api', '{v}')", v)
v = word(14) + ".atlasv1." + word(64)
secret("Terraform cloud", f'credentials "app.terraform.io" {{\n  token = "{v}"\n}}', v)
v = password()
secret("Terraform variable", f"terraform apply -var 'db_password={v}' -auto-approve", v)
v = based(64)
secret("Terraform state", f'"primary_access_key": "{v}",\n"primary_blob_host": "in.blob.core.windows.net"', v)
v = hexed(32)
secret("Datadog", f"DD_API_KEY={v} dd-trace-py", v)
v = hexed(32)
secret("Sentry", f"sentry_sdk.init(dsn='https://{v}@o1.ingest.sentry.io/2')", v)
v = "NR" + "AK-" + word(27, string.ascii_uppercase + string.digits)
secret("New Relic", f"api_key: {v}", v)
v = "gl" + "sa_" + word(32) + "_" + hexed(8)
secret("Grafana", f"grafana: Authorization=Bearer {v}", v)
v = word(32)
secret("Kaggle", f'{{"username":"job","key":"{hexed(32)}","secret":"{v}"}}', v)
v = "r8" + "_" + word(37)
secret("Replicate", f"REPLICATE_API_TOKEN = {v}", v)
v = word(43, LETTERS + "-_") + "="
secret("Fernet", f"Fernet(b'{v}')", v)
v = password()
secret("ssh pass", f"sshpass -p '{v}' ssh job@node1", v)

# Databases and brokers
v = password()
secret(
    "Postgres",
    f"sqlalchemy.exc.OperationalError: could not connect: postgresql+psycopg2://job:{quote(v, safe='')}@db:5432/m",
    quote(v, safe=""),
)
v = password()
secret("Postgres as words", f'psycopg2.connect("host=db dbname=m user=job password={v} sslmode=require")', v)
v = password()
secret("Postgres in the environment", f"PGPASSWORD={v} psql -h db", v)
v = password()
secret("MySQL", f"mysql -h db -u job -p{v} models", v)
v = password()
secret("MySQL in YAML", f'MYSQL_ROOT_PASSWORD: "{v}"', v)
v = word(24)
secret(
    "Redis", f"redis.exceptions.ConnectionError: Error connecting to rediss://:{v}@c.redis.cache.windows.net:6380/0", v
)
v = based(32)
secret("Redis of Azure", f"c.redis.cache.windows.net:6380,password={v},ssl=True,abortConnect=False", v)
v = password()
secret(
    "MongoDB", f"pymongo.MongoClient('mongodb+srv://job:{quote(v, safe='')}@cluster0.mongodb.net/m')", quote(v, safe="")
)
v = word(20)
secret("AMQP", f"amqp://job:{v}@mq:5672/%2f", v)
v = based(24)
secret(
    "Kafka",
    f'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="job" password="{v}";',
    v,
)
v = word(20)
secret("Snowflake", f"snowflake://job:{v}@acc.eu-west/db/public?warehouse=w", v)
v = password()
secret("ODBC", f"pyodbc.connect('DRIVER={{ODBC Driver 18}};SERVER=d;UID=job;PWD={v};')", v)
v = password()
secret("LDAP", f"ldapsearch -D cn=job -w {v} -b dc=x", v)
v = word(22)
secret("FTP", f"ftp://job:{v}@files.example.org/in.zip: 530 Login incorrect", v)

# Files of programs
v = based(300)
secret("kubeconfig", f"users:\n- name: job\n  user:\n    client-key-data: {v}\n", v)
v = token()
secret("kubeconfig with a token", f"users:\n- name: job\n  user:\n    token: {v}\n", v)
v = base64.b64encode(f"job:{word(20)}".encode()).decode()
secret("docker auth", f'{{"auths": {{"jobs.azurecr.io": {{"auth": "{v}"}}}}}}', v)
v = base64.b64encode(f"job:{word(20)}".encode()).decode()
secret("basic header", f"Authorization: Basic {v}", v)
v = base64.b64encode(f"job:{word(20)}".encode()).decode()
secret("proxy header in a repr", f"('Proxy-Authorization', 'Basic {v}')", v)
v = base64.b64encode(word(30).encode()).decode()
secret("Kubernetes secret", f"kind: Secret\ndata:\n  password: {v}\n  user: am9i\n", v)
v = based(800)
secret(
    "RSA key in a here document",
    "cat > id_rsa <<X\n-----BEGIN RSA PRIVATE KEY-----\n"
    + "\n".join(textwrap.wrap(v, 64))
    + "\n-----END RSA PRIVATE KEY-----\nX",
    *textwrap.wrap(v, 64),
)
v = based(400)
secret(
    "OpenSSH key with prefixes",
    "\n".join(
        f"2026-01-01 00:00:0{n % 10} INFO key: {line}"
        for n, line in enumerate(
            ["-----BEGIN OPENSSH PRIVATE KEY-----", *textwrap.wrap(v, 70), "-----END OPENSSH PRIVATE KEY-----"]
        )
    ),
    *textwrap.wrap(v, 70),
)
v = based(120)
secret(
    "EC key in YAML",
    "tls:\n  key: |\n    -----BEGIN EC PRIVATE KEY-----\n"
    + textwrap.indent("\n".join(textwrap.wrap(v, 64)), "    ")
    + "\n    -----END EC PRIVATE KEY-----\n",
    *textwrap.wrap(v, 64),
)
v = based(400)
secret(
    "key in a repr of bytes",
    "b'-----BEGIN ENCRYPTED PRIVATE KEY-----\\n"
    + "\\n".join(textwrap.wrap(v, 64))
    + "\\n-----END ENCRYPTED PRIVATE KEY-----\\n'",
    *textwrap.wrap(v, 64),
)
v = based(300)
secret("key without its end", "-----BEGIN PRIVATE KEY-----\n" + "\n".join(textwrap.wrap(v, 64)), *textwrap.wrap(v, 64))
v = hexed(32)
secret("cookie", f"Cookie: ARRAffinity={hexed(64)}; sessionid={v}; theme=dark", v)
v = word(32)
secret("cross-site token", f"X-CSRF-Token: {v}", v)
v = word(24)
secret("Flask", f"app.config['SECRET_KEY'] = '{v}'", v)
v = word(50, LETTERS + "!@#$%^&*(-_=+)")
secret("Django", f"SECRET_KEY = 'django-insecure-{v}'", v)
v = password()
secret("XML", f'<add key="ServicePassword" value="{v}" />', v)
v = password()
secret("element", f"<connection><user>job</user><password>{v}</password></connection>", v)
v = password()
secret("properties", f"spring.datasource.password={v}", v)
v = password()
secret("ini", f"[smtp]\nuser = job\npassword = {v}\nport = 25", v)
v = password()
secret("words", f"Created user job with password {v}", v)
v = password()
secret("a dataclass", f"Settings(host='db', user='job', password='{v}', port=5432)", v)
v = password()
secret("pydantic", f"db_user='job' db_password='{v}' retries=3", v)
v = password()
secret("curl", f"+ curl -sSf -u job:{v} https://files.example.org/model.onnx", v)
v = password()
secret("wget", f"wget --user=job --password={v} https://files.example.org/model.onnx", v)
v = word(32)
secret("header by option", f"curl -H 'x-api-key: {v}' https://x.example.org", v)
v = word(32)
secret("token in a query", f"GET /v1/models?access_token={v}&page=2 HTTP/1.1", v)
v = word(40)
secret("argparse", f"Namespace(input='x', api_token='{v}', workers=4)", v)
v = word(40)
secret("logged tuple", f"set ('API_SECRET', '{v}')", v)
v = word(40)
secret("JSON over lines", '{\n  "name": "svc",\n  "apiKey":\n    "' + v + '"\n}', v)
v = word(40)
secret("list of names and values", f'[{{"name": "SERVICE_TOKEN", "value": "{v}"}}]', v)
v = word(40)
secret("list of names and values in YAML", f"env:\n  - name: SERVICE_TOKEN\n    value: {v}\n", v)
v = word(30)
secret("docker run", f"docker run -e DB_HOST=db -e DB_PASSWORD={v} image:1", v)
v = word(30)
secret("Dockerfile", f"Step 4/9 : ENV API_TOKEN {v}", v)
v = word(30)
secret("colours within", f"password=\x1b[31m{v[:15]}\x1b[0m{v[15:]}", v[:15], v[15:])
v = word(64)
secret(
    "base64 of a header",
    "X-Wrapped: " + base64.b64encode(f"Authorization: Bearer {v}".encode()).decode(),
    base64.b64encode(f"Authorization: Bearer {v}".encode()).decode()[40:],
)
v = word(30)
secret("German", f"Passwort: {v}", v)
v = word(30)
secret("French", f"mot de passe : {v}", v)
v = word(30)
secret("PowerShell", f"$env:DB_PASSWORD = '{v}'", v)
v = word(30)
secret("PowerShell, secure", f"ConvertTo-SecureString -String '{v}' -AsPlainText -Force", v)
v = word(40)
secret("hidden with a name in between", f"secret_value for scope ml -> '{v}'", v)
v = "ey" + "J" + url_based(400) + ".." + url_based(12) + "." + url_based(200) + "." + url_based(16)
secret("encrypted token", f"id_token_hint={v}", v)
v = "AGE-SECRET-" + "KEY-1" + word(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")
secret("age", f"# created\n{v}", v)
v = digits(9) + ":AA" + word(33, LETTERS + "-_")
secret("Telegram", f"POST https://api.telegram.org/bot{v}/sendMessage", v)
v = "lin" + "_api_" + word(40)
secret("Linear", f"Authorization: {v}", v)
v = "AT" + "ATT3xFfGF0" + word(170, LETTERS + "-_") + "=" + word(8, "0123456789ABCDEF")
secret("Atlassian", f"auth = HTTPBasicAuth('a@b.org', '{v}')", v)
v = "ds" + "n_" + word(20)
secret("named by its object", f"connection.secret: {v}", v)

# Only alike
alike("run id", f"Run {guid()} of experiment scoring started")
alike("job name", "sincere_cabbage_" + word(10, string.ascii_lowercase + string.digits))
alike("commit", f"git checkout {hexed(40)}")
alike("short commit", f"HEAD is now at {hexed(7)} Fix the token bucket")
alike("digest of an image", f"Digest: sha256:{hexed(64)}")
alike("image by digest", f"FROM mcr.microsoft.com/azureml/base@sha256:{hexed(64)}")
alike("layers", f"{hexed(12)}: Pull complete")
alike("checksum of a file", f"{hexed(64)}  model.onnx")
alike("md5", f"Content-MD5: {based(16)}")
alike("etag", f'ETag: "0x8D{word(13, "0123456789ABCDEF")}"')
alike("request id", f"x-ms-request-id: {guid()}")
alike("client request id", f"x-ms-client-request-id: {guid()}")
alike("correlation", f"Correlation ID: {guid()} Timestamp: 2026-01-01 00:00:00Z")
alike("traceparent", f"traceparent: 00-{hexed(32)}-{hexed(16)}-01")
alike("image in base64", f"data:image/png;base64,iVBORw0KGgo{based(300)}")
alike("image as a field", f'{{"image": "iVBORw0KGgo{based(300)}"}}')
alike(
    "subscription",
    f"/subscriptions/{guid()}/resourceGroups/ml/providers/Microsoft.MachineLearningServices/workspaces/w",
)
alike("tenant", f"tenant_id={guid()} client_id={guid()}")
alike("storage URL", "https://inputs.blob.core.windows.net/images/2026/01/a.png")
alike(
    "storage URL with a version",
    "https://inputs.blob.core.windows.net/images/a.png?versionid=2026-01-01T00:00:00.0000000Z&comp=block",
)
alike("block id", f"PUT https://i.blob.core.windows.net/c/b?comp=block&blockid={quote(based(48), safe='')}")
alike("abfss", "abfss://data@inputs.dfs.core.windows.net/raw/2026")
alike("azureml path", f"azureml://subscriptions/{guid()}/resourcegroups/r/workspaces/w/datastores/d/paths/x/")
alike("public key", f"ssh-rsa {based(370)} job@node1")
alike("public key, ed25519", f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{based(32)} job@node1")
alike(
    "public key block",
    "-----BEGIN PUBLIC KEY-----\n" + "\n".join(textwrap.wrap(based(294), 64)) + "\n-----END PUBLIC KEY-----",
)
alike(
    "certificate",
    "-----BEGIN CERTIFICATE-----\n" + "\n".join(textwrap.wrap(based(700), 64)) + "\n-----END CERTIFICATE-----",
)
alike("fingerprint", f"SHA256:{based(32).rstrip('=')} job@node1 (RSA)")
alike(
    "known host",
    f"The authenticity of host can't be established. ED25519 key fingerprint is SHA256:{based(32).rstrip('=')}.",
)
alike("thumbprint", f"Thumbprint: {word(40, '0123456789ABCDEF')}")
alike("pinned package", f"numpy==2.1.0 --hash=sha256:{hexed(64)}")
alike("integrity", f'"integrity": "sha512-{based(64)}"')
alike("wheel", f"Stored in directory: /root/.cache/pip/wheels/{hexed(2)}/{hexed(2)}/{hexed(60)}")
alike("conda", "openssl-3.0.13-h7f8727e_0 pkgs/main/linux-64")
alike("environment of a run", f"Using image {word(32, '0123456789abcdef')}.azurecr.io/azureml/azureml_{hexed(32)}")
alike("uuid in a path", f"/mnt/azureml/cr/j/{hexed(32)}/cap/data-capability/wd/inputs")
alike("file name", f"Processing IMG_20260101_{digits(6)}_{hexed(12)}.jpg")
alike("many names", " ".join(f"{guid()}.parquet" for _ in range(4)))
alike("token counts", "prompt_tokens=512 completion_tokens=128 total_tokens=640 max_tokens: 4096")
alike("tokens of a model", "eos_token='</s>' pad_token='<pad>' bos_token_id=1 token_type_ids=[0, 0, 1]")
alike("tokenizer", "AutoTokenizer.from_pretrained('bert-base-uncased', use_auth_token=True)")
alike("token that is None", "token=None password=None secret: null api_key=''")
alike("key of a dict", "KeyError: 'processed_items_per_mini_batch_key'")
alike("sort key", "df.sort_values(key=lambda value: value.str.lower())")
alike("primary key", "PRIMARY KEY (mini_batch_id, node_id)")
alike("partition key", "partition_key=country_code,store_number")
alike("partition keys", '{"partition_keys": ["country", "store"], "mini_batch_size": 5}')
alike("key of a blob", "key: raw/2026/01/01/part-00000-" + guid() + "-c000.snappy.parquet")
alike("keyboard", "KeyboardInterrupt: password prompt cancelled")
alike("hint", "Enter password: ")
alike("advice", "Please set the environment variable WANDB_API_KEY or pass api_key to login().")
alike("failure", "Authentication failed: invalid password for user 'job' at host 'db'")
alike("expired", "The access token expired on 2026-01-01T00:00:00Z, request a new one.")
alike("secret by name", "Reading secret 'db-password' from vault https://kv.vault.azure.net/")
alike("reference to a vault", "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/db-password/)")
alike("variable", "password=${DB_PASSWORD} token=$TOKEN secret=%SECRET%")
alike("template", "password: {{ db_password }}  token: <your-token>")
alike("masked before", "AccountKey=*** sig=REDACTED password: ******** token=[hidden]")
alike("code", "self.password = os.environ.get('DB_PASSWORD')")
alike("signature of a function", "def login(user: str, password: str | None = None, *, token: str = '') -> Session:")
alike("type error", "TypeError: __init__() missing 1 required positional argument: 'api_key'")
alike("version", "azure-ai-ml 1.15.0 build 20260101.4+g" + hexed(7))
alike("time", "2026-01-01T00:00:00.1234567Z INFO 140123456789012 worker")
alike("address of an object", f"<azure.storage.blob._blob_client.BlobClient object at 0x{hexed(12)}>")
alike("memory", "key cache hits: 1293847, misses: 12; secret sauce disabled")
alike("mini-batch", f"mini-batch {digits(4)} run {guid()} on process {digits(3)}")
alike("node", f"node tvmps_{hexed(64)}_d started")
alike("ip address", "10.0.0.4:44551 -> 10.0.0.5:2222 user@host not found")
alike("email", "Contact job.owner@example.org or see https://example.org/a:b@c")
alike("git remote", "origin  git@github.com:org/models.git (fetch)")
alike("proxy without a password", "https_proxy=http://proxy.example.org:3128")
alike("database without a password", "postgresql://job@db:5432/models")
alike("sqlite", "sqlite:////mnt/data/store.db?mode=ro&cache=shared")
alike("checkpoint", f"Saved checkpoint epoch=12-step=4000-{hexed(8)}.ckpt")
alike("hash of a lock file", f'content-hash = "{hexed(64)}"')
alike("hex dump", " ".join(hexed(2) for _ in range(16)))
alike("numbers", ", ".join(f"{R.random():.16f}" for _ in range(12)))
alike("a long word", "ParallelRunStepMiniBatchProcessorAgentEntryScriptTimeoutHandlerFactoryImpl")
alike("camel case with digits", "HTTP2ServerConnectionV3Beta1Handler2FactoryBuilder64Bit")
alike(
    "a path of words",
    "/opt/conda/envs/azureml_py310/lib/python3.10/site-packages/azureml_sys/parallel_run/task_queue.py",
)
alike("monkey", "monkey=banana turkey: sandwich keystone=arch passenger=42 compass=north")
alike("pass as a count", "pass=3 fail=0 skipped: 2")
alike("pwd", "PWD=/mnt/azureml/cr/j/wd OLDPWD=/root")
alike("author", "Author: J. Doe <j.doe@example.org> authority=https://login.microsoftonline.com/common")
alike("code of an exit", "process exited with code=137 signal=9 code: ScriptExecution.StreamAccess")
alike("sig", "sig=SIGTERM signature verified: True")
alike("session", f"session 7 of node 0, session_id=0 worker {guid()}")


# A second visit, written down after what the first had found was mended
v = hexed(32)
secret("Kaggle's other form", f"KAGGLE_USERNAME=job KAGGLE_KEY={v}", v)
v = word(40)
secret("headers of gRPC", f"metadata=(('x-api-key', '{v}'), ('x-client', 'py'))", v)
v = based(32)
secret("a list for a subprocess", f"['az', 'storage', 'blob', 'upload', '--account-key', '{v}', '--file', 'a']", v)
v = based(32)
secret("an option with =", f"az storage blob upload --account-key={v} --file a", v)
v = password()
secret("CSV of settings", f"name,value\nDB_PASSWORD,{v}\n", v)
v = word(32)
secret("a table in text", f"| DB_PASSWORD | {v} |", v)
v = word(32)
secret("Java's toString", f"Config{{user='job', password='{v}', url='x'}}", v)
v = word(32)
secret("C# record", f"Settings {{ User = job, Password = {v}, Port = 5 }}", v)
v = word(32)
secret("Go's %+v", f"&{{User:job Password:{v} Port:5432}}", v)
v = word(32)
secret("Ruby's inspect", f'{{:user=>"job", :password=>"{v}"}}', v)
v = word(32)
secret("logfmt", f'ts=2026-01-01 level=info api_key={v} msg="start"', v)
v = word(32)
secret("TOML", f'[service]\napi-key = "{v}"', v)
v = word(32)
secret("HOCON", f'db {{ password = "{v}" }}', v)
v = word(32)
secret("a shell's trace", f"++ export TOKEN={v}\n++ TOKEN={v}", v)
v = word(32)
secret("a shell's declare", f'declare -x CLIENT_SECRET="{v}"', v)
v = password()
secret("a prompt that was answered", f"Password: {v}", v)
v = password()
secret("an f-string that printed itself", f"password={v!r}", v)
v = word(32)
secret("pprint", f"{{'auth': {{'client_secret': '{v}',\n          'tenant': 'x'}}}}", v)
v = word(32)
secret("escaped twice", json.dumps(json.dumps(json.dumps({"client_secret": v}))), v)
v = token()
secret("cookie of a request in a traceback", f"    headers = {{'Cookie': 'MSISAuth={v}; a=b'}}", v)
v = token()
secret("WebSocket", f"wss://x.example.org/socket?token={v}", v)
v = token()
secret("query, encoded", f"next=%2Fcb%3Faccess_token%3D{v}%26state%3D1", v)
v = based(64)
secret("Databricks' setting for Spark", f"spark.hadoop.fs.azure.account.key.inputs.dfs.core.windows.net {v}", v)
v = based(64)
secret("Hadoop's XML", f"<name>fs.azure.account.key.in.blob.core.windows.net</name><value>{v}</value>", v)
v = quote(based(32), safe="")
secret("SAS for a container, bare", f"sas_token = '?sv=2022-11-02&ss=b&srt=sco&sp=rl&sig={v}'", v)
v = quote(based(32), safe="")
secret("azcopy", f"azcopy cp 'https://i.blob.core.windows.net/c?sv=2022&sig={v}' /tmp", v)
v = word(40)
secret("fsspec", f"fs = fsspec.filesystem('abfs', account_name='in', account_key='{v}')", v)
v = word(40, LETTERS + "+/")
secret("s3fs", f"storage_options={{'key': 'x', 'secret': '{v}'}}", v)
v = word(40, LETTERS + "+/")
secret("CREATE SECRET of DuckDB", f"CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET '{v}')", v)
v = word(40, LETTERS + "+/")
secret("COPY INTO of a warehouse", f"COPY INTO t FROM 's3://b' CREDENTIALS=(AWS_KEY_ID='x' AWS_SECRET_KEY='{v}')", v)
v = word(20)
secret("JDBC with a query", f"jdbc:postgresql://db/m?user=job&password={v}&ssl=true", v)
v = word(20)
secret("Oracle", f"sqlplus job/{v}@//db:1521/m", v)
v = word(20)
secret(
    "SMB mount", f"mount -t cifs //in.file.core.windows.net/s /mnt -o vers=3.0,username=in,password={v},serverino", v
)
v = word(20)
secret("rclone", f"[az]\ntype = azureblob\naccount = in\nkey = {based(64)}\npass = {v}", v)
v = word(20)
secret("S/MIME of openssl", f"openssl pkcs12 -export -passout pass:{v} -out a.pfx", v)
v = base64.b64encode(("machine x login job password " + word(20)).encode()).decode()
secret("a netrc in base64", f"NETRC_B64={v}", v[32:])
v = word(40)
secret("GraphQL", f'{{"query":"mutation{{login(token:\\"{v}\\")}}"}}', v)
v = word(40)
secret("multipart form", f'Content-Disposition: form-data; name="client_secret"\r\n\r\n{v}\r\n--x', v)
v = word(40)
secret("HTML form", f'<input type="hidden" name="csrf_token" value="{v}">', v)
v = word(40)
secret("Helm", f"helm upgrade --set auth.password={v} --set replicas=2 x", v)
v = word(40)
secret("Ansible", f'ok: [node] => {{\n    "vault_password": "{v}"\n}}', v)
v = guid()
secret("Heroku", f"HEROKU_API_KEY={v}", v)
v = hexed(64)
secret("Jupyter", f"http://127.0.0.1:8888/lab?token={v[:48]}", v[:48])
v = hexed(64)
secret("Ray", f"ray start --redis-password={v}", v)
v = hexed(40)
secret("Comet", f"comet_ml.init(api_key='{v}')", v)
v = url_based(80)
secret("Neptune", f"neptune.init_run(api_token='{v}==')", v)
v = hexed(32)
secret("Weights in a URL", f"https://user:{v}@api.example.org/x.git", v)
v = digits(6) + word(10)
secret("umlauts about", f"Änderung: Kennwort für „Müller“ Passwort={v} gültig", v)
v = word(24)
secret("full-width", f"参数 password={v} 已设置", v)
alike("kwargs", "login(user, key=key, password=password)")
alike("environment names", "Missing: DB_PASSWORD, API_TOKEN, CLIENT_SECRET")
alike("columns", "('token', 'count'), ('secret', 'flag')")
alike("a table of keys", "| key | value |\n| batch_key | 17 |")
alike("env of conda", "conda env create -f env.yml; env LANG=C.UTF-8 python")
alike("config of git", "git config --global user.name job; git config core.autocrlf input")
alike("set of a word", "set token-bucket refill to 1000000000 per second")
alike("argument", "arg --tokenizer-key bert-base-uncased-2019")
alike("ldap", "ldap://dc1.example.org:389 -w timed out")
alike("mongo", "mongo-client 4.2 -p 27017")
alike("login of a node", "login(node=3) took 12.5 s")
alike("credential", "credential('DefaultAzureCredential')")
alike("base64 of plain words", base64.b64encode(b"the quick brown fox jumps over the lazy dog").decode())
alike("senha in a word", "desenhar e resenha: 12")
alike("key on the next line", "key:\n  - country\n  - store")
alike("password on the next line", "Reset your password:\n  see the manual")
alike("sha in a call", f"checkout('{hexed(40)}')")
alike("hash of a login page", f"GET /login.{hexed(20)}.js 200")
alike("token budget", "token_budget=128000 tokens/s: 51234.5")
alike("percent", "secret ratio=12% key=%s password=%s")
alike("dollar", "PASSWORD=$PASSWORD TOKEN=${TOKEN:-none}")
alike("stars", "Password: ***** Token: ****")


# A third visit: tables, headers and settings of services that have no rule, sentences, paths of addresses, protocols
v = password()
secret(
    "a table of MySQL",
    f"+-----+----------+\n| who | passwd   |\n+-----+----------+\n| job | {v} |\n+-----+----------+",
    v,
)
v = word(14)
secret("a query's result of Postgres", f" role | db_password \n------+-------------\n job  | {v}\n(1 row)\n", v)
v = word(14)
secret("a DataFrame", f"   host        password\n0  db1  {v}\n1  db2            None\n", v)
v = word(14, string.ascii_lowercase)
secret("CSV with a word as password", f"host,user,password,port\ndb1,job,{v},5432\n", v)
v = word(14)
secret("semicolons, quoted", f'"user";"passphrase"\n"job";"{v}"\n', v)
v = hexed(40)
secret("tabs", f"service\tapi_key\tactive\nalerts\t{v}\t1\n", v)
v = word(14)
secret(
    "a box of Polars",
    f"┌──────┬──────────┐\n│ user ┆ pwd      │\n╞══════╪══════════╡\n│ job  ┆ {v} │\n└──────┴──────────┘",
    v,
)
v = hexed(40)
secret("a key in a row of a table", f"| ROLLBAR-WRITE-KEY | {v} |", v)
v = word(20)
secret("unknown scheme", f"Authorization: Snowflake-Thing {v}", v)
v = guid()
secret("scheme with an id", f"> Authorization: Splunk {v}\n> Accept: */*", v)
v = based(32)
secret("scheme with fields", f'Authorization: Hawk id="job", ts="1353832234", nonce="j4h3g2", mac="{v}"', v)
v = word(30)
secret("header of an unknown service", f"< X-Widgets-Key: {v}\n< Date: x", v)
v = hexed(40)
secret("setting of an unknown service", f"ROLLBAR_ITEM_POST_TOKEN={v}", v)
v = word(24)
secret("header that ends in Auth", f"'X-Cluster-Auth': '{v}'", v)
v = password()
secret("password quoted in a sentence", f'Trying "admin" with password "{v}" (2 of 3)', v)
v = password()
secret("password for somebody", f"New password for account 'job': {v}", v)
v = password()
secret("password that is told", f"The initial password was set to {v}", v)
v = hexed(32)
secret("a user and a key", f"{{'username': 'job', 'key': '{v}'}}", v)
v = hexed(32)
secret("a user and a key in YAML", f"username: job\nkey: {v}\n", v)
v = word(26, string.ascii_lowercase + string.digits)
secret("webhook of Mattermost", f"POST https://chat.example.org/hooks/{v} 200", v)
v = guid()
secret("ping of a watch", f"curl -fsS https://hc-ping.com/{v}/fail", v)
v = word(35, LETTERS + "-_")
secret("a bot in a path", f"GET https://bots.example.org/bot{digits(9)}:{v}/sendMessage", v)
v = word(36)
secret("channel of packages", f"https://packages.example.org/t/{v}/channel/noarch/repodata.json", v)
v = word(10)
secret("push to a watch", f"https://status.example.org/api/push/{v}{v}?status=up", v + v)
v = word(24)
secret("webhook with two parts", f"https://rocket.example.org/hooks/{hexed(24)}/{v}{v}", v + v)
v = word(40, LETTERS + "+/")
secret("a dotted key", f"--conf spark.hadoop.fs.s3a.bucket.in.secret.key={v}", v)
v = word(20)
secret("a dotted setting after blanks", f"spark.hadoop.fs.azure.account.oauth2.client.secret    {v}\n", v)
v = word(16)
secret("Kafka", f'sasl.jaas.config=x.PlainLoginModule required username="job" password="{v}";', v)
v = word(16)
secret("WLAN", f"nmcli: 802-11-wireless-security.psk: {v}", v)
v = hexed(32)
secret("key of events", f"pd = EventsApi(integration_key='{v}')", v)
v = digits(6)
secret("PIN of a module", f"pkcs11:token=job;object=k?pin-value={v}", v)
v = base64.b64encode(b"\0job\0" + password().encode()).decode()
secret("SMTP", f"send: 'AUTH PLAIN {v}\\r\\n'", v)
v = base64.b64encode(password().encode()).decode()
secret("SMTP, asked", f"reply: b'334 UGFzc3dvcmQ6\\r\\n'\nsend: b'{v}\\r\\n'", v)
v = word(12)
secret("POP3", f"*cmd* 'PASS {v}'", v)

# Forms that may be in logs of jobs in a cloud, of which no rule was made first
v = based(64)
secret("key list of az", json.dumps([{"keyName": "key1", "permissions": "FULL", "value": k}, {"value": v}]), v)
v = word(32)
secret("appsettings of az", json.dumps([{"name": "DB_SECRET", "slotSetting": False, "value": v}]), v)
v = word(40)
secret("acr credential show", f'{{"passwords": [{{"name": "password", "value": "{v}"}}], "username": "job"}}', v)
v = word(24)
secret("ftp publishing profile", f'<publishProfile userName="$job" userPWD="{v}" />', v)
v = based(32)
secret("event grid header", f"aeg-sas-key: {v}", v)
v = hexed(64)
secret("batch node's environment", f"AZ_BATCH_AUTHENTICATION_TOKEN={v}", v)
v = hexed(32)
secret("managed identity header", f"curl -H 'X-IDENTITY-HEADER: {v}' http://127.0.0.1:4141/MSI/token", v)
v = hexed(32)
secret("managed identity secret", f"MSI_SECRET={v} IDENTITY_HEADER=x", v)
v = url_based(60)
secret("device code's refresh", f"'refresh_token': '{v}', 'foci': '1'", v)
v = word(52, string.ascii_lowercase + "234567")
secret("System.AccessToken", f"##vso[task.setvariable variable=SYSTEM_ACCESSTOKEN;issecret=true]{v}", v)
v = word(32)
secret("git over extraheader", f"git -c http.extraHeader='Authorization: bearer {v}' clone x", v)
v = word(40)
secret("credential fill", f"protocol=https\nhost=git.example.org\nusername=job\npassword={v}", v)
v = word(24)
secret("pip.conf", f"index-url = https://job:{v}@pkgs.example.org/pypi/simple/", v)
v = word(24)
secret("poetry", f"poetry config http-basic.private job {v}", v)
v = hexed(40)
secret("uv", f"UV_INDEX_PRIVATE_PASSWORD={v}", v)
v = word(36)
secret("nuget", f'<add key="ClearTextPassword" value="{v}" />', v)
v = word(36)
secret("maven", f"<server><id>x</id><username>job</username><password>{v}</password></server>", v)
v = word(36)
secret("gradle", f"-PrepoPassword={v}", v)
v = word(36)
secret("cargo", f"cargo login {v}", v)
v = word(36)
secret("npmrc", f"//pkgs.example.org/npm/:_password={based(24)}{v}", v)
v = word(24)
secret("snowflake connector", f"snowflake.connector.connect(user='job', password='{v}', account='x')", v)
v = word(24)
secret("snowsql", f"SNOWSQL_PWD={v} snowsql -a x", v)
v = word(24)
secret("mongo shell", f"db.auth('job', '{v}')", v)
v = word(24)
secret("mongo createUser", f'db.createUser({{user: "job", pwd: "{v}", roles: []}})', v)
v = word(24)
secret("Elasticsearch", f"Elasticsearch('https://es', basic_auth=('elastic', '{v}'))", v)
v = word(24)
secret("http_auth", f"http_auth=('job', '{v}')", v)
v = word(24)
secret("Redis URL", f"rediss://default:{v}@r.example.org:6380/0", v)
v = word(24)
secret("Redis in Python", f"ConnectionPool<Connection<host=r,port=6379,db=0,password={v}>>", v)
v = word(24)
secret("celery broker", f"transport: amqps://job:{v}@mq.example.org:5671//", v)
v = word(24)
secret("Kafka properties", f"ssl.keystore.password = {v}\nssl.key.password={v}", v)
v = word(24)
secret("Kafka schema registry", f"basic.auth.user.info=job:{v}", v)
v = word(24)
secret("MQTT", f"client.username_pw_set('job', '{v}')", v)
v = word(24)
secret("paramiko", f"ssh.connect('h', username='job', password='{v}')", v)
v = word(24)
secret("chpasswd", f"echo 'job:{v}' | chpasswd", v)
v = word(24)
secret("net use", f"net use Z: \\\\in.file.core.windows.net\\s /user:Azure\\in {v}", v)
v = based(64)
secret("cmdkey", f"cmdkey /add:in.file.core.windows.net /user:in /pass:{v}", v)
v = word(24)
secret("7z", f"7z x -p{v} data.7z", v)
v = word(24)
secret("gpg", f"gpg --batch --passphrase {v} -d x.gpg", v)
v = word(24)
secret("kinit", f"echo {v} | kinit job@EXAMPLE.ORG", v)
v = hexed(40)
secret("mlflow's token", f"MLFLOW_TRACKING_TOKEN={v}", v)
v = hexed(40)
secret("dvc", f"dvc remote modify origin --local password {v}", v)
v = hexed(40)
secret("label studio", f"Client(url='x', api_key='{v}')", v)
v = word(36)
secret("roboflow", f'Roboflow(api_key="{v}")', v)
v = word(20)
secret("a config object of pydantic", f"Settings(db_user='job', db_password='{v}', debug=False)", v)
v = word(20)
secret("a dataclass within", f"Config(db=Db(user='job', password='{v}'), n=3)", v)
v = word(20)
secret("argparse", f"Namespace(user='job', password='{v}', verbose=False)", v)
v = word(20)
secret("click's echo of args", f"['score', '--db-password={v}', '-v']", v)
v = word(20)
secret("a process list", f"job  4711  0.0 python score.py --db-user job --db-pass {v} --n 3", v)
v = word(20)
secret("docker run", f"docker run -e DB_PASSWORD={v} -e N=3 img", v)
v = word(20)
secret("docker build", f"docker build --build-arg PIP_PASSWORD={v} .", v)
v = word(20)
secret("docker inspect", f'"Env": ["PATH=/bin", "SQL_PASSWORD={v}"]', v)
v = base64.b64encode(word(20).encode()).decode()
secret("kubectl get secret", f"apiVersion: v1\nkind: Secret\ndata:\n  password: {v}\n", v)
v = word(20)
secret("helm values", f"auth:\n  rootPassword: {v}\n", v)
v = word(20)
secret("a systemd unit", f'Environment="DB_PASSWORD={v}"', v)
v = word(40)
secret("OAuth's answer", f'{{"token_type":"Bearer","expires_in":3599,"access_token":"{v}"}}', v)
v = word(40)
secret("SAML's answer", f"client_assertion={token()[:60]}{v}&x=1", v)
v = word(43, LETTERS + "-_")
secret("code verifier", f"grant_type=authorization_code&code_verifier={v}&client_id=x", v)
v = hexed(32)
secret("a session in a URL", f"https://app.example.org/x?sessionid={v}", v)
v = hexed(32)
secret("JSESSIONID", f"Cookie: JSESSIONID={v}", v)

alike(
    "a table of words", "| id | token | count |\n|----|-------|-------|\n| 1  | the   | 5     |\n| 2  | ##ing | 12    |"
)
alike("a table of states", "| user | password |\n|------|----------|\n| job  | expired  |\n| svc  | ***      |")
alike("a table of counts", "day,password,token\n1,12,4\n2,0,17")
alike("a table of kinds", "id,name,password\nint,text,varchar\n")
alike("a list of words, then a line", "Enter user, password\nThen host, port 22x")
alike("a word at the end of a line", "Reset of the password\nuser2  host17x  x")
alike("rows of logs", "2026-01-01|INFO|entry|password\n2026-01-01|INFO|entry|loaded22")
alike(
    "Authorization of a request", f"Authorization: request {guid()} failed; authorization = denied 2026-01-01T00:00:00Z"
)
alike("header with a reference", "curl -H 'Authorization: token $GITHUB_TOKEN' -H 'X-Api-Key: ${KEY}' x")
alike(
    "names of columns",
    f"sort_key=a_0001_b partition-key: store_0001_2026 cache-key: Linux-pip-{hexed(20)} row_key={hexed(24)}",
)
alike("an id of a request", f"Idempotency-Key: {guid()} next_token=page_2")
alike("a key of a message", "routing_key='batch.scored.v2' routing_key=celery")
alike(
    "quoted, but no password", "Reading password 'db-password-2' from the vault; wrong password 'x'; password `${PW}`"
)
alike(
    "password for somebody, asked",
    "Password for 'https://job@git.example.org': \n[sudo] password for job: Sorry, try again.",
)
alike("what a password is", "The password is required; password was changed on 2026-01-01; password is sha256-hashed")
alike("a user and a name of a file", "username: job, key: images/part-0001.parquet")
alike(
    "paths",
    "https://h.example.org/t/linux-64 https://h.example.org/hooks/rebuild-documentation1 https://h.example.org/token/v2/x",
)
alike(
    "a path of a vault",
    "https://vault.example.org/v1/secret/data/job-settings-2026 https://kv.vault.azure.net/keys/k/" + hexed(32),
)
alike("a file in a folder of keys", f"https://in.blob.core.windows.net/c/key/{hexed(32)}.png")
alike("placeholders", "api_key: YOUR_API_KEY_HERE token=<your-token> secret: (not set) 'password': '[HIDDEN]' pw=${PW}")
alike(
    "placeholders of headers",
    "x-api-key: [REDACTED]\nAuthorization: Bearer {{ token }}\nAuthorization: Basic <credentials>",
)
alike(
    "placeholders of commands",
    "curl -u job:$PASSWORD x; docker login -u job --password $PW_TOKEN; main.py --token YOUR_TOKEN",
)
alike(
    "options in prose",
    "Using --password via the CLI is insecure; the option --token is deprecated, use --secret or --api-key",
)
alike("prompts", "getpass.getpass('Password: '), input(\"API key: \")")
alike("f-string", "print(f'password={password}'), f\"token: {token}\"")
alike("capabilities of a mail server", "250-AUTH PLAIN LOGIN XOAUTH2\n334 UGFzc3dvcmQ6")
alike("tests that passed", "PASS tests/test_x2.py\n> AUTH required")
alike("a PIN of a memory", "pin_memory=True pin=1234567 next_pin=12345")
alike("options of data", "main.py --partition-key column_2 --pad-token 50256 --low-pass filter --sort-key name2")
alike("logins", "login('bob', 'editor') vault login succeeded; cargo login; net use Z: /persistent:no")
alike("session in a query", "https://h.example.org/x?session_id=7&sid=abc")

# what is shown again: fetched from a vault, refused by a check, echoed by a prompt; argument lists, settings in XML
for what, text, part in (
    (
        "object of a vault in a repr",
        "{'id': 'https://vault-a.vault.azure.net/secrets/ftp/00ff', 'attributes': {'enabled': True}, 'value': 'Moor9!huhn'}",
        "Moor9!huhn",
    ),
    (
        "object of a vault, value first",
        '{\n "value": "Moor9!huhn",\n "attributes": {"enabled": true},\n "id": "https://va.vault.usgovcloudapi.net/secrets/ftp/00ff"}',
        "Moor9!huhn",
    ),
    (
        "object of a vault in a log line",
        "SecretBundle(id=https://va.vault.azure.net/secrets/ftp/00ff, value=Moor9huhn)",
        "Moor9huhn",
    ),
    ("secret that was got", "INFO got secret db-login (value: Moor9!huhn)", "Moor9!huhn"),
    ("secret that was loaded, value with a blank", "loaded secret `db-login` value => 'Moor9 huhn'", "Moor9 huhn"),
    ("arguments of mysqldump", "Popen(['mysqldump', '--host', 'db', '-pMoor9huhn', 'shop'])", "Moor9huhn"),
    ("arguments as JSON, with a blank", 'exec: ["sqlcmd", "-U", "sa", "-P", "Moor 9huhn", "-Q", "x"]', "9huhn"),
    ("arguments in a tuple", "cmd = ('zip', '-r', '-P', 'Moor9huhn', 'o.zip')", "Moor9huhn"),
    (
        "arguments of a command that timed out",
        "TimeoutExpired: Command '['sshpass', '-p', 'Moor9huhn', 'ssh', 'h']' timed out after 5 seconds",
        "Moor9huhn",
    ),
    (
        "arguments of curl",
        "Command '['curl', '-fsS', '-u', 'bob:Moor9huhn', 'https://h.example']' returned",
        "Moor9huhn",
    ),
    ("command of 7za", "subprocess.CalledProcessError: Command '7za a -pMoor9huhn out.7z in' returned", "Moor9huhn"),
    ("arguments over lines", "['docker',\n 'login',\n '-u',\n 'bob',\n '-p',\n 'Moor9huhn']", "Moor9huhn"),
    ("pgpass", "pg.example:5432:*:bob:Moor9huhn\n", "Moor9huhn"),
    ("pgpass for all hosts", "*:*:*:bob:Moor9huhn", "Moor9huhn"),
    ("pgpass with an escaped colon", "10.0.0.7:6432:shop:bob:Moor\\:9huhn", "9huhn"),
    ("XML of Hadoop", "<name>ssl.keystore.password</name>\n    <value>Moorhuhn</value>", "Moorhuhn"),
    ("plist", "<dict><key>SMTPPassword</key>\n<string>Moorhuhn</string></dict>", "Moorhuhn"),
    (
        "settings of .NET",
        '<setting name="FtpPassword" serializeAs="String">\n <value>Moorhuhn</value></setting>',
        "Moorhuhn",
    ),
    ("properties in XML", '<entry key="db.password">Moorhuhn</entry>', "Moorhuhn"),
    ("value before its key in XML", '<add value="Moor9huhn" key="SmtpPassword" />', "Moor9huhn"),
    ("add of .NET", '<add key="Api:ClientSecret" value="Moor9huhn" />', "Moor9huhn"),
    ("property of Spring", '<property name="password" value="Moor9huhn"/>', "Moor9huhn"),
    (
        "pydantic",
        "1 validation error for S\nsmtp.password\n  Value error, too weak [type=value_error, input_value='Moorhuhn', input_type=str]",
        "Moorhuhn",
    ),
    (
        "error list of FastAPI",
        '{"detail":[{"type":"string_too_short","loc":["body","password"],"msg":"short","input":"Moorhuhn","ctx":{}}]}',
        "Moorhuhn",
    ),
    (
        "jsonschema",
        "jsonschema: 'Moorhuhn' is too short\n\nFailed validating 'minLength' in schema['properties']['smtp_password']:\n    {'minLength': 12}\n\nOn instance['smtp_password']:\n    'Moorhuhn'",
        "Moorhuhn",
    ),
    ("cerberus", "{'db_password': [\"value 'Moor9huhn' does not match regex '[a-z]+'\"]}", "Moor9huhn"),
    ("voluptuous", "expected int for dictionary value @ data['api_key']. Got 'Moor9huhn'", "Moor9huhn"),
    ("own check", "ValueError: db_password must have 12 characters (got 'Moor9huhn')", "Moor9huhn"),
    ("value in a list", "{'password': ['Moor9!huhn']}", "Moor9!huhn"),
    ("prompt for a user", 'Password for "bob": Moor9!huhn', "Moor9!huhn"),
    ("prompt for a token", "Paste your access token here: 0f1e2d3c4b5a69788796", "0f1e2d3c4b5a69788796"),
    ("prompt for a passphrase", "Enter passphrase for key '/x/id_ed25519': Moor9!huhn", "Moor9!huhn"),
    ("keytool -keypass", "keytool -genkeypair -alias a -keypass Moorhuhn -keystore k", "Moorhuhn"),
    ("jarsigner", "jarsigner -storepass Moorhuhn x.jar", "Moorhuhn"),
    ("keytool -deststorepass", "+ keytool -importkeystore -deststorepass Moorhuhn", "Moorhuhn"),
):
    secret(what, text, part)
for what, text in (
    ("no echo 1", "Access denied for user 'bob'@'h' (using password: NO)"),
    ("no echo 2", "    token = credential.get_token(scope).token"),
    ("no echo 3", "password = cfg['db']['password']"),
    ("no echo 4", "secret = vault.read(path)['data']"),
    ("no echo 5", "db_password = await client.fetch(name)"),
    ("no echo 6", "api_key = settings_of(user).api_key"),
    ("no echo 7", 'docker login reg.example -u bob -p "$REG_PW"'),
    ("no echo 8", 'mysql -u bob -p"$DB_PW" shop'),
    ("no echo 9", "sqlcmd -S h -P $SQL_PASSWORD"),
    ("no echo 10", "['docker', 'login', '-p', '$REG_TOKEN']"),
    ("no echo 11", "spark.password {{secrets/ml/db}}"),
    ("no echo 12", "password: {{secrets/ml/db-pass}}"),
    ("no echo 13", "password={{ vault/path-x }}"),
    ("no echo 14", "https://bob:******@h.example/x"),
    ("no echo 15", "Password=****;"),
    ("no echo 16", "API_KEY=@Microsoft.KeyVault(VaultName=kv;SecretName=db-login;SecretVersion=1)"),
    ("no echo 17", "arn:aws:secretsmanager:us-east-1:000000000000:secret:team/db-1x2y3z"),
    ("no echo 18", "Set-Cookie: consent=all; Path=/; Max-Age=31536000"),
    ("no echo 19", "cookie: lang=english; theme=dark-blue"),
    ("no echo 20", "['ls', '-P', 'x'], ['tar', '-p', 'y']"),
    ("no echo 21", "['unzip', '-o', 'a.zip', '-d', 'out']"),
    ("no echo 22", "7z x -y a.7z"),
    ("no echo 23", "docker run -p 127.0.0.1:5432:5432 pg"),
    ("no echo 24", "listening on db:5432: ok, db:5432:shop:bob:open"),
    ("no echo 25", "<name>password.min.length</name><value>12</value>"),
    ("no echo 26", "<key>UsesPassword</key><true/>"),
    ("no echo 27", "<name>require.password</name><value>true</value>"),
    ("no echo 28", '<property name="password.file">/x/y1</property>'),
    ("no echo 29", '<setting name="Password"><value>${db.password}</value></setting>'),
    ("no echo 30", '<label for="password">Password</label>'),
    ("no echo 31", "password\n  Field required [type=missing, input_value={'user': 'bob'}, input_type=dict]"),
    ("no echo 32", "{'password': ['Shorter than minimum length 12.'], 'user': ['Missing data for required field.']}"),
    ("no echo 33", "{'password': ['required field']}"),
    ("no echo 34", "ValidationError: {'db': {'token': ['Not a valid string.']}}"),
    (
        "no echo 35",
        "'bob' is not of type 'integer'\n\nFailed validating 'type' in schema['properties']['port']:\n    {}\n\nOn instance['port']:\n    'bob'",
    ),
    ("no echo 36", "Password for 'https://bob@h.example': "),
    ("no echo 37", "Enter your API key: ****"),
    ("no echo 38", "Paste the code below: see https://h.example/x"),
    ("no echo 39", "Please enter a token name: image_0001_of_2026"),
    ("no echo 40", "Retrieved secret 'db' from vault, value is hidden"),
    ("no echo 41", "fetched secret 'db', value length: 16"),
    ("no echo 42", "https://kv.vault.azure.net/secrets/db/00ff fetched; metric value=0.93"),
    ("no echo 43", '{"id": "https://kv.vault.azure.net/secrets/db/00ff", "value": null}'),
    ("no echo 44", '{"secretUri": "https://kv.vault.azure.net/secrets/db", "name": "x"}, {"value": "plain"}'),
    ("no echo 45", "keytool -list -storepass:env STORE_PW"),
    ("no echo 46", "-keypass is deprecated"),
    ("no echo 47", "enter the key in column: partition_2026_01_01_a1"),
    ("no echo 48", "['grep', '-p', 'password', 'file']"),
    ("no echo 49", '["python", "score.py", "--token-count", "5"]'),
    ("no echo 50", "['sqlcmd', '-S', 'h', '-E']"),
):
    alike(what, text)
