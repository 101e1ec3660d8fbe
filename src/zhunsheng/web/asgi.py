"""The ASGI application. It refuses to exist on a database that is not safe to serve from."""

import os

import django
import psycopg
from django.conf import settings
from django.core.asgi import get_asgi_application

from zhunsheng.web.assets import WithAssets
from zhunsheng.web.databases import session_dsn
from zhunsheng.web.guards import assert_safe


def build() -> WithAssets:
    """The application with its static files, after the database has been checked.

    Raises  guards.UnsafeDatabase, psycopg.OperationalError: nothing is served then.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhunsheng.web.settings")
    django.setup()
    with psycopg.connect(session_dsn(settings.DATABASE_URLS["zs_app"])) as connection:
        assert_safe(connection)
    return WithAssets(get_asgi_application())


application = build()
