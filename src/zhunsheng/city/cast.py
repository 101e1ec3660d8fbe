"""Who appears in a case: its suspects and victims as rows, and the officers of each of its teams."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from zhunsheng.city.companions import CUSTODIAN
from zhunsheng.city.people import CITY, SURNAMES, Squad, false_id_number
from zhunsheng.city.plan import Plan
from zhunsheng.city.player import Player
from zhunsheng.city.spans import DAY
from zhunsheng.city.tape import Tape

ADULT_DAYS: Final = (20 * 365, 75 * 365)  # of age at the opening of a case
MINOR_DAYS: Final = (14 * 366, 16 * 365)
OFFICERS_PER_WHOLE_CASE: Final = 2 * CUSTODIAN + 2


def teams_of(squad: Squad, index: int, tape: Tape, *, is_whole: bool) -> list[list[str]]:
    """Two officers for each team of a case, and the custodian.

    In a squad of five they meet again; the officers of a whole lawful case serve in no other.
    """
    officers, count = squad.officers, len(squad.officers)
    first = index * OFFICERS_PER_WHOLE_CASE if is_whole else tape.whole(0, count - 1)
    pairs = [[officers[(first + 2 * n) % count], officers[(first + 2 * n + 1) % count]] for n in range(CUSTODIAN)]
    return [*pairs, [officers[(first + (2 * CUSTODIAN if is_whole else count - 1)) % count]]]


def person_row(
    who: str, case: str, name: str, tape: Tape, facts: Mapping[str, Any], plan: Plan
) -> tuple[str, str, str, str, str, date]:
    """As old and of the sex that the events of the case state."""
    youngest, oldest = MINOR_DAYS if facts.get("minor") else ADULT_DAYS
    day = date.fromordinal(plan.opening // DAY - tape.whole(youngest, oldest))
    serial = tape.whole(1, 499) * 2 - (1 if facts.get("sex", "male") == "male" else 0)
    number = false_id_number(f"{CITY}{tape.whole(1, 9):02}", f"{day:%Y%m%d}", serial)
    return who, case, name, number, "male" if serial % 2 else "female", day


def victim_rows(player: Player, case: str, tape: Tape) -> list[tuple[str, str, str, str, str, date]]:
    """Who appears in the case beside the suspects."""
    return [
        person_row(who, case, f"{SURNAMES[tape.whole(0, len(SURNAMES) - 1)]}某某", tape, facts, player.plan)
        for who, facts in player.person_facts.items()
        if who not in player.plan.persons
    ]
