"""Settings of the web site. Everything that differs between deployments comes from the environment.

ZS_HOME                     folder of keys, media, heads and the embedded database (default: ~/.local/share/zhunsheng)
DATABASE_URL                a real server, as the role zs_app; absent: the embedded one
ZS_OWNER_DATABASE_URL       the same as zs_owner, for migrations only
ZS_SEALER_DATABASE_URL, ZS_VERIFIER_DATABASE_URL   the same as zs_sealer and zs_verifier
ZS_KEYS, ZS_MEDIA, ZS_HEADS, ZS_DROP   folders, by default inside ZS_HOME; ZS_HEADS should be on another disk or host
ZS_ARCHIVE                  folder on another disk for the log of the embedded database (default: none is kept)
ZS_LINES                    file of the lines by which alerts leave (default: lines.toml inside ZS_HOME)
ZS_RULEBOOK                 folder of the rulebook (default: the one beside the source)
ZS_POLICIES                 folder of the points policies (default: points/policies of the rulebook)
ZS_HOSTS                    host names that may be asked for, comma-separated (default: localhost)
ZS_HTTPS                    "1" where the site is reached by TLS: cookies are then sent over it only
ZS_PROBE_MINUTES            minutes between two probes of the way from event to message, where the file of lines says
                            where they end (default: 10, of which the watcher's limit is made; 0: none)
ZS_CLOCK_STOPS              dotted path of the function that says which running red clocks an event would stop
ZS_ROUTE                    dotted path of the function that tells people what a judgement changed
ZS_SWEEP                    dotted path of the function that does what time alone changed: alerts, cards, draws
"""

import os
from pathlib import Path
from typing import Any

from zhunsheng.launcher import default_data_dir
from zhunsheng.web.databases import alias_settings, role_urls, site_secret

DATA = Path(os.environ.get("ZS_HOME") or default_data_dir(os.environ))
KEYS = Path(os.environ.get("ZS_KEYS") or DATA / "keys")
MEDIA = Path(os.environ.get("ZS_MEDIA") or DATA / "media")
HEADS = Path(os.environ.get("ZS_HEADS") or DATA / "heads")
DROP = Path(os.environ.get("ZS_DROP") or DATA / "drop")
ARCHIVE = Path(os.environ["ZS_ARCHIVE"]).absolute() if os.environ.get("ZS_ARCHIVE") else None

LINES = Path(os.environ.get("ZS_LINES") or DATA / "lines.toml")
RULEBOOK = Path(os.environ.get("ZS_RULEBOOK") or Path(__file__).resolve().parents[3] / "rulebook")

POLICIES = Path(os.environ["ZS_POLICIES"]) if os.environ.get("ZS_POLICIES") else None

DATABASE_URLS = role_urls(DATA, os.environ)
DATABASES: dict[str, Any] = {
    "default": alias_settings(DATABASE_URLS["zs_app"]),
    "owner": alias_settings(DATABASE_URLS["zs_owner"]),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = site_secret(KEYS)
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("ZS_HOSTS", "localhost,127.0.0.1").split(",") if host.strip()]
HTTPS = os.environ.get("ZS_HTTPS") == "1"
COOKIE_PREFIX = "__Host-" if HTTPS else ""  # which a browser takes over TLS, and from this host alone

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "zhunsheng.web.apps.WebConfig",
    "zhunsheng.apps.audit.apps.AuditConfig",
    "zhunsheng.apps.org.apps.OrgConfig",
    "zhunsheng.apps.access.apps.AccessConfig",
    "zhunsheng.apps.cases.apps.CasesConfig",
    "zhunsheng.apps.supervision.apps.SupervisionConfig",
    "zhunsheng.apps.alerts.apps.AlertsConfig",
    "zhunsheng.apps.desk.apps.DeskConfig",
    "zhunsheng.apps.points.apps.PointsConfig",
    "zhunsheng.apps.inspection.apps.InspectionConfig",
    "zhunsheng.apps.tasks.apps.TasksConfig",
    "zhunsheng.apps.readers.apps.ReadersConfig",
    "zhunsheng.apps.rulemaking.apps.RulemakingConfig",
    "zhunsheng.apps.printing.apps.PrintingConfig",
    "zhunsheng.apps.jobs.apps.JobsConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "zhunsheng.web.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "zhunsheng.apps.access.middleware.AccessMiddleware",
    "zhunsheng.web.language.LanguageMiddleware",
]
ROOT_URLCONF = "zhunsheng.web.urls"
ASGI_APPLICATION = "zhunsheng.web.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.csrf",
                "django.template.context_processors.request",
                "zhunsheng.web.context.site",
            ],
            "string_if_invalid": "",
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "zhunsheng.web.templatetags.zs",
            ],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "zhunsheng.web.assets.HashedStorage"},
}

AUTH_USER_MODEL = "access.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}zs_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}zs_form"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "zhunsheng.web.errors.csrf_refused"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "zhunsheng.web.logs.RedactedFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
PROBE_MINUTES = int(os.environ.get("ZS_PROBE_MINUTES", "10"))
CLOCK_STOPS = os.environ.get("ZS_CLOCK_STOPS", "zhunsheng.apps.supervision.clock_stops.stopped_red_clocks")
ROUTE = os.environ.get("ZS_ROUTE", "zhunsheng.apps.alerts.services.route")
SWEEP = os.environ.get("ZS_SWEEP", "zhunsheng.apps.readers.sweeping.sweep_due")
