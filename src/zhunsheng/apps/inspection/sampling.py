"""What the lot says of a file, as an event: so whoever counts samples needs nobody to type them in.

It is told once everybody who was to read the file has, and a problem was confirmed. A result that changes later is the
next version of the same event; one that is open again is withdrawn.
"""

import json
from datetime import datetime, time
from typing import Any, Final

from django.db import connection
from django.utils.timezone import get_default_timezone

from zhunsheng.apps.inspection.models import Pick, Plan
from zhunsheng.apps.inspection.outcomes import settled
from zhunsheng.apps.inspection.plans import whole
from zhunsheng.apps.inspection.telling import SOURCE, tell_of_case

SETTLED: Final = "inspection.sample_settled"
LAST: Final = """
    SELECT version, void, facts FROM cases_event WHERE source = %s AND id = %s ORDER BY version DESC LIMIT 1
"""


def tell_sample(number: int, *, at: datetime) -> None:
    """Say what became of a file of the lot, if that is known and was not said. A file marked for risk tells nothing."""
    with whole():
        pick = Pick.objects.select_related("plan").filter(pk=number).first()
        plan = pick.plan if pick else None
        if pick is None or pick.stream != "random" or plan is None:
            return  # marked for risk, or made up
        key = f"sample/{pick.pk}"
        version, said = _last(key)
        result = settled(pick)
        if result == said:
            return
        facts = _facts(pick, plan, result) if result else {}
    tell_of_case(
        SETTLED,
        key=key,
        case=pick.case,
        unit=pick.unit,
        at=at,
        version=version + 1,
        void=not result,
        until=datetime.combine(plan.until_on, time(), get_default_timezone()),
        facts=facts,
    )


def _last(key: str) -> tuple[int, str]:
    """Version and result as they were told last."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [SOURCE, key])
        row = cursor.fetchone()
    if row is None:
        return 0, ""
    version, void, facts = row
    said = json.loads(facts) if isinstance(facts, str) else facts
    return version, "" if void else said["sample_result"]


def _facts(pick: Pick, plan: Plan, result: str) -> dict[str, Any]:
    """The result and what it stands for: of how many files its stratum is, and how many of its station were drawn."""
    station = f"{pick.stratum.partition('|')[0]}|"
    true = plan.cases.filter(stream="random").values("ref")
    return {
        "sample_result": result,
        "sample_stream": pick.stream,
        "stratum": f"{plan.pk}|{pick.stratum}",
        "stratum_files": plan.files.filter(stratum=pick.stratum, ref__in=true).count(),
        "lot_files": plan.picks.filter(stream="random", stratum__startswith=station).count(),
    }
