"""Baits and who read them, as lists. Their addresses never name a bait: addresses stand in logs, and those who keep the
logs do not know which cases are baits."""

from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from zhunsheng.apps.access.models import Bait, BaitAlarm
from zhunsheng.apps.desk.periods import filtered
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices


def alarm_listing(*, now: datetime) -> Listing:
    """Columns and filters of the alarms, the newest first."""
    columns = (
        Column("at", _("时间"), sort=("pk",)),  # in their order; an instant would lead to the entry, and to the bait
        Column("who", _("账号"), sort=("actor", "pk")),
        Column("bait", _("诱饵")),
    )
    filters = (
        filtered(_("时间"), now=now),
        Filter("who", _("账号"), lambda value: Q(actor__icontains=value)),
        _of_kind("bait__kind"),
    )
    return Listing(columns, filters, default_sort="-at")


def _of_kind(column: str) -> Filter:
    kinds = (("case", _("案件")), ("person", _("人员")))
    return Filter("kind", _("种类"), lambda value: Q(**{column: value}), choices(kinds))


def alarm_page(asked: Asked) -> tuple[Page[BaitAlarm], int]:
    """A page of the alarms, and how many there are in all."""
    return asked.page(BaitAlarm.objects.select_related("bait")), BaitAlarm.objects.count()


def bait_listing() -> Listing:
    """Columns and filters of the baits: those that are out, unless others are asked for."""
    states = (("out", _("未撤除")), ("ended", _("已撤除")))
    columns = (
        Column("key", _("编号")),
        Column("by", _("设置人"), sort=("by", "pk")),
        Column("at", _("设置时间"), sort=("at", "pk")),
        Column("read", _("被查阅"), sort=("read", "pk"), css="r"),
        Column("end", _("撤除")),
    )
    filters = (
        Filter("state", _("状态"), lambda value: Q(ended_at__isnull=value == "out"), choices(states)),
        _of_kind("kind"),
        Filter("by", _("设置人"), lambda value: Q(by__icontains=value)),
    )
    return Listing(columns, filters, default_sort="-at")


def bait_page(asked: Asked) -> tuple[Page[Bait], int]:
    """A page of the baits, and how many are out."""
    return asked.page(Bait.objects.annotate(read=Count("alarms"))), Bait.objects.filter(ended_at=None).count()
