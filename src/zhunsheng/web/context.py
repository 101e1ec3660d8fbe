"""What every template may use."""

from django.http import HttpRequest

from zhunsheng.apps.access.navigation import entries_for
from zhunsheng.apps.access.requests import PLACE, Asking


def site(request: HttpRequest) -> dict[str, object]:
    """The name shown at the top and the entries of the navigation. An error page before the gate has neither."""
    who = request.META.get(PLACE)
    if not isinstance(who, Asking) or who.account is None or who.viewer is None:
        return {"site_account": "", "site_entries": []}
    return {"site_account": who.account.username, "site_entries": entries_for(who.viewer)}
