"""谁看过我的积分: every look at the page of a holder, the last first; its readers take no list away."""

from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.apps.desk.periods import TITLES, periods
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Look

SPANS: Final = ("month", "last", "30")


def listing(*, now: datetime) -> Listing:
    """Columns and filters of the looks."""
    spans = periods(now)
    columns = (
        Column("at", _("时间"), sort=("at", "pk")),
        Column("by", _("谁"), sort=("by__number", "pk")),
    )
    filters = (
        Filter(
            "in",
            _("时间"),
            lambda name: Q(at__gte=spans[name].begin, at__lt=spans[name].end),
            choices((name, str(TITLES[name])) for name in SPANS),
        ),
        Filter("by", _("谁"), lambda text: Q(by__name__contains=text) | Q(by__number__startswith=text)),
    )
    return Listing(columns, filters, default_sort="-at")


def looks(holder: str, asked: Asked) -> tuple[Page[Look], int]:
    """A page of the looks at a holder's page, and how many there are in all."""
    with stored.whole():
        found = Look.objects.filter(holder=holder)
        return asked.page(found.select_related("by")), found.count()
