"""What the readings of a file came to: the answers that count, and whether they are final."""

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from zhunsheng.apps.inspection import book
from zhunsheng.apps.inspection.models import Answer, Assigned, CardStep, Pick


def latest_answers(row: Assigned) -> dict[str, Answer]:
    """The newest version of each answer of a reading."""
    return {answer.question: answer for answer in row.answers.order_by("version")}


def current_readings(pick: Pick) -> dict[str, Assigned]:
    """The reading of each round that counts: the latest."""
    return {row.round: row for row in sorted(pick.assignments.all(), key=lambda one: one.pk)}


def deciding_reading(pick: Pick) -> Assigned | None:
    """The reading whose answers count: the third where two differed, else the first, once it was handed in."""
    rows = current_readings(pick)
    row = rows.get("third") or rows.get("first")
    return row if row is not None and hasattr(row, "submission") else None


def has_problem(row: Assigned) -> bool:
    """Whether a reading found a problem that stands: not in a question that rests on memory, not overturned."""
    return any(counts(one) for one in latest_answers(row).values())


def counts(one: Answer) -> bool:
    """Whether an answer is a problem that counts."""
    if one.answer != "problem" or (hasattr(one, "confirmation") and not one.confirmation.confirmed):
        return False
    known = book.questions().get(one.question)
    return (known is None or not known[1].is_draft) and not _was_none(one)


def _was_none(one: Answer) -> bool:
    """Whether two persons upheld an objection to it."""
    return CardStep.objects.filter(card__answer=one, act="closed", outcome="objection").exists()


def is_unclear(row: Assigned) -> bool:
    """No problem, but a red question of which nobody could tell."""
    if has_problem(row):
        return False
    red = {name for name, (_sheet, question) in book.questions().items() if question.severity == "red"}
    return any(one.answer == "cannot_tell" and one.question in red for one in latest_answers(row).values())


def settled(pick: Pick) -> str:
    """`passed`, `problem` or `unclear`; empty while a reading is out or a problem waits for its second person."""
    if not all(hasattr(row, "submission") for row in current_readings(pick).values()):
        return ""
    row = deciding_reading(pick)
    if row is None or any(counts(one) and not hasattr(one, "confirmation") for one in latest_answers(row).values()):
        return ""
    return "problem" if has_problem(row) else "unclear" if is_unclear(row) else "passed"


def all_current() -> QuerySet[Assigned]:
    """The reading of each round that counts, of every file."""
    later = Assigned.objects.filter(pick=OuterRef("pick"), round=OuterRef("round"), pk__gt=OuterRef("pk"))
    return Assigned.objects.filter(~Exists(later))


def open_lots() -> set[str]:
    """Plans of which somebody has still to hand in a sheet: of what was found in these nothing is said yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_open_lots()")
        return {plan for (plan,) in cursor.fetchall()}
