"""The menu: an entry is there when its page exists and the viewer may use it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.urls import reverse

from zhunsheng.apps.access.declared import declared_pages
from zhunsheng.apps.access.scope import Viewer


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    title: str
    address: str


def entries_for(viewer: Viewer) -> list[Entry]:
    """The entries that applications offer (`menu`: view name → title) and this viewer may open."""
    return [Entry(title, reverse(name)) for name, title in _offered() if _may_open(viewer, name)]


def _offered() -> Iterator[tuple[str, str]]:
    for config in apps.get_app_configs():
        yield from getattr(config, "menu", {}).items()


def _may_open(viewer: Viewer, name: str) -> bool:
    action = declared_pages()[name].actions.get("GET")
    return action is None or viewer.may(action)
