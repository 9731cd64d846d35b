"""One settings file, read from the environment (docs/operations.md lists every variable).

``MODE`` is ``production`` by default: a missing or weak value is an error that says what to set. ``MODE=local`` (``make run``, tests,
trials) serves the loopback only and makes secret, database and evidence files under ``VAR_DIR``.
"""

import secrets
import sqlite3
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env.str("MODE", "production")
if MODE not in ("production", "local"):
    raise ImproperlyConfigured(f"MODE={MODE!r} 无效：请设为 production 或 local")
LOCAL = MODE == "local"
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))


def required(name: str, why: str) -> str:
    """The value of ``name``; in production its absence stops the start with the sentence that tells what to set."""
    value = env.str(name, "")
    if not value and not LOCAL:
        raise ImproperlyConfigured(f"未设置 {name}：{why}")
    return value


def local_secret() -> str:
    """A secret of this installation, made once beside the local database."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", False)
SECRET_KEY = (
    required("SECRET_KEY", "请设为 50 个以上随机字符，例如 python -c 'import secrets; print(secrets.token_urlsafe(50))'")
    or local_secret()
)
if not LOCAL and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure")):
    raise ImproperlyConfigured("SECRET_KEY 太弱：请设为 50 个以上随机字符")
if not LOCAL and DEBUG:
    raise ImproperlyConfigured("DEBUG 在 production 下必须关闭：请去掉 DEBUG 或设 MODE=local")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"] if LOCAL else env.list("ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("未设置 ALLOWED_HOSTS：请列出本站域名，以逗号分隔，不能用 *")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "simple_history",
    "axes",
    "csp",
    "qingdan",
    "qingdan.ledger",
    "qingdan.outbox",
    "qingdan.laws",
    "qingdan.paper",
    "departments",
    "qingdan.items",
    "reviews",
    "budget",
    "qingdan.public",
]
MIDDLEWARE = [
    "qingdan.web.EnvelopeMiddleware",
    "qingdan.public.keeping.KeptPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "departments.middleware.StaffSessionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "qingdan.web.RefusalMiddleware",
]
# The API reads only, for everyone: no session, no parser, one renderer.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "权责清单数据接口",
    "DESCRIPTION": "只读；与网页同源同数。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}
CSRF_FAILURE_VIEW = "qingdan.web.csrf_failure"
ROOT_URLCONF = "qingdan.urls"
WSGI_APPLICATION = "qingdan.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASE_URL = required("DATABASE_URL", "例如 postgres://qingdan@数据库主机/qingdan") or f"sqlite:///{VAR_DIR / 'qingdan.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if SQLITE:
    # The WAL-reset race corrupts before 3.51.3; deferred transactions lose writes (IMMEDIATE takes the lock first); REPLACE would pass
    # by the append-only triggers without recursive_triggers.
    _journal = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "DELETE"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode={_journal}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA recursive_triggers=ON; PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON;",
    }
    VAR_DIR.mkdir(parents=True, exist_ok=True)
else:
    # No statement, wait for a lock or forgotten transaction holds a worker, or others, for ever; 0 switches the first off (long migrations).
    _seconds = env.int("STATEMENT_SECONDS", 30)
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        f"-c statement_timeout={_seconds}s -c lock_timeout=20s -c idle_in_transaction_session_timeout=300s"
    )
# A worker keeps its connection: opening one costs as much as a page's reads.
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "departments.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "departments.accounts.PostBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_MIN_LENGTH = env.int("PASSWORD_MIN_LENGTH", 12)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone")},
    },
    {"NAME": "departments.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "departments.passwords.CharacterClassesValidator"},
    {"NAME": "departments.passwords.FormerPasswordValidator"},
]
# GB/T 22239 asks for complexity and periodic change, which ASVS 6.2.5 and 6.2.10 forbid: the national rule holds; 0 switches one off.
PASSWORD_CLASSES = env.int("PASSWORD_CLASSES", 3)
PASSWORD_HISTORY = env.int("PASSWORD_HISTORY", 5)
PASSWORD_MAX_DAYS = env.int("PASSWORD_MAX_DAYS", 90)
ONE_TIME_PASSWORD_DAYS = env.int("ONE_TIME_PASSWORD_DAYS", 30)
LOGIN_URL = "admin:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "departments/locked_out.html"
AXES_RESET_ON_SUCCESS = True
# How many proxies of our own stand in front; the address of a client is read past them (departments.acting.client_address).
PROXY_COUNT = env.int("PROXY_COUNT", 0)
AXES_CLIENT_IP_CALLABLE = "departments.acting.client_address"
IDLE_MINUTES = env.int("IDLE_MINUTES", 15)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False
if not LOCAL:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_TLS_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
UPLOAD_LIMIT = 10 * 1024 * 1024
# One attached file, and how many in force one request or batch may have.
ATTACHMENT_LIMIT = 20 * 1024 * 1024
ATTACHMENT_COUNT = 60

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": env.str("STATIC_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage")},
}

# From how many 百分点 between plan and execution a special fund wants a reason and a measure; a fund may set its own.
DEVIATION_POINTS = env.int("DEVIATION_POINTS", 10)
# The site's own words (page foot as the rules for government sites want it).
SITE_NAME = env.str("SITE_NAME", "政府部门权责清单")
SITE_OWNER = env.str("SITE_OWNER", "")
SITE_IDENTIFIER = env.str("SITE_IDENTIFIER", "")
SITE_RECORD = env.str("SITE_RECORD", "")
SITE_CONTACT = env.str("SITE_CONTACT", "")
HOME_REGION = env.str("HOME_REGION", "420600")

# Mail: EMAIL_URL names the server (smtp://, smtp+tls://, smtp+ssl://); the default writes mails to standard output.
_mail = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"], _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", "qingdan@localhost")
# Where readers of a mail find the site; empty: mails carry no links.
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000" if LOCAL else "").rstrip("/")

# Pages of citizens as they were rendered, compressed: disposable files under a cap (0 keeps none).
KEPT_DIR = Path(env.str("KEPT_DIR", str(VAR_DIR / "kept")))
KEPT_MB = env.int("KEPT_MB", 512)
# 纠错: how many reports one source and all of them may send in a day, and how often one may ask with a wrong query number.
REPORTS_PER_ADDRESS = env.int("REPORTS_PER_ADDRESS", 10)
REPORTS_PER_DAY = env.int("REPORTS_PER_DAY", 1_000)
REPORT_MISSES_PER_ADDRESS = env.int("REPORT_MISSES_PER_ADDRESS", 30)
# Search: index files of editions, derived and disposable; how many are kept; the largest list whose index is made while a reader waits.
SEARCH_DIR = Path(env.str("SEARCH_DIR", str(VAR_DIR / "search")))
SEARCH_KEEP = env.int("SEARCH_KEEP", 8)
SEARCH_BUILD_AT_ONCE = env.int("SEARCH_BUILD_AT_ONCE", 20_000)

# Evidence: the key and the newest signed head lie outside the database (qingdan.ledger.keys); without them nothing is signed.
SIGNING_KEY_FILE = env.str("SIGNING_KEY_FILE", "")
LOG_HEAD_FILE = env.str("LOG_HEAD_FILE", "")
LOG_ORIGIN = env.str("LOG_ORIGIN", f"qingdan-{HOME_REGION}")
LOG_PUBLIC_KEY = env.str("LOG_PUBLIC_KEY", "")
FORMER_SIGNING_KEYS = env.list("FORMER_SIGNING_KEYS", default=[])

# Papers (GB/T 9704-2012). Word names the fonts that offices have; none of them is shipped. The PDF's must stand in PDF_FONT_PATHS
# (default: the font package that is installed with us).
WORD_FONTS = {
    "title": env.str("WORD_FONT_TITLE", "方正小标宋简体"),
    "body": env.str("WORD_FONT_BODY", "仿宋_GB2312"),
    "heading": env.str("WORD_FONT_HEADING", "黑体"),
    "subheading": env.str("WORD_FONT_SUBHEADING", "楷体_GB2312"),
    "plain": "宋体",
    "latin": "Times New Roman",
}
PDF_FONT_PATHS = env.list("PDF_FONT_PATHS", default=[])
PDF_FONTS = {
    "title": env.str("PDF_FONT_TITLE", "Noto Serif SC"),
    "body": env.str("PDF_FONT_BODY", "Noto Serif SC"),
    "heading": env.str("PDF_FONT_HEADING", "Noto Sans SC"),
    "subheading": env.str("PDF_FONT_SUBHEADING", "Noto Serif SC"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}
