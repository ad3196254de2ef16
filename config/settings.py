"""One settings file: every difference between machines is an environment variable."""

import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.environment import env_bool, env_int, env_list, env_text

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env_text("VIGIE_HOME") or "var").resolve()
KEYS_DIR = Path(env_text("VIGIE_KEYS") or HOME / "keys").resolve()
UPLOADS_DIR = HOME / "uploads"
PEOPLE_KEPT_DAYS = env_int("VIGIE_PEOPLE_KEPT_DAYS", 365, least=1)  # names beside the journal


def key_file(name: str) -> str:
    """Return the secret kept in the keys folder, made at the first start."""
    path = KEYS_DIR / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with path.open("x", encoding="utf-8") as file:
                path.chmod(0o600)
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:  # another process was first
            pass
    return path.read_text(encoding="utf-8").strip()


SECRET_KEY = env_text("VIGIE_SECRET_KEY") or key_file("django.key")
DEBUG = env_bool("VIGIE_DEBUG")
VIGIE_URL = env_text("VIGIE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env_list("VIGIE_HOSTS") or [
    urlsplit(VIGIE_URL).hostname or "localhost",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "testserver",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "vigie.ui",
    "vigie.kernel",
    "vigie.reference",
    "vigie.audit",
    "vigie.establishments",
    "vigie.accounts",
    "vigie.inventory",
    "vigie.incidents",
    "vigie.observatory",
    "vigie.portal",
    "vigie.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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
AUTH_USER_MODEL = "accounts.User"
USE_TZ = True
TIME_ZONE = env_text("VIGIE_TIME_ZONE", "Europe/Paris")
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]  # each in its own words
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-packages" / "collected"
STATICFILES_DIRS = [("packages", BASE_DIR / "static-packages" / "npm")]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"


def database(url: str) -> dict[str, object]:
    """Return the database of a URL such as postgresql://user:password@host:5432/name."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL: {parts.scheme!r} is not postgresql")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


# SQLite serves one house well when writers queue (IMMEDIATE) and readers do not wait (WAL).
# FULL: an answer "declared" means on the disk. Source: https://www.sqlite.org/wal.html
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": HOME / "db.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": env_int("VIGIE_SQLITE_TIMEOUT", 15, least=1),  # seconds a writer waits
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    },
    "CONN_MAX_AGE": None,
    "TEST": {"NAME": HOME / "test.sqlite3"},  # a real file: threads and journeys share it
}
DATABASES = {"default": database(env_text("DATABASE_URL")) if env_text("DATABASE_URL") else SQLITE}
