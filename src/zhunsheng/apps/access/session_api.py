"""The interface for programs of people at the site: their session is their key."""

from django.conf import settings
from django.http import HttpRequest
from ninja import Schema
from ninja.security import APIKeyCookie

from zhunsheng.apps.access.requests import asking
from zhunsheng.apps.access.scope import Viewer


class Session(APIKeyCookie):
    """The session of the pages; a form of another site cannot post here."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:
        """The viewer behind the session. The gate has asked already."""
        del key
        return asking(request).viewer


class Problem(Schema):
    """A refusal of the whole request."""

    code: str
    text: str


class Detail(Schema):
    """Not there, or not yours."""

    detail: str
