"""Settings, read from the environment. Development needs none of them; README lists all."""

from pathlib import Path

from django.contrib.messages import constants as messages

from emulation import environment
from emulation.environment import WrongSetting

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # everything the application writes; ignored by git
VAR_DIR.mkdir(exist_ok=True)

PRODUCTION = environment.flag("PRODUCTION", default=False)
DEBUG = environment.flag("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise WrongSetting("DEBUG shows the application's secrets to everybody: leave it out in production.")


def required_in_production(name: str, development: str) -> str:
    """The setting `name`; outside production `development` serves when it is not set."""
    return environment.required(name) if PRODUCTION else environment.text(name, development)


SECRET_KEY = required_in_production("SECRET_KEY", "development-only-" + "x" * 50)
ALLOWED_HOSTS = environment.hosts(
    "ALLOWED_HOSTS", required_in_production("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
)
CSRF_TRUSTED_ORIGINS = environment.origins("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "auditlog",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "units",
    "emulation",
    "awards",
]

MIDDLEWARE = [
    "units.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "units.middleware.PrivateMiddleware",
    "units.middleware.LanguageMiddleware",
    "units.middleware.TypedMiddleware",
    "units.middleware.LoginMiddleware",
    "units.middleware.FirstPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "units.middleware.NotAllowedMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
]

ROOT_URLCONF = "emulation.urls"
WSGI_APPLICATION = "emulation.wsgi.application"

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
                "emulation.context.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# ── database ──────────────────────────────────────────────────────────────
_URL = required_in_production("DATABASE_URL", f"sqlite:///{VAR_DIR}/quyetthang.sqlite3")
DATABASES = {"default": environment.database("DATABASE_URL", _URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a transaction that will write takes the lock at once instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # What is deleted is overwritten, as it is by default only in some builds: the file keeps no former ballots.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA secure_delete=ON;",
    }
    # A file, not memory: live-server threads and tests of two people at once need real locking.
    # Opening a file costs as much as a small page; not for ever, should somebody put another file in its place.
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", None)  # ?conn_max_age=0 in the URL switches it off
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Login throttling has to be counted over all worker processes.
CACHES = {"default": environment.cache("CACHE_URL", environment.text("CACHE_URL", f"filecache://{VAR_DIR}/cache"))}

# ── people and login ──────────────────────────────────────────────────────
AUTH_USER_MODEL = "units.User"
# Not allauth's own: it lets users who may not log in go on to a page that we do not have.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("username", "full_name")}},
    {"NAME": "units.passwords.MinimumLength", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "units.accounts.Adapter"
ACCOUNT_FORMS = {"login": "units.accounts.LoginForm", "change_password": "units.accounts.ChangePasswordForm"}
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,30/m/ip", "change_password": "5/m/user"}
# Proxies in front that set X-Forwarded-For; without it all PCs behind a proxy share one limit.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXIES", 0, 0, 9)
SESSION_COOKIE_AGE = environment.number("SESSION_HOURS", 10, 1, 168) * 3600
# The kinds of includes/note.html.
MESSAGE_TAGS = {messages.SUCCESS: "met", messages.WARNING: "near", messages.ERROR: "miss"}
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # showing a message must not write

# ── language ──────────────────────────────────────────────────────────────
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "emulation" / "locale"]
FORMAT_MODULE_PATH = ["emulation.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# ── e-mail ────────────────────────────────────────────────────────────────
# Reminders (`manage.py send_reminders`); nothing is sent without EMAIL_HOST.
EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_PORT = environment.number("EMAIL_PORT", 25, 1, 65535)
EMAIL_HOST_USER = environment.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_TLS", default=False)
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "quyetthang@localhost")
SITE_URL = environment.text("SITE_URL") and environment.origin(
    "SITE_URL", environment.text("SITE_URL")
)  # of links in e-mails

# ── static files ──────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is missing
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "emulation.staticfiles.PackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# ── files of users ────────────────────────────────────────────────────────
MEDIA_ROOT = VAR_DIR / "files"  # never served: every download goes through a view that asks who it is
EVIDENCE_MB = environment.number("EVIDENCE_MB", 10, 1, 1000)  # a file
EVIDENCE_FILES = environment.number("EVIDENCE_FILES", 20, 1, 1000)  # a sheet
# Years back in which an earlier weak point of a unit on the same matter makes a new one a repetition.
WEAK_POINT_YEARS = environment.number("WEAK_POINT_YEARS", 3, 0, 50)
WORKBOOK_MB = 5  # a sheet that comes back from Excel; ours have 30 kB
FILE_UPLOAD_HANDLERS = [
    "emulation.uploads.Limited",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# ── security ──────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
HTTPS = environment.flag("HTTPS", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a sheet is one form: parts, states, reasons and notes of every line

# ── forms and trace ───────────────────────────────────────────────────────
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # templates/django/forms/widgets/textarea.html
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
AUDITLOG_DISABLE_REMOTE_ADDR = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "emulation.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
