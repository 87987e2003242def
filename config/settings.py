"""The one settings module. Everything that differs between machines comes from the environment.

APP_ENV is ``production`` unless somebody says otherwise, so a forgotten variable makes the site
stricter, never laxer. ``local`` is set by ./run, ``test`` by ./check.
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from core.personal import check_keys

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

APP_ENV = env("APP_ENV", default="production")
if APP_ENV not in {"production", "local", "test"}:
    raise ImproperlyConfigured(f"APP_ENV 只能是 production、local 或 test，现在是“{APP_ENV}”。")
PRODUCTION = APP_ENV == "production"
DEBUG = False


def required(name: str, hint: str) -> str:
    """The variable, or a refusal that says what to type."""
    value = env(name, default="")
    if not value:
        raise ImproperlyConfigured(f"没有设置环境变量 {name}。{hint}")
    return value


SECRET_KEY_HINT = "请生成一个并写入环境文件：python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
SECRET_KEY = required("SECRET_KEY", SECRET_KEY_HINT)
WEAK_SECRET_WORDS = ("change", "default", "insecure", "secret-key", "example", "django-", "local-", "demo")
if PRODUCTION and (
    len(SECRET_KEY) < 50
    or len(set(SECRET_KEY)) < 10
    or any(word in SECRET_KEY.lower() for word in WEAK_SECRET_WORDS)
):
    raise ImproperlyConfigured(f"SECRET_KEY 过短或仍是示例值，正式环境拒绝启动。{SECRET_KEY_HINT}")

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("没有设置 ALLOWED_HOSTS。请填写访问本系统用的域名或 IP，多个用英文逗号隔开。")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

PERSONAL_DATA_KEYS = env.list("PERSONAL_DATA_KEYS", default=[])
if not PERSONAL_DATA_KEYS and APP_ENV == "test":
    PERSONAL_DATA_KEYS = ["dGVzdHMtb25seS1rZXktdGVzdHMtb25seS1rZXktMDE="]
try:
    check_keys(PERSONAL_DATA_KEYS)
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from error

DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var")))
FONT_DIR = env("FONT_DIR", default="")

INSTALLED_APPS = [
    "core.admin_site.SiteAdminConfig",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "axes",
    "import_export",
    "django_htmx",
    "core",
    "accounts",
    "support",
    "staffing",
    "assessment",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.middleware.IdleTimeoutMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "core.context_processors.site",
            ],
        },
    }
]

DATABASES = {
    "default": env.db_url_config(required("DATABASE_URL", "例如 postgres://用户:密码@主机:5432/库名"))
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL 必须是 PostgreSQL（postgres://…），本系统依赖它的约束。")
DATABASES["default"]["CONN_MAX_AGE"] = 60 if PRODUCTION else 0
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A page reads some hundred rows by their index: to start parallel workers or to compile the plan costs it
# about ten milliseconds and saves nothing. What the address says (…?options=) stands above this.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options", "-c max_parallel_workers_per_gather=0 -c jit=off"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required("REDIS_URL", "例如 redis://主机:6379/0")

# ---- people signing in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.RoleBackend"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if APP_ENV == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_CLIENT_IP_CALLABLE = "core.services.audit.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0) or None
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30 if PRODUCTION else 240)
CSRF_FAILURE_VIEW = "core.views.csrf_failure"

# ---- transport and browser rules
HTTPS = env.bool("HTTPS", default=PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# ---- pages that anybody may open: where they are, and how often
# as people outside type it; printed on certificates as a QR code. Empty: the code alone is printed.
SITE_URL = env(
    "SITE_URL", default="" if PRODUCTION else f"http://127.0.0.1:{env('PORT', default='8000')}"
).rstrip("/")
VERIFY_LIMIT_SECONDS = env.int("VERIFY_LIMIT_SECONDS", default=60)
VERIFY_LIMIT_PER_ADDRESS = env.int("VERIFY_LIMIT_PER_ADDRESS", default=20)
VERIFY_LIMIT_TOTAL = env.int("VERIFY_LIMIT_TOTAL", default=600)

# ---- mail: none unless a server is named, e.g. smtp+tls://user:password@mail.example.gov.cn:587
EMAIL_CONFIGURED = bool(env("EMAIL_URL", default=""))
if EMAIL_CONFIGURED:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", default="duikou@localhost")
DIGEST_HOUR = env.int("DIGEST_HOUR", default=8)  # of the day, Asia/Shanghai
if not 0 <= DIGEST_HOUR <= 23:
    raise ImproperlyConfigured(f"DIGEST_HOUR 应为 0–23 的整点，现在是 {DIGEST_HOUR}。")

# ---- notices
NOTICE_ROUND_SECONDS = env.float("NOTICE_ROUND_SECONDS", default=300.0)
NOTICE_KEEP_DAYS = env.int("NOTICE_KEEP_DAYS", default=90)

# ---- language, time, files
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if APP_ENV == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = APP_ENV == "test"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FORM_RENDERER = "core.forms.FormRenderer"

# ---- Excel
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = False
IMPORT_EXPORT_SKIP_ADMIN_CONFIRM = False
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = False  # core.excel escapes all six lead characters itself

# ---- background work: the job row is the truth, a message only says "look at row N"
JOB_HEARTBEAT_SECONDS = env.float("JOB_HEARTBEAT_SECONDS", default=3.0)
JOB_LOST_AFTER_SECONDS = env.float("JOB_LOST_AFTER_SECONDS", default=20.0)
JOB_RESEND_AFTER_SECONDS = env.float("JOB_RESEND_AFTER_SECONDS", default=30.0)
JOB_SWEEP_SECONDS = env.float("JOB_SWEEP_SECONDS", default=10.0)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 20
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 800_000  # KiB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # longer than the task limit, or a long job would run twice at once
    "visibility_timeout": 35 * 60,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 15,
    # no retry_on_timeout: after a broker restart redis-py would then wait forever inside one read
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {
        "task": "core.tasks.sweep_jobs",
        "schedule": JOB_SWEEP_SECONDS,
        # a scheduler that was away must not flood the queue with old rounds
        "options": {"expires": JOB_SWEEP_SECONDS},
    },
    "tidy-text-prints": {
        "task": "staffing.tasks.tidy_text_prints",
        "schedule": crontab(hour=2, minute=20),
        "options": {"expires": 6 * 3600},
    },
    "sweep-evidence": {
        "task": "support.tasks.sweep_evidence",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 6 * 3600},
    },
    "make-notices": {
        "task": "accounts.tasks.make_notices",
        "schedule": NOTICE_ROUND_SECONDS,
        "options": {"expires": NOTICE_ROUND_SECONDS},
    },
    "request-digests": {
        "task": "accounts.tasks.request_digests",
        "schedule": NOTICE_ROUND_SECONDS,
        "options": {"expires": NOTICE_ROUND_SECONDS},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if APP_ENV != "test" else "ERROR"},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
    },
}
