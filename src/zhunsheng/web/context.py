"""What every template may use."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.utils import translation

from zhunsheng.apps.access.menu import TABS
from zhunsheng.apps.access.navigation import entries_for, here, sections_of
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.requests import PLACE, Asking
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.access.sessions import IDLE
from zhunsheng.apps.cases.sources import late_sources
from zhunsheng.apps.org.roles import ROLES
from zhunsheng.apps.org.selectors import top_unit_name

LEVELS = ("red", "yellow", "blue")
BARE = "zhunsheng.bare"
"""Set on a request whose page must ask the database nothing."""


def site(request: HttpRequest) -> dict[str, Any]:
    """The shell: who is here, where he may go, what time it is. An error page before the gate has none of it."""
    language = {"site_language": "en" if (translation.get_language() or "").startswith("en") else "zh-CN"}
    who = None if BARE in request.META else request.META.get(PLACE)
    if not isinstance(who, Asking):
        return {**language, "site_account": "", "site_now": None}
    if who.account is None or who.viewer is None:
        return {**language, "site_account": "", "site_now": who.now}
    counts = _counts(who.viewer)
    entries = entries_for(who.viewer, in_header=sum(counts.values()))
    return {
        **language,
        "site_now": who.now,
        "site_account": who.account.username,
        "site_name": who.account.officer.name if who.account.officer else who.account.username,
        "site_number": who.account.officer.number if who.account.officer else "",
        "site_role": _role(who.viewer),
        "site_may_export": who.viewer.may(Action.LIST_EXPORT),
        "site_read_only": who.viewer.roles() == {"inspectorate"},
        "site_shortcuts": who.account.shortcuts,
        "site_unit": top_unit_name(),
        "site_entries": entries,
        "site_sections": sections_of(entries),
        "site_tabs": [entry for entry in entries if entry.is_tab][:TABS],
        "site_here": here(entries, request.path),
        "site_counts": [(level, counts[level]) for level in LEVELS if counts.get(level)],
        "site_late": late_sources(now=who.now),
        "site_idle_seconds": int(IDLE.total_seconds()),
        # Whoever checks at a place may have something on the device that is not sent yet.
        "site_keeps": any(entry.name == "tasks:mine" for entry in entries),
    }


def _role(viewer: Viewer) -> str:
    """What he is here: his only role, or the first of several."""
    held = [ROLES[role] for role in ROLES if role in viewer.roles()]
    return held[0] if held else ""


def _counts(viewer: Viewer) -> dict[str, int]:
    """Alerts that wait for him by level, where an application says how many (`header_counts`)."""
    found: dict[str, int] = {}
    for config in apps.get_app_configs():
        asked = getattr(config, "header_counts", None)
        if asked is not None:
            found |= asked(viewer)
    return found
