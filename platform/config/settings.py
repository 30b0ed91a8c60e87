"""The one settings module: read from environment variables, strictly. docs/configuration.md lists each with its default."""

import os
import re
import secrets
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# --- The two modes -----------------------------------------------------------------------------------------------

MODE = env.choice("MODE", ["embedded", "full"], "embedded")
EMBEDDED = MODE == "embedded"
DEMO = env.flag("DEMO", default=False)
DEBUG = env.flag("DEBUG", default=False)
PORT = env.number("PORT", 8000, minimum=1, maximum=65535)

if DEBUG and not EMBEDDED:
    env.refuse("DEBUG=1 shows internals to every visitor; it is refused with MODE=full.")
if DEMO and not EMBEDDED:
    env.refuse("DEMO=1 has published passwords; it is refused with MODE=full.")

DEFAULT_DATA_DIR = BASE_DIR / "var"
DATA_DIR = env.folder("DATA_DIR", DEFAULT_DATA_DIR, written=True)

SITE_NAME = env.text("SITE_NAME", "Action Groups")
SITE_URL = env.origin("SITE_URL", f"http://localhost:{PORT}" if EMBEDDED else None)
if not EMBEDDED and not SITE_URL.startswith("https://"):
    env.refuse("SITE_URL must begin with https:// with MODE=full.")
SECURITY_CONTACT = env.text("SECURITY_CONTACT", "")
SOURCE_URL = env.text("SOURCE_URL", "")


def _secret_key() -> str:
    """Return SECRET_KEY, or embedded one that is made once and kept in DATA_DIR, readable by its owner only."""
    given = env.text("SECRET_KEY", "")
    if given:
        if len(given) < 40:
            env.refuse("SECRET_KEY must have at least 40 characters.")
        return given
    if not EMBEDDED:
        env.refuse("SECRET_KEY must be set with MODE=full (at least 40 random characters).")
    kept = DATA_DIR / "secret"
    try:
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError as error:
        env.refuse(f"{kept} cannot be written: {error.strerror}.")
    try:
        key = kept.read_text()
    except OSError as error:
        env.refuse(f"{kept} cannot be read ({error.strerror}). It belongs to the user who started the site first.")
    if len(key) < 40:
        env.refuse(f"{kept} holds no key. Remove it, and another is made; everybody then signs in again.")
    return key


SECRET_KEY = _secret_key()

# --- Hosts, origins, cookies, headers ----------------------------------------------------------------------------

_site_host = str(urlsplit(SITE_URL).hostname)
ALLOWED_HOSTS = [_site_host] + (["localhost", "127.0.0.1"] if EMBEDDED else [])
ALLOWED_ORIGINS = [SITE_URL] + ([f"http://{host}:{PORT}" for host in ("localhost", "127.0.0.1")] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0 if EMBEDDED else 1, minimum=0, maximum=5)

_secure = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Two trials on one host name must not sign each other out, so the embedded names carry the port.
_prefix = "__Host-" if _secure else f"ag{PORT}-"
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
# What was just done is told once, from the session: not from a cookie with its text in it.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if _secure:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    # Hosts below this one may be somebody else's, and it takes months to leave a browser's list: only on request.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SECURE_SSL_REDIRECT = True
    # Health checks come from inside, without the proxy and its header.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF, *(origin.replace("http", "ws", 1) for origin in ALLOWED_ORIGINS)],
    "form-action": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}

# --- Applications ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "core",
    "accounts",
    "notifications",
    "notifications.push",
    "search",
    "partners",
    "groups",
    "groups.documents",
    "groups.pages",
    "groups.clearance",
    "groups.webhooks",
    "discussions",
    "discussions.chat",
    "discussions.polls",
    "discussions.actions",
    "discussions.asking",
    "discussions.calendars",
    "discussions.mail",
    "api",
    "portal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "channels",
    "django_htmx",
    "django_tasks_db",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.CountingMiddleware",
    "core.middleware.NoStoreMiddleware",
    "api.middleware.ProblemMiddleware",
    "core.middleware.CompressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ActivityMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "config.urls"
# The tables by which lower rooms reach higher ones without importing them.
REACTIONS = "config.reactions.REACTIONS"
NOTICE_KINDS = "config.reactions.NOTICE_KINDS"
SEARCH_SOURCES = "config.reactions.SEARCH_SOURCES"
REPORTS = "config.reactions.REPORTS"
WEBHOOK_WORDS = "config.reactions.WEBHOOK_WORDS"
THREAD_PARTS = "config.reactions.THREAD_PARTS"
FRAMES = "config.reactions.FRAMES"
ROOMS = "discussions.chat.live.Rooms"
WATCHED = "discussions.live.Threads"
NOTICE_CHANNELS = "config.reactions.NOTICE_CHANNELS"
NOTICES_THAT_WAIT = "config.reactions.NOTICES_THAT_WAIT"
WAITING_FOR = "config.context.waiting_for"
LETTER_KINDS = "config.reactions.LETTER_KINDS"
LETTER_PLACES = "config.reactions.LETTER_PLACES"
# Whom pages send away and sockets do not let in although they are signed in.
KEPT_OUT = "accounts.middleware.lacks_second_factor"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "config.context.site",
            ],
        },
    }
]

# --- Database, channel layer, cache, background work -------------------------------------------------------------

if EMBEDDED and not env.text("DATABASE_URL"):
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "database.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
            # A file, because live-server tests use the database from several threads.
            "TEST": {"NAME": DATA_DIR / f"test-{os.getpid()}.sqlite3"},
        }
    }
else:
    _database = env.database("DATABASE_URL")
    # Who waits for a row waits twice at most, for the others who wait and then for the row itself: under three seconds.
    # Statements that are planned once for each connection (`core.kept`) are planned for all values.
    _database["OPTIONS"]["options"] = (
        "-c statement_timeout=5000 -c lock_timeout=1400 -c plan_cache_mode=force_generic_plan"
    )
    # Out of reach, so that nothing is kept but what asks for it; None would refuse those too.
    _database["OPTIONS"]["prepare_threshold"] = 1_000_000
    DATABASES = {"default": {**_database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}

REDIS_URLS = env.redis("REDIS_URL")
# docs/decisions/0031: one bell for all rooms, and as many as several hosts need to share them.
SHARED_BELLS = 8 * len(REDIS_URLS) if len(REDIS_URLS) > 1 else 1
# docs/decisions/0012: what each of the two does when Redis fails, and why this one.
_layers = {
    "core": "channels_redis.core.RedisChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
_layer = env.choice("CHANNEL_LAYER", ["pubsub", "core"], "pubsub")
if REDIS_URLS:
    # Sites that share one Redis must not ring each other's rooms or count each other's attempts.
    _redis_prefix = env.text("REDIS_PREFIX", urlsplit(SITE_URL).netloc)
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": _layers[_layer],
            "CONFIG": {
                # Without them redis-py's default of 5 s kills every idle socket, and None hangs on a frozen Redis.
                # Of several hosts each carries the bells of a part of the rooms.
                "hosts": [{"address": url, "socket_timeout": 15, "socket_connect_timeout": 3} for url in REDIS_URLS],
                "symmetric_encryption_keys": [SECRET_KEY],
                "prefix": _redis_prefix,
                # The other one bounds nothing.
                **({"capacity": 1000} if _layer == "core" else {}),
            },
        }
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            # Attempts are counted in one place: the first.
            "LOCATION": REDIS_URLS[0],
            "KEY_PREFIX": _redis_prefix,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
    }
elif EMBEDDED:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
else:
    env.refuse("REDIS_URL must be set with MODE=full, such as redis://host:6379/0.")

CACHES["process"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"}

# What the clock brings, and how often; done by whatever works in the background (core/schedule.py).
SCHEDULE = {
    "core.tasks.purge_results": timedelta(days=1),
    "discussions.chat.tasks.purge_messages": timedelta(days=1),
    "discussions.mail.tasks.sweep_mail": timedelta(hours=1),
    "groups.pages.tasks.settle": timedelta(minutes=1),
    "groups.webhooks.tasks.purge_deliveries": timedelta(days=1),
    "groups.webhooks.tasks.wake_webhooks": timedelta(minutes=5),
    "discussions.tasks.publish_overdue": timedelta(minutes=10),
    "notifications.push.tasks.tidy_push": timedelta(days=1),
    "search.tasks.tidy_search": timedelta(days=1),
    "groups.documents.tasks.make_missing_previews": timedelta(hours=1),
    "groups.documents.tasks.scan_unknown": timedelta(hours=1),
    "groups.documents.tasks.sweep_library": timedelta(days=1),
    "notifications.tasks.send_letters": timedelta(minutes=1),
    "notifications.tasks.forget_letters": timedelta(days=1),
    "discussions.actions.tasks.remind_of_actions": timedelta(days=1),
    "discussions.asking.tasks.attend_to_consultations": timedelta(minutes=5),
    "groups.clearance.tasks.attend_to_clearance": timedelta(minutes=5),
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
# Background threads of the server's process; elsewhere workers are processes of their own.
WORKER_THREADS = 1 if EMBEDDED else 0
# Seconds of silence after which a worker is dead and its task is done by another.
WORKER_LEASE = env.number("WORKER_LEASE", 30, minimum=1, maximum=3600)
# Seconds a task has to come to its end once its worker is told to stop.
WORKER_STOP_TIMEOUT = env.number("WORKER_STOP_TIMEOUT", 5 if EMBEDDED else 60, minimum=1, maximum=3600)

# --- Files and static --------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", DATA_DIR / "static", written=False)
STATICFILES_DIRS = [BASE_DIR / "static"]
# `collected` files were hashed and compressed by `collectstatic` (script/server does it); `found` ones lie where they are.
COLLECTED = env.choice("STATIC_FILES", ["found", "collected"], "found" if EMBEDDED else "collected") == "collected"
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": env.storage("STORAGE_URL")
    or {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": None, "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
SPOOL_DIR = DATA_DIR / "spool"
FILE_UPLOAD_PERMISSIONS = 0o600
CHUNK_SIZE = 4 * 1024 * 1024
MAX_FILE_SIZE = env.number("MAX_FILE_MB", 2048, minimum=1, maximum=100_000) * 1024 * 1024
LIBRARY_QUOTA = env.number("LIBRARY_GB", 10, minimum=1, maximum=100_000) * 1024**3
FORM_UPLOAD_LIMIT = env.number("FORM_UPLOAD_MB", 25, minimum=1, maximum=500) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = CHUNK_SIZE + 64 * 1024
# A chunk stays in memory on its way to the spool: by a file of its own it would take a hop to another thread for each part.
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE
# Office files that carry macros: `flagged`, to be downloaded where that is said, or `refused`.
MACRO_FILES = env.choice("MACRO_FILES", ["flagged", "refused"], "flagged")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# `direct` streams files from the application; `accel` hands them to the proxy by X-Accel-Redirect.
SERVE_FILES = env.choice("SERVE_FILES", ["direct", "accel"], "direct")
if SERVE_FILES == "accel" and env.text("STORAGE_URL"):
    env.refuse("SERVE_FILES must be direct where STORAGE_URL keeps the files elsewhere: the proxy has none to send.")
# Where ClamAV's clamd listens: host and port, or the path of a socket; None where nothing is scanned.
_clamd = env.address("CLAMD_URL", {"tcp", "unix"}, "unix:///run/clamav/clamd.ctl", host=False)
CLAMD_ADDRESS: str | tuple[str, int] | None = None
if _clamd is not None:
    CLAMD_ADDRESS = _clamd.path if _clamd.scheme == "unix" else (_clamd.hostname or "127.0.0.1", _clamd.port or 3310)
# LibreOffice, which draws the pages of office files; None where it is not, and their text is shown alone.
SOFFICE = env.program("SOFFICE", "soffice")
CLAMD_TIMEOUT = env.number("CLAMD_TIMEOUT", 60, minimum=1, maximum=600)
CLAMD_MAX_SIZE = env.number("CLAMD_MAX_MB", 100, minimum=1, maximum=4000) * 1024 * 1024

# --- Mail --------------------------------------------------------------------------------------------------------

MAIL_FROM = env.text("MAIL_FROM", f"{SITE_NAME} <no-reply@{_site_host}>")
if "@" not in parseaddr(MAIL_FROM)[1]:
    env.refuse(f"MAIL_FROM must be an address such as Groups <no-reply@example.org>, not {MAIL_FROM!r}.")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
OUTBOX_DIR = DATA_DIR / "mail"
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def _mailer() -> dict[str, object]:
    """Return SMTP settings from `smtp://`, `smtp+tls://` (STARTTLS) or `smtps://`; embedded without one, a folder."""
    example = "smtp+tls://user:password@mail.example.org:587"
    parts = env.address("MAIL_URL", _MAIL_PORTS, example)
    if parts is None:
        if not EMBEDDED:
            env.refuse(f"MAIL_URL must be set with MODE=full, such as {example}.")
        return {"BACKEND": "core.mail.OutboxBackend", "OPTIONS": {"folder": OUTBOX_DIR}}
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or _MAIL_PORTS[parts.scheme],
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": 20,
        },
    }


MAILERS = {"default": _mailer()}

# What comes by mail of the groups of somebody who has chosen nothing.
MAIL_LEVEL = env.choice("MAIL_LEVEL", ["daily", "weekly", "at-once", "off"], "daily")
# Whether letters may hold words that stand on the site: `groups` leaves it to the leads of each group that is not hidden.
MAIL_CONTENT = env.choice("MAIL_CONTENT", ["groups", "never"], "groups")
# Seconds after which the letters that a worker took and did not send are free for another.
LETTER_LEASE = env.number("LETTER_LEASE", 300, minimum=10, maximum=3600)

# --- Mail that comes in ------------------------------------------------------------------------------------------

# The domain whose mail this site reads; without one, letters have no address for answers. The demonstration has one, so
# that it can be shown there.
MAIL_IN_DOMAIN = env.domain("MAIL_IN_DOMAIN", _site_host if DEMO else "")
# Addresses for answers are signed with the first, so that nobody can make them up. SECRET_KEY may have spaces in it.
MAIL_IN_KEYS = env.keys("MAIL_IN_KEYS", "") or [SECRET_KEY]
# Where the listener of `receive_mail` is; embedded with one set, it listens inside the one process.
MAIL_IN_LISTEN = env.address("MAIL_IN_LISTEN", {"lmtp", "smtp"}, "lmtp://127.0.0.1:8024", host=False)
if MAIL_IN_LISTEN is not None:
    if not MAIL_IN_DOMAIN:
        env.refuse("MAIL_IN_DOMAIN must be set where MAIL_IN_LISTEN is.")
    if (MAIL_IN_LISTEN.port is None) == (MAIL_IN_LISTEN.path in {"", "/"}):
        env.refuse(
            "MAIL_IN_LISTEN must name a port or the path of a socket: lmtp://127.0.0.1:8024, lmtp:///run/mail.sock."
        )
MAIL_IN_MAX_SIZE = env.number("MAIL_IN_MAX_MB", 25, minimum=1, maximum=200) * 1024 * 1024
MAIL_IN_HOURLY = env.number("MAIL_IN_HOURLY", 60, minimum=1, maximum=10_000)
MAIL_IN_KEEP_DAYS = env.number("MAIL_IN_KEEP_DAYS", 365, minimum=0, maximum=36_500)
# The name under which the mail server in front writes `Authentication-Results`, if it takes that name off others' mail.
MAIL_IN_TRUSTED_SERVER = env.domain("MAIL_IN_TRUSTED_SERVER")
# What a provider's webhook signs with; without one there is no webhook.
MAIL_IN_HOOK_KEYS = env.keys("MAIL_IN_HOOK_KEYS", "")

# --- People ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
USERSESSIONS_ADAPTER = "accounts.adapter.SessionsAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "signup": "partners.forms.sign_up.SignUpForm",
    "add_email": "accounts.forms.AddAddressForm",
    "reset_password": "accounts.forms.ForgottenForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reauthenticate": "accounts.forms.StillYouForm",
}
ACCOUNT_SIGNUP_REDIRECT_URL = "partners:welcome"
# By link, not by code: mail to institutions may lie in a queue for hours, and a link holds for three days, on any device,
# without the page it was asked from. Opening it changes nothing (mail scanners do); the button on its page confirms.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and only there
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
# Counted in the cache, which every process shares. Per address of the network (IPv6 by /64), generous enough for a workshop
# behind one router; per account or recipient, tight. Where the cache cannot be reached, nobody signs in.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",  # guessing one account: 60 an hour
    "signup": "20/m/ip",
    "confirm_email": "1/3m/key",  # one letter in three minutes to one recipient
    "reset_password": "20/m/ip,3/10m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}
# So many in a minute: generous for somebody who types, and for a workshop behind one router.
SEARCH_RATE_LIMITS = {
    "search": {"person": 60, "visitor": 120},
    "suggestions": {"person": 240, "visitor": 480},
}
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _secure else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondStepForm",
    "reauthenticate": "accounts.forms.StillYouByAppForm",
    "activate_totp": "accounts.forms.ActivateAppForm",
    "add_webauthn": "accounts.forms.AddKeyForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers allow passkeys over plain http on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure
USERSESSIONS_TRACK_ACTIVITY = True
# Asked of the Secretariat and of administrators; everybody is offered it.
SECOND_FACTOR_REQUIRED = not EMBEDDED

# --- Languages and time ------------------------------------------------------------------------------------------

LANGUAGE_CODE = env.choice("SITE_LANGUAGE", ["en", "fr", "es", "ar"], "en")
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("es", _("Spanish")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Limits ------------------------------------------------------------------------------------------------------

MESSAGE_MAX_BYTES = 16 * 1024
SOCKETS_PER_USER = 8

# --- What the site asks of others --------------------------------------------------------------------------------

# Push services and webhooks lie in the public network; somebody who builds one may have it on their own machine.
OUTGOING_LOOPBACK = env.flag("OUTGOING_LOOPBACK", default=False)
if OUTGOING_LOOPBACK and not EMBEDDED:
    env.refuse("OUTGOING_LOOPBACK=1 lets members reach servers of this machine; it is refused with MODE=full.")

# --- Figures for whoever watches the site ------------------------------------------------------------------------

# 0: none are served. Each process takes the first free port from this one on.
METRICS_PORT = env.number("METRICS_PORT", 0, minimum=0, maximum=65520)
METRICS_HOST = env.text("METRICS_HOST", "127.0.0.1").strip("[]")
if not re.fullmatch(r"[0-9A-Za-z.:%_-]+", METRICS_HOST):
    env.refuse(f"METRICS_HOST must be an address or a host name, not {METRICS_HOST!r}.")

# --- Logs: identifiers only, never content -----------------------------------------------------------------------

LOG_LEVEL = env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "core.logs.Formatter", "as_json": not EMBEDDED}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "daphne": {"level": "WARNING"},
        # Every command of a mail's dialogue, addresses and all.
        "mail.log": {"level": "CRITICAL"},
        # A traceback each second while Redis is away; that a bell did not ring is told by those who rang it.
        "channels_redis.pubsub": {"level": "CRITICAL"},
        # Every socket that opens and closes, and the like: for a log that machines read, not for a trial's window.
        "core": {"level": "WARNING" if EMBEDDED and LOG_LEVEL == "INFO" else LOG_LEVEL},
        # One line a task would bury everything else; those that fail still speak.
        "django.tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
