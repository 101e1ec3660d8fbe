"""诱饵: cases and persons of nobody. The inspectorate sets them; whoever reads one raises an alarm."""

from datetime import datetime

from django.db import transaction

from zhunsheng.apps.access.models import Bait
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.models import Case, Person
from zhunsheng.apps.refusals import DomainError


class NothingToBait(DomainError):
    """A bait that nobody can open catches nobody."""

    text = "没有编号为 {key} 的案件或人员。请先登记一个虚构的案件，再设为诱饵。"


class BaitSet(DomainError):
    """Once is enough."""

    text = "{key} 已经是诱饵。"


class NoSuchBait(DomainError):
    """Not there, or taken away already."""

    text = "没有这个诱饵，或它已撤除。"


@transaction.atomic
def set_bait(viewer: Viewer, *, kind: str, key: str, at: datetime) -> Bait:
    """
    Make a case or a person a bait.

    :raises NothingToBait, BaitSet: see there.
    """
    model = Case if kind == Bait.Kind.CASE else Person
    if not model._default_manager.filter(pk=key).exists():  # noqa: SLF001 - Django's own name for it
        raise NothingToBait(key=key)
    if Bait.objects.filter(kind=kind, key=key, ended_at=None).exists():
        raise BaitSet(key=key)
    return Bait.objects.create(kind=kind, key=key, by=viewer.account, at=at)


@transaction.atomic
def end_bait(*, bait: int, at: datetime) -> None:
    """
    Take a bait away; its alarms stay.

    :raises NoSuchBait: see there.
    """
    row = Bait.objects.select_for_update().filter(pk=bait, ended_at=None).first()
    if row is None:
        raise NoSuchBait
    row.ended_at = at
    row.save(update_fields=["ended_at"])
