"""谁看过我的积分: every look at the page of a holder, the last first; its readers take no list away."""

from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from zhunsheng.apps.desk.periods import filtered
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page
from zhunsheng.apps.org.selectors import called
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Look


def listing(*, now: datetime) -> Listing:
    """Columns and filters of the looks."""
    columns = (
        Column("at", _("时间"), sort=("at", "pk")),
        Column("by", _("谁"), sort=("by__number", "pk")),
    )
    filters = (
        filtered(_("时间"), now=now),
        Filter("by", _("谁"), partial(called, of="by__")),
    )
    return Listing(columns, filters, default_sort="-at")


def looks(holder: str, asked: Asked) -> tuple[Page[Look], int]:
    """A page of the looks at a holder's page, and how many there are in all."""
    with stored.whole():
        found = Look.objects.filter(holder=holder)
        return asked.page(found.select_related("by")), found.count()
