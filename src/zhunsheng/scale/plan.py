"""Which checks need which events together: case by case, or by a key of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from zhunsheng.core import check as c
from zhunsheng.core.checks.reach import Reads, reads_of, rests_on_its_case
from zhunsheng.core.clocks import Rulebook

EVERYTHING: Final = ""
"""The key of a check whose other records are found by neither its key nor the case: one task judges all of them."""


@dataclass(frozen=True)
class Plan:
    """A rulebook as the passes over the events."""

    alone: Rulebook  # deadlines, and checks that rest on cases and incidents that name each other
    by_key: Mapping[str, Rulebook]  # key (a column, officer, or EVERYTHING) → the checks that hold its acts together
    counting: tuple[c.Check, ...]  # checks that count the findings of a unit

    @cached_property
    def reads(self) -> Mapping[str, Reads]:
        """What each key's checks read."""
        return {key: reads_of(rulebook.checks, rulebook.vocabulary) for key, rulebook in self.by_key.items()}


def plan_of(rulebook: Rulebook) -> Plan:
    """The passes of a rulebook."""
    checks = rulebook.judged_checks()
    reach = {check.id: key_of(check) for check in checks if check.events}
    keys = sorted({key for key in reach.values() if key is not None})
    own = {key: tuple(check for check in checks if check.events and reach[check.id] == key) for key in keys}
    return Plan(
        alone=replace(rulebook, checks=tuple(check for check in checks if check.events and reach[check.id] is None)),
        by_key={key: replace(rulebook, rules=(), checks=found) for key, found in own.items()},
        counting=tuple(check for check in checks if not check.events),
    )


def key_of(check: c.Check) -> str | None:
    """The key whose acts a check holds together over cases; None where it stays within a case or its incidents."""
    if rests_on_its_case(check) or check.key == "incident":  # cases and incidents that name each other lie together
        return None
    body = check.body
    if isinstance(body, c.Overlap) and body.ends and not {"case", check.key} & set(body.ends_by):
        return EVERYTHING
    return check.key
