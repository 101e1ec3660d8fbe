"""Every address of the site declares who may ask for it. An undeclared one is answered to nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from django.apps import apps

from zhunsheng.apps.access.policy import Action


class Audience(Enum):
    """Who an address is for, before any question of cases."""

    PUBLIC = "public"  # anybody: the login page, static files
    HALF = "half"  # the password was right, the second factor is still to come
    SIGNED_IN = "signed_in"  # every complete session
    ACTION = "action"  # a complete session whose viewer may do the action to something
    SOURCE = "source"  # a source system with its key


@dataclass(frozen=True)
class Page:
    """The declaration of one address. `actions` gives the action for each method, where the audience is ACTION."""

    audience: Audience
    actions: Mapping[str, Action] = field(default_factory=dict)
    methods: tuple[str, ...] = ("GET",)

    def __post_init__(self) -> None:
        if (self.audience is Audience.ACTION) != bool(self.actions):
            raise ValueError("Exactly the pages for an action name one.")


def public(*methods: str) -> Page:
    """An address for everybody."""
    return Page(Audience.PUBLIC, methods=methods or ("GET",))


def half(*methods: str) -> Page:
    """An address between password and second factor."""
    return Page(Audience.HALF, methods=methods)


def signed_in(*methods: str) -> Page:
    """An address for every complete session."""
    return Page(Audience.SIGNED_IN, methods=methods or ("GET",))


def for_action(**actions: Action) -> Page:
    """An address whose methods each are an action of the policy table: `for_action(GET=Action.CASE_LIST)`."""
    return Page(Audience.ACTION, actions=actions, methods=tuple(actions))


def for_sources(*methods: str) -> Page:
    """An address for source systems."""
    return Page(Audience.SOURCE, methods=methods)


@cache
def declared_pages() -> dict[str, Page]:
    """The declarations of all applications, by view name.

    Raises  ValueError if two applications declare the same name.
    """
    found: dict[str, Page] = {}
    for config in apps.get_app_configs():
        for name, page in getattr(config, "pages", {}).items():
            if name in found:
                raise ValueError(f"{config.label}: the page {name!r} is declared twice.")
            found[name] = page
    return found
