"""A rulebook as integer tables: what the fold reads instead of rule values.

Every rule version is a row of its own (`rv`); event types point to the roles that they play in rule versions. Indices
are ordinals in the
tables here; -1 means none. Ranges are half-open.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhunsheng.core import rule as r
from zhunsheng.core.codes import code, codes
from zhunsheng.core.schemas import SUBJECT_COLUMNS
from zhunsheng.core.vocabulary import Fact

Ints = NDArray[np.int64]
Records = Any  # a record array of integers; NumPy has no type that names its fields

# Roles in the order in which they act at one instant (ADR 1, 2).
START, RESTART, WAIT, PAUSE, RESUME, WAIT_END, EXTEND, EXCUSE, TERMINATE, SATISFY = codes(10)
ROLE_COUNT: Final = 10

SUBJECT_AXES: Final = ("case", "person", "item", "visit", "order", "document", "dossier", "incident")
AXIS_OF: Final = {kind: SUBJECT_AXES.index(column) for kind, column in SUBJECT_COLUMNS.items()}
CASE_AXIS, PERSON_AXIS, INCIDENT_AXIS = code(0), code(1), code(7)

COUNTINGS: Final = r.COUNTINGS
(
    EXACT_MINUTE,
    ROLLING_24H,
    SAME_TIME,
    DAY_AFTER,
    NEXT_WORKDAY,
    SAME_DAY_OF_MONTH,
    OFFICE_HOURS,
    AT_ONCE,
    BEFORE_PARENT,
    BY_DOCUMENT,
) = codes(10)
UNITS: Final = r.UNITS
HOURS, DAYS, WORKING_DAYS, MONTHS, YEARS, IMMEDIATE, UNIT_BY_DOCUMENT = codes(7)
OUTER_SAME, FULL_HOUR, DAY_END, SPC_MONTH, ROLLED = codes(5)
NEVER, FORWARD, BY_CUSTODY = codes(3)
QUESTION, MEETS, NOTHING = codes(3)
ONE_OF, NOT, AT_LEAST, AT_MOST, PRESENT = codes(5)
TOTAL, ADDED, TIER_BY_DOCUMENT = codes(3)
STATES_NOTHING, STATES_DAYS, STATES_UNTIL = codes(3)
WAITS_NOT, WAITS_IF, WAITS_FROM = codes(3)
OF_EVENT, OF_PERSON, OF_CASE = codes(3)
TAKES, LETS_GO = code(1), code(2)
FOREVER: Final = 2**40


class Program(NamedTuple):
    """The tables, each a record array; a pair of fields such as tests0, tests1 is a range."""

    role_ptr: Ints  # event type → range of roles, in the order in which they act
    # kind, rv, rule, arg (tier, pause, restart or recipient bit), always (acts although its rule has no open clock),
    # turn (when it acts at one instant: counted back from another rule × ROLE_COUNT + kind)
    roles: Records
    rvs: Records  # may_grant: a fact of the start can grant a tier; may_wait: or let the clock wait
    limits: Records
    tiers: Records
    pauses: Records
    restarts: Records
    child_ptr: Ints  # rule → range of children
    children: Records
    rules: Records  # range of rule versions
    tests: Records
    values: Ints
    facts: Records
    special: Ints  # codes of the facts tier, days and in_custody; -1 where the vocabulary has none
    type_custody: Ints


@dataclass(frozen=True)
class Compiled:
    """A program with the names of its codes."""

    program: Program
    rules: tuple[r.Rule, ...]
    version_of: Ints  # rv → ordinal of its version, from 1
    tiers: tuple[r.Extension, ...]  # tier code of the program → the extension
    limits: tuple[r.Limit, ...]
    pauses: tuple[r.Pause, ...]
    restarts: tuple[r.Restart, ...]
    types: tuple[str, ...]
    facts: tuple[Fact, ...]

    @property
    def type_codes(self) -> dict[str, int]:
        """Event type → code."""
        return {name: n for n, name in enumerate(self.types)}

    @cached_property
    def facts_read(self) -> frozenset[str]:
        """The facts that any rule reads."""
        book = self.program
        read = [book.tests.fact, book.rvs.parent_fact, book.rvs.recipients_fact, book.special]
        return frozenset(self.facts[code].id for code in np.unique(np.concatenate(read)) if code >= 0)

    @cached_property
    def openings(self) -> Ints:
        """Event type → how many clocks one event of it may open, at most: its starts and restarts, and children of any
        clock it touches."""
        roles = self.program.roles
        children = np.diff(self.program.child_ptr)[roles.rule]
        return self._by_type(children + np.isin(roles.kind, (START, RESTART)))

    @cached_property
    def pausing(self) -> Ints:
        """Event type → how many begins and ends of pauses one event of it is."""
        return self._by_type(np.isin(self.program.roles.kind, (PAUSE, RESUME)))

    @cached_property
    def plays_a_role(self) -> NDArray[np.bool_]:
        """Event type → whether it plays a role in any rule."""
        return np.diff(self.program.role_ptr) > 0

    def _by_type(self, of_roles: NDArray[Any]) -> Ints:
        """The sum over the roles of each event type."""
        return np.diff(np.append(0, np.cumsum(of_roles, dtype=np.int64))[self.program.role_ptr])


def fact_value(fact: Fact, value: Any) -> int:
    """A fact's value as an integer: bool 0/1, integer itself, enum its ordinal, set a mask of ordinals, instant
    microseconds."""
    if fact.type == "bool" or fact.type == "integer":
        return int(value)
    if fact.type == "enum":
        return fact.values.index(value)
    if fact.type == "set":
        return sum(1 << fact.values.index(word) for word in value)
    if fact.type == "instant":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return round((moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1e6)
    raise ValueError(f"{fact.id}: a {fact.type} is not judged by any rule.")
