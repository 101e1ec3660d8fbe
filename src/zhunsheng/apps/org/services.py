"""Changes of the organisation. Each is one transaction of an actor; the database writes the audit entries."""

from datetime import date, datetime

from django.db import transaction

from zhunsheng.apps.org.models import Delegation, Leave, Officer, Post, Unit
from zhunsheng.apps.org.roles import ROLES, SIGNING_ROLES
from zhunsheng.apps.refusals import DomainError


class UnitNotFound(DomainError):
    """The code names no unit."""

    text = "没有代码为 {code} 的单位。请核对代码，或先登记这个单位。"


class UnitLoop(DomainError):
    """A unit may not be its own superior."""

    text = "单位 {code} 不能以自己或自己的下级 {parent} 为上级。请选择别的上级。"


class PostRefused(DomainError):
    """An auxiliary cannot hold a post that signs."""

    text = "{officer} 是辅警，不能担任“{role}”：辅警可以核对，不能签名。请选择民警，或登记为辅警岗位。"


class DelegationRefused(DomainError):
    """A role cannot be delegated this way."""

    text = "不能把 {post} 交给 {to}：{why}。"


@transaction.atomic
def add_unit(*, code: str, name: str, short_name: str, kind: str, parent: str | None) -> Unit:
    """
    Register a unit under its superior.

    :raises UnitNotFound: the superior is not registered.
    """
    above = _unit(parent) if parent else None
    unit = Unit(code=code, name=name, short_name=short_name, kind=kind, parent=above)
    unit.path = f"{above.path}/{code}" if above else code
    unit.full_clean()
    unit.save(force_insert=True)
    return unit


@transaction.atomic
def move_unit(*, code: str, parent: str) -> Unit:
    """
    Put a unit, with all that is under it, under another superior.

    :raises UnitLoop: the new superior is the unit itself or under it.
    """
    unit, above = _unit(code), _unit(parent)
    if above.path == unit.path or above.path.startswith(f"{unit.path}/"):
        raise UnitLoop(code=code, parent=parent)
    old, new = unit.path, f"{above.path}/{code}"
    for member in Unit.objects.filter(path__startswith=old).select_for_update():
        if member.path == old or member.path.startswith(f"{old}/"):
            member.path = new + member.path.removeprefix(old)
            member.parent = above if member.code == code else member.parent
            member.save(update_fields=["path", "parent"])
    return _unit(code)


@transaction.atomic
def add_officer(*, province: str, number: str, name: str, kind: str, joined_on: date, mobile: str = "") -> Officer:
    """Register a person. A number that its former holder has given back may be issued again."""
    officer = Officer(province=province, number=number, name=name, kind=kind, joined_on=joined_on, mobile=mobile)
    officer.full_clean()
    officer.save()
    return officer


@transaction.atomic
def leave_service(*, officer: Officer, on: date) -> None:
    """An officer leaves: his posts end, and his number is free from that day."""
    officer.posts.filter(until_on=None, from_on__lt=on).update(until_on=on)
    officer.left_on = on
    officer.full_clean()
    officer.save(update_fields=["left_on"])


@transaction.atomic
def give_post(*, officer: Officer, unit: str, role: str, from_on: date, part_time: bool = False) -> Post:
    """
    Give an officer a role in a unit.

    :raises PostRefused: an auxiliary would have to sign.
    """
    if officer.kind == Officer.Kind.AUXILIARY and role in SIGNING_ROLES:
        raise PostRefused(officer=str(officer), role=ROLES[role])
    post = Post(officer=officer, unit=_unit(unit), role=role, from_on=from_on, part_time=part_time)
    post.full_clean()
    post.save()
    return post


@transaction.atomic
def end_post(*, post: Post, on: date) -> None:
    """A post ends; its last day is the day before."""
    post.until_on = on
    post.full_clean()
    post.save(update_fields=["until_on"])


@transaction.atomic
def delegate(*, post: Post, to: Officer, starts_at: datetime, ends_at: datetime, reason: str) -> Delegation:
    """
    Let another exercise a post until an instant.

    :raises DelegationRefused: to oneself, to someone who is away or gone, or to an auxiliary for a post that signs.
    """
    why = _why_not(post, to, starts_at, ends_at)
    if why:
        raise DelegationRefused(post=str(post), to=str(to), why=why)
    row = Delegation(post=post, to=to, starts_at=starts_at, ends_at=ends_at, reason=reason)
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def take_leave(*, officer: Officer, starts_at: datetime, ends_at: datetime) -> Leave:
    """An officer is away between two instants."""
    row = Leave(officer=officer, starts_at=starts_at, ends_at=ends_at)
    row.full_clean()
    row.save()
    return row


def _why_not(post: Post, to: Officer, starts_at: datetime, ends_at: datetime) -> str:
    if to.pk == post.officer_id:
        return "不能委托给本人"
    if to.left_on is not None:
        return "对方已离职"
    if to.kind == Officer.Kind.AUXILIARY and post.role in SIGNING_ROLES:
        return "辅警不能签名"
    if Leave.objects.filter(officer=to, cancelled_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        return "对方在此期间请假"
    return ""


def _unit(code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise UnitNotFound(code=code)
    return unit
