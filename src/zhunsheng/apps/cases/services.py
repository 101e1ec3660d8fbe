"""Changes of the elements. Each is one transaction of an actor; the database writes the audit entries."""

from datetime import datetime

from django.db import transaction

from zhunsheng.apps.access.policy import Label
from zhunsheng.apps.cases import probes
from zhunsheng.apps.cases.models import CASE_NUMBER, Assignment, Case, Source
from zhunsheng.apps.cases.sources import key_digest
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.refusals import DomainError


class LabelUnknown(DomainError):
    """Labels are a closed list."""

    text = "“{label}”不是密级标签。请用普通、敏感、未成年或回避。"


class SourceTaken(DomainError):
    """A source keeps its name, and its key until somebody replaces it on purpose."""

    text = "来源 {source} 已经登记。请换一个代号；要换它的密钥，用 add_source 命令重新登记。"


class SourceUnknown(DomainError):
    """There is no such source."""

    text = "没有来源 {source}。请核对代号。"


@transaction.atomic
def register_case(*, number: str, title: str, kind: str, unit: Unit) -> Case:
    """Register a case, also one that events named before. A registered unit stays whatever events say."""
    CASE_NUMBER(number)
    case = Case.objects.filter(pk=number).first() or Case(number=number)
    case.title, case.kind, case.unit, case.registered_unit = title, kind, unit, True
    case.full_clean(validate_unique=False)
    case.save()
    return case


@transaction.atomic
def set_label(*, case: Case, label: str) -> Case:
    """
    Say how closely a case is held.

    :raises LabelUnknown: the label is none of the four.
    """
    if label not in [*Label]:
        raise LabelUnknown(label=label)
    case.label = label
    case.save(update_fields=["label"])
    return case


@transaction.atomic
def assign(*, case: Case, officer: Officer, role: str, from_at: datetime) -> Assignment:
    """Put an officer on a case, or recuse him from it."""
    row, _ = Assignment.objects.get_or_create(
        case=case, officer=officer, role=role, until_at=None, defaults={"from_at": from_at}
    )
    return row


@transaction.atomic
def unassign(*, assignment: Assignment, until_at: datetime) -> None:
    """An assignment ends."""
    assignment.until_at = until_at
    assignment.save(update_fields=["until_at"])


@transaction.atomic
def register_source(
    *,
    source: str,
    title: str,
    key: str,
    zone: str = "",
    second_person: bool = False,
    late_after_minutes: int | None = None,
) -> Source:
    """Let a system report events with this key; only the key's hash is kept. Silent for longer, it is called late."""
    row = Source(id=source, title=title, key_digest=key_digest(key), zone=zone, second_person=second_person)
    row.late_after_minutes = late_after_minutes
    row.full_clean(validate_unique=False)
    row.save()
    return row


@transaction.atomic
def add_source(
    *, source: str, title: str, key: str, zone: str, second_person: bool, late_after_minutes: int | None
) -> Source:
    """
    Let another system report events with this key.

    :raises SourceTaken: there is one of that name, or the platform's own probe has it.
    """
    if source == probes.SOURCE or Source.objects.filter(pk=source).exists():
        raise SourceTaken(source=source)
    return register_source(
        source=source,
        title=title,
        key=key,
        zone=zone,
        second_person=second_person,
        late_after_minutes=late_after_minutes,
    )


@transaction.atomic
def switch_source(*, source: str, active: bool) -> None:
    """
    Let a source report no more, or again. What it reported stays.

    :raises SourceUnknown: there is none of that name.
    """
    row = Source.objects.select_for_update().filter(pk=source).first()
    if row is None:
        raise SourceUnknown(source=source)
    row.is_active = active
    row.save(update_fields=["is_active"])
