"""Every setting, grouped by subject. What comes from outside has one typed call of `config.env` each.

Documented in docs/settings.md. Importing this module starts nothing and connects nowhere; what is
dangerous when served is refused by `config.checks` at the start of every role.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from config import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("COUNTERSIGN_DATA_DIR") or BASE_DIR / ".countersign").expanduser().absolute()
ROLE = env.role()  # web, engine, worker, migrate, test … what this process is for

# -- Who we are ------------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
BASE_URL = env.base_url("BASE_URL", "http://127.0.0.1:8000")
_base = urlsplit(BASE_URL)
HTTPS = _base.scheme == "https"
ALLOWED_HOSTS = env.hosts(
    "ALLOWED_HOSTS", (str(_base.hostname), *env.LOOPBACK) if env.is_loopback(_base) else (str(_base.hostname),)
)
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "accounts",
    "audit",
    "agents",
    "escalations",
    "delivery",
    "approvals",
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "channels",
    "csp",
    "django_rq",
]
if DEBUG and (BASE_DIR / "dev" / "__init__.py").exists():
    INSTALLED_APPS.insert(6, "dev")

MIDDLEWARE = [
    "approvals.api.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
APPEND_SLASH = False

# -- Secrets ---------------------------------------------------------------------------------------------------------
# A key made up here dies with the process: good enough for tools and tests, refused by `config.checks` when serving.
SECRET_KEY_IS_MADE_UP = not env.text("SECRET_KEY")
SECRET_KEY = env.text("SECRET_KEY") or secrets.token_urlsafe(64)
SIGNING_KEY = env.text("SIGNING_KEY")  # Ed25519 private key, PEM, for receipts

# -- PostgreSQL, the only database -----------------------------------------------------------------------------------
DATABASES = {
    "default": env.database(
        "DATABASE_ADMIN_URL" if ROLE == "migrate" and env.text("DATABASE_ADMIN_URL") else "DATABASE_URL"
    )
}
APPLICATION_DATABASE = env.database("DATABASE_URL")  # the role that `migrate` grants to
WEB_THREADS = 16
if ROLE == "web":
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": WEB_THREADS + 4,
        "timeout": 10,
        "max_idle": 60,
    }
DATABASES["default"]["OPTIONS"].setdefault("application_name", f"countersign {ROLE}")
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)

# -- Redis, a nudge --------------------------------------------------------------------------------------------------
REDIS_URL = env.redis("REDIS_URL")
RQ_QUEUES = {"post": {"URL": REDIS_URL, "SERIALIZER": "rq.serializers.JSONSerializer", "DEFAULT_TIMEOUT": 60}}
CACHES = {  # never Redis: that would be pickle. It counts tries to sign in; a full one forgets some at random
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}

# -- What comes in ---------------------------------------------------------------------------------------------------
API_BODY_LIMIT = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 0
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
TRUSTED_PROXIES = env.text("TRUSTED_PROXIES", "127.0.0.1,::1")  # whose X-Forwarded-For is believed

# -- What goes out ---------------------------------------------------------------------------------------------------
OUTBOUND_ALLOW = env.destinations("OUTBOUND_ALLOW")
_heartbeat = env.url("HEARTBEAT_URL", "", ("https", "http"))
HEARTBEAT_URL = _heartbeat.geturl() if _heartbeat else ""  # called every minute while nothing is late
_mail = env.email("EMAIL_URL")
EMAIL_IS_OUTBOX = not _mail
EMAIL_BACKEND = "delivery.mail.OutboxBackend"  # what Django sends goes through the post office too
EMAIL_HOST = _mail.host
EMAIL_PORT = _mail.port
EMAIL_HOST_USER = _mail.user
EMAIL_HOST_PASSWORD = _mail.password
EMAIL_USE_SSL = _mail.tls
EMAIL_USE_TLS = _mail.starttls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.address("EMAIL_FROM", f"Countersign <countersign@{env.mail_domain(_base)}>")
EMAIL_BOUNCE_SECRET = env.secret("EMAIL_BOUNCE_SECRET", 24)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SLACK_BOT_TOKEN = env.token("SLACK_BOT_TOKEN", "xoxb-")
SLACK_SIGNING_SECRET = env.text("SLACK_SIGNING_SECRET")
SLACK_APP_TOKEN = env.token("SLACK_APP_TOKEN", "xapp-")
NOTES_DRAWN_BY = "approvals.slack.draw.draw"  # what messages in Slack show
FAILURES_HEARD_BY = "approvals.flow.unreached.unreached"  # who is told that nothing reaches somebody
MORNINGS_DRAWN_BY = "approvals.mornings.draw"  # what somebody reads after quiet hours
SLACK_API_URL = env.http("SLACK_API_URL", "https://slack.com/api/")

# -- Signing in ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []  # nobody has a password
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"request_login_code": "accounts.forms.RequestCode"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,5/m/key", "confirm_login_code": "30/m/ip,10/m/key"}
MFA_ADAPTER = "accounts.adapter.SecondAdapter"
MFA_FORMS = {"login_webauthn": "accounts.forms.PasskeyAnswer"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_REAUTHENTICATION_REQUIRED = False  # the pages ask for a recent sign-in themselves (accounts.methods)
MFA_TOTP_ISSUER = "Countersign"
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "accounts.adapter.CompanyAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form's redirect to another site is stopped by `form-action 'self'`
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_PROVIDERS = env.company_account("OIDC")  # OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME

# -- Sessions and cookies --------------------------------------------------------------------------------------------
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# -- What a browser may do with our pages ----------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],  # modules hand their nonce on to what they import
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF, f"{'wss' if HTTPS else 'ws'}://{_base.netloc}"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["countersign"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # TLS ends before us; the bridge takes the scheme from BASE_URL, so there is nothing to redirect
    "security.W021",  # preloading a domain is the owner's decision, not a product's
]

# -- Pages -----------------------------------------------------------------------------------------------------------
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
                "csp.context_processors.nonce",
                "accounts.context.viewer",
            ],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in (BASE_DIR / "static",) if path.is_dir()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 60

# -- Language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# -- Logs ------------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = None
logs.configure()
