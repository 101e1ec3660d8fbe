"""Where to go after a form: an address of this site, and of no other."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def goal_of(request: HttpRequest) -> str:
    """The `next` of a request; the first page where there is none, where it is no path, or leads to another site."""
    goal = request.POST.get("next") or request.GET.get("next") or "/"
    return goal if goal.startswith("/") and url_has_allowed_host_and_scheme(goal, allowed_hosts=None) else "/"
