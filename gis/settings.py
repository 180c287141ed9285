"""Settings, read from the environment once; a value that cannot be right stops the start with a sentence."""

from __future__ import annotations

import json
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


def env_text(name: str, default: str = "") -> str:
    """The variable, stripped; the default when unset or blank."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, default: bool) -> bool:
    """1/0, true/false, yes/no, on/off."""
    text = env_text(name).lower()
    if text in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if not text else text in ("1", "true", "yes", "on")
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {text!r}")


def env_int(name: str, default: int, low: int, high: int) -> int:
    """A whole number within bounds."""
    text = env_text(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def env_secret(name: str, file: Path) -> str:
    """The variable NAME, or the text of the file NAME_FILE, or of `file`; a fresh random value when none is there."""
    if value := env_text(name):
        return value
    source = Path(env_text(f"{name}_FILE", str(file)))
    try:
        if text := source.read_text().strip():
            return text
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: {source} cannot be read ({error})") from error
    return secrets.token_urlsafe(48)


def process_name() -> str:
    """How this process is called among the database's sessions: a command's name, else `web`."""
    called = Path(sys.argv[0]).name in ("manage.py", "django-admin") and len(sys.argv) > 1
    return env_text("WANGGE_PROCESS", sys.argv[1][:30] if called else "web")


def database(url: str) -> dict[str, Any]:
    """Django's database entry for postgresql://user:password@host:port/name?host=…&port=…"""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql", "postgis") or not parts.path.strip("/"):
        raise ImproperlyConfigured("a database URL reads postgresql://user:password@host:port/name")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "OPTIONS": {"connect_timeout": 5, "application_name": f"wangge-{process_name()}", **query},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


def _cluster_url(file: str, key: str) -> str:
    """The URL that the private cluster's set-up left in WANGGE_VAR, or nothing."""
    try:
        return str(json.loads((VAR_DIR / file).read_text())[key])
    except (OSError, ValueError, KeyError):
        return ""


VAR_DIR = Path(env_text("WANGGE_VAR", str(BASE_DIR / "var"))).resolve()
DEMO = env_bool("DEMO", False)
DEBUG = env_bool("WANGGE_DEBUG", False)
SECRET_KEY = env_secret("WANGGE_SECRET_KEY", VAR_DIR / "secret_key")
HOST = env_text("HOST", "127.0.0.1")
PORT = env_int("PORT", 8000, 1, 65535)
ALLOWED_HOSTS = [h for h in env_text("WANGGE_ALLOWED_HOSTS").split(",") if h] or [
    "127.0.0.1",
    "localhost",
    "[::1]",
    HOST,
]
CSRF_TRUSTED_ORIGINS = [o for o in env_text("WANGGE_ORIGINS").split(",") if o]
BEHIND_TLS = env_bool("WANGGE_TLS", False)

_app_url = env_text("DATABASE_URL") or _cluster_url("cluster.json", "app_url")
_owner_url = env_text("DATABASE_OWNER_URL") or (
    "" if env_text("DATABASE_URL") else _cluster_url("owner.json", "owner_url")
)
DATABASES = {"default": database(_app_url or "postgresql://wangge_app@/wangge?host=/nonexistent")}
if _owner_url and _owner_url != _app_url:  # only where the reader of these settings may be the owner
    DATABASES["owner"] = database(_owner_url)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "gis.apps.WanggeAdminConfig",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    "axes",
    "csp",
    "leaflet",
    "gis.apps.GisConfig",
    "layers.live",
    "layers.people",
    "layers.territory",
    "layers.places",
    "layers.cameras",
    "layers.patrols",
    "layers.incidents",
    "layers.catalog",
    "layers.walls",
    "layers.imports",
    "layers.exports",
    "layers.tiles",
    "layers.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gis.middleware.ErrorMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "gis.middleware.BearerMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gis.displays.DisplayMiddleware",
    "gis.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "gis.urls"
WSGI_APPLICATION = "gis.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "gis" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "gis.pages.context.product",
            ]
        },
    }
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "layers.people.backends.AssignmentBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
# Sign-in is slowed per account and address: five failures, then a pause of a minute.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=1)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "gis.pages.accounts.locked_out"
AXES_IPWARE_PROXY_COUNT = 1 if env_bool("EDGE", False) else None
AXES_VERBOSE = False

SESSION_ENGINE = "layers.people.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = False  # scripts read it for the X-CSRFToken header
CSRF_FAILURE_VIEW = "gis.pages.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # what people read; the database and the code keep UTC

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "gis" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".js": "text/javascript"}
SILENCED_SYSTEM_CHECKS = ["gis.W001"]  # GDAL below 3.9: no untrusted input ever reaches it in this process
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False
#: Where processes of this installation poke each other; a short path, as sockets need.
SOCKET_DIR = env_text("WANGGE_SOCKET_DIR", str(VAR_DIR / "run"))
# Jobs are known by name wherever they are deferred; only the worker imports them.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["gis.worker.tasks"]
PROCRASTINATE_PERIODIC_DEFAULTS = {
    "max_delay": 86_400
}  # what a stopped worker missed within a day is done at its start
HEADS_FILE = VAR_DIR / "log" / "heads" / "heads.jsonl"  # the head of the log, kept outside the database
IMPORTS_DIR = VAR_DIR / "imports"  # what was delivered, one folder an import
EXPORTS_DIR = VAR_DIR / "exports"  # what was asked for, until it is a day old
TILE_CACHE_MB = env_int("WANGGE_TILE_CACHE_MB", 48, 0, 4096)  # per web process; 0 keeps no tiles
LEAFLET_CONFIG = {
    "TILES": [],
    "ATTRIBUTION_PREFIX": "",
    "RESET_VIEW": False,
    "DEFAULT_CENTER": (33.575, 114.02),
    "DEFAULT_ZOOM": 13,
    "MIN_ZOOM": 10,
    "MAX_ZOOM": 20,
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"procrastinate": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": env_text("WANGGE_LOG_LEVEL", "INFO")},
}
