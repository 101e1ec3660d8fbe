"""The menu: an entry is there when its page exists and the viewer may use it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.urls import reverse

from zhunsheng.apps.access.declared import declared_pages
from zhunsheng.apps.access.menu import SECTIONS, Item, Words
from zhunsheng.apps.access.scope import Viewer


@dataclass(frozen=True)
class Entry:
    """One line of the menu, for one viewer."""

    name: str
    title: Words
    address: str
    icon: str
    section: str
    count: int
    is_tab: bool
    go: str


def entries_for(viewer: Viewer, *, in_header: int) -> list[Entry]:
    """The entries that applications offer and this viewer may open, in order, with what waits for him. `in_header`: how
    much the top of the page counts."""
    return [_entry(name, item, viewer, in_header) for name, item in _open_to(viewer)]


def home_of(viewer: Viewer) -> str:
    """The address of the page that a viewer begins with; empty where none is made for his role."""
    for name, item in _open_to(viewer):
        if item.home_for & viewer.roles():
            return reverse(name)
    return ""


def sections_of(entries: list[Entry]) -> list[tuple[Words, list[Entry]]]:
    """Entries by section, empty ones left out."""
    parts = [(title, [entry for entry in entries if entry.section == name]) for name, title in SECTIONS.items()]
    return [(title, part) for title, part in parts if part]


def here(entries: list[Entry], path: str) -> str:
    """The name of the entry that a path lies under: the longest address that it begins with."""
    under = [entry for entry in entries if path.startswith(entry.address)]
    return max(under, key=lambda entry: len(entry.address)).name if under else ""


@cache
def offered() -> tuple[tuple[str, Item], ...]:
    """Every entry of every application, in the order of the menu. A bare title is an item of that title."""
    order = list(SECTIONS)
    found = [(name, item if isinstance(item, Item) else Item(item)) for name, item in _declared()]
    return tuple(sorted(found, key=lambda pair: (order.index(pair[1].section), pair[1].position)))


_address = cache(reverse)


def _entry(name: str, item: Item, viewer: Viewer, in_header: int) -> Entry:
    waiting = in_header if item.is_in_header else item.count(viewer) if item.count else 0
    return Entry(name, item.title, _address(name), item.icon, item.section, waiting, item.is_tab, item.go)


def _declared() -> Iterator[tuple[str, Item | Words]]:
    for config in apps.get_app_configs():
        yield from getattr(config, "menu", {}).items()


def _open_to(viewer: Viewer) -> Iterator[tuple[str, Item]]:
    roles, pages = viewer.roles(), declared_pages()
    for name, item in offered():
        action = pages[name].actions.get("GET")
        is_his = not item.roles or bool(item.roles & roles)
        if is_his and (action is None or viewer.may(action)):
            yield name, item
