"""The ASGI application. It refuses to exist on a database that is not safe to serve from."""

import gc
import os
from typing import Final

import django
import psycopg
from django.conf import settings
from django.core.asgi import get_asgi_application

from zhunsheng.web.assets import WithAssets
from zhunsheng.web.databases import pooled, session_dsn
from zhunsheng.web.guards import assert_safe
from zhunsheng.web.live import Ear, WithLive

YOUNG: Final = 20_000
"""So many new objects before the young ones are looked through: a page makes some tens of thousands."""


def build() -> WithAssets:
    """The application with its static files and streams, after the database has been checked.

    Raises  guards.UnsafeDatabase, psycopg.OperationalError: nothing is served then.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhunsheng.web.settings")
    settings.DATABASES["default"] = pooled(settings.DATABASES["default"])
    django.setup()
    dsn = session_dsn(settings.DATABASE_URLS["zs_app"])
    with psycopg.connect(dsn) as connection:
        assert_safe(connection)
    # What is loaded stays for good: looking through all of it for garbage would hold up whoever asks meanwhile.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
    return WithAssets(WithLive(get_asgi_application(), Ear(dsn)))


application = build()
