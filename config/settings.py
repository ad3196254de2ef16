"""One settings file: every difference between machines is an environment variable.

They are listed in docs/run/settings.md; a test reads both.
"""

from pathlib import Path
from urllib.parse import urlsplit

from config.environment import (
    database,
    env_bool,
    env_choice,
    env_https,
    env_int,
    env_json,
    env_list,
    env_numbers,
    env_text,
    env_webhooks,
    openid_connect,
    secret_kept_in,
)

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env_text("VIGIE_HOME") or "var").resolve()
KEYS_DIR = Path(env_text("VIGIE_KEYS") or HOME / "keys").resolve()
UPLOADS_DIR = HOME / "uploads"

SECRET_KEY = env_text("VIGIE_SECRET_KEY") or secret_kept_in(KEYS_DIR / "django.key")
DEBUG = env_bool("VIGIE_DEBUG")
LOG_LEVEL = env_choice("VIGIE_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))

# Links in mail start here, never with what a request says.
VIGIE_URL = env_text("VIGIE_URL", "http://localhost:8000").rstrip("/")
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [
    urlsplit(VIGIE_URL).hostname or "localhost",
    *LOOPBACK_HOSTS,
    *env_list("VIGIE_HOSTS"),
]
THREADS = env_int("VIGIE_THREADS", 4, least=1)  # requests that one web process serves at once
TRUSTED_PROXIES = env_int("VIGIE_TRUSTED_PROXIES", 0)  # reverse proxies in front of Vigie

DRAFTS_KEPT_DAYS = env_int("VIGIE_DRAFTS_KEPT_DAYS", 90, least=1)  # from their last change
PEOPLE_KEPT_DAYS = env_int("VIGIE_PEOPLE_KEPT_DAYS", 1095, least=1)  # beside the journal
ESCALATE_AFTER = env_int("VIGIE_ESCALATE_AFTER", 10, least=1)  # minutes; then the deputy is called
DIGEST_MINUTES = env_int("VIGIE_DIGEST_MINUTES", 15, least=1)  # reports of one place told together
# A report from the ward: whom to call back and the secret link; then both are erased.
REPORTERS_KEPT_DAYS = env_int("VIGIE_REPORTERS_KEPT_DAYS", 30, least=1)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "vigie.ui",
    "vigie.kernel",
    "vigie.reference",
    "vigie.audit",
    "vigie.messages",
    "vigie.establishments",
    "vigie.accounts",
    "vigie.inventory",
    "vigie.incidents",
    "vigie.reports",
    "vigie.observatory",
    "vigie.portal",
    "vigie.demo",
    # After ours, so that our pages stand in front of theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
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
    "allauth.account.middleware.AccountMiddleware",
    "vigie.accounts.guards.middleware.ReaderMiddleware",
    "vigie.accounts.guards.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vigie.ui.middleware.RedirectMiddleware",
]
CSRF_FAILURE_VIEW = "vigie.portal.views.errors.csrf_failure"
FORM_RENDERER = "vigie.ui.renderer.Renderer"
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
                "vigie.portal.views.frame.frame",
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
# Static files carry a hash in their name once `make setup` has collected them; before that, and
# while one works on them, they are served as they lie in the sources.
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-packages" / "collected"
STATICFILES_DIRS = [("packages", BASE_DIR / "static-packages" / "npm")]
FONTS_DIR = BASE_DIR / "static-packages" / "fonts"  # for PDF, not served
COLLECTED = (STATIC_ROOT / "staticfiles.json").exists() and not DEBUG
HASHED, PLAIN = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage",
    "django.contrib.staticfiles.storage.StaticFilesStorage",
)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": UPLOADS_DIR, "base_url": None},
    },
    "staticfiles": {"BACKEND": HASHED if COLLECTED else PLAIN},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not COLLECTED

# Rate limits are counted here, so all processes and machines must share it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # the library's 300 would forget limits under attack
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Mail, SMS and webhooks leave by the outbox (vigie.messages). A channel without a service prints
# to the log instead, and nobody is told that anything was sent.
MAIL_DIR = HOME / "mail"  # what may not stand in a log
SMTP_HOST = env_text("VIGIE_SMTP_HOST")
SMTP_PORT = env_int("VIGIE_SMTP_PORT", 587, least=1)
SMTP_USER = env_text("VIGIE_SMTP_USER")
SMTP_PASSWORD = env_text("VIGIE_SMTP_PASSWORD")
SMTP_TLS = env_bool("VIGIE_SMTP_TLS")  # from the first byte
SMTP_STARTTLS = env_bool("VIGIE_SMTP_STARTTLS", default=not SMTP_TLS)
MAIL_FROM = env_text("VIGIE_MAIL_FROM", "vigie@localhost")
SMS_URL = env_https("VIGIE_SMS_URL")
SMS_METHOD = env_choice("VIGIE_SMS_METHOD", "POST", ("POST", "PUT"))
SMS_HEADER = env_text("VIGIE_SMS_HEADER", "Authorization")
SMS_SECRET = env_text("VIGIE_SMS_SECRET")
SMS_BODY = env_json("VIGIE_SMS_BODY", '{"to": "{to}", "message": "{text}"}')
SMS_SUCCESS = env_numbers("VIGIE_SMS_SUCCESS", "200,201,202,204")
SMS_PREFIX = env_text("VIGIE_SMS_PREFIX", "+33")
WEBHOOKS = env_webhooks("VIGIE_WEBHOOKS")
HTTP_PROXY = env_text("VIGIE_HTTP_PROXY")  # for gateways and webhooks beyond loopback
MESSAGES_KEPT_DAYS = env_int("VIGIE_MESSAGES_KEPT_DAYS", 30, least=1)
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # none goes around the outbox

# Sign-in: vigie.accounts, on django-allauth. No open sign-up; a second factor for officers.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Argon2", "PBKDF2")
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ["email", "last_name"]}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 2 * 3600  # seconds
SIGN_IN = "vigie.accounts.guards.sign_in"
ACCOUNT_ADAPTER = f"{SIGN_IN}.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # named by the library; sign-up itself is closed
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation proves the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = (  # the library’s own would store addresses apart
    "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class
)
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds
ACCOUNT_SESSION_REMEMBER = False  # ends with the browser, at the latest after VIGIE_SESSION_HOURS
# A whole hospital may be one address, so limits by address are wide; by account they are narrow.
# "login_failed_here" counts by account and address together: others cannot lock somebody out soon.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,20/5m/key",
    "login_failed_here": "5/5m/key",
    "code": "10/h/key",  # of the second factor
    "reset_password": "60/m/ip,5/h/key",
    "reset_password_from_key": "60/m/ip",
    "invitation": "60/m/ip",
    "invite": "100/h/user",
    # Reports from the ward: by the address and by the place. "patient in danger" always passes.
    "report": "300/m/ip,120/m/key",
    "report_quick": "30/m/key",  # sent faster than people type: beyond, they are asked again
    "report_words": "20/m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = f"{SIGN_IN}.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Vigie"
MFA_TOTP_TOLERANCE = 1  # a clock half a minute off still opens
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = VIGIE_URL.startswith("http://localhost")
MFA_FORMS = {
    "authenticate": "vigie.accounts.forms.CodeForm",
    "reauthenticate": "vigie.accounts.forms.CodeAgainForm",
    "authenticate_webauthn": "vigie.accounts.forms.GivenKeyForm",
    "login_webauthn": "vigie.accounts.forms.KeySignInForm",
    "reauthenticate_webauthn": "vigie.accounts.forms.KeyAgainForm",
}
SOCIALACCOUNT_ADAPTER = f"{SIGN_IN}.DirectoryAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address in a directory proves nothing here
OIDC_ACR = env_list("VIGIE_OIDC_ACR")  # what the directory must say to count as second factor
OIDC_ISSUER = env_https("VIGIE_OIDC_ISSUER")
SOCIALACCOUNT_PROVIDERS = openid_connect(OIDC_ISSUER, OIDC_ACR)

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
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = VIGIE_URL.startswith("https://")
SESSION_COOKIE_AGE = env_int("VIGIE_SESSION_HOURS", 12, least=1) * 3600
CSRF_TRUSTED_ORIGINS = [VIGIE_URL]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "ioc_finder": {"level": "WARNING"},  # tells of every text that it reads
    },
}

# SQLite serves one house well when writers queue (IMMEDIATE) and readers do not wait (WAL).
# FULL: an answer "declared" means on the disk. Source: https://www.sqlite.org/wal.html
SQLITE = {
    "ENGINE": "vigie.kernel.sqlite",  # Django's, with a fair queue of writers
    "NAME": HOME / "db.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": env_int("VIGIE_SQLITE_TIMEOUT", 15, least=1),  # seconds a writer waits
        # secure_delete: what is erased is overwritten in the file, as some builds do anyway.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        ),
    },
    "CONN_MAX_AGE": None,
    "TEST": {"NAME": HOME / "test.sqlite3"},  # a real file: threads and journeys share it
}
DATABASE_URL = env_text("DATABASE_URL")
DATABASES = {"default": database(DATABASE_URL) if DATABASE_URL else SQLITE}
