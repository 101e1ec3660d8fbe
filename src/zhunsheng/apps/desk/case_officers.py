"""Who works the cases that a list has found. The list has asked already which cases its viewer may see."""

from collections.abc import Collection

from zhunsheng.apps.cases.models import Assignment


def case_officers(numbers: Collection[str]) -> dict[str, list[str]]:
    """The names of the case officers that cases have now, by number of the case; cases without one are left out."""
    found: dict[str, list[str]] = {}
    heads = Assignment.objects.filter(case__in=numbers, role=Assignment.Role.CASE_OFFICER, until_at=None)
    for number, name in heads.order_by("pk").values_list("case", "officer__name"):
        found.setdefault(number, []).append(name)
    return found
