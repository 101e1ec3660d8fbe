"""Who holds a role for a case: by assignment, by post in its unit and above, after delegation, leave and recusal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Q

from zhunsheng.apps.access.policy import Action, Label, Relation, allowed
from zhunsheng.apps.cases.models import Assignment, Case, Incident
from zhunsheng.apps.org.models import Delegation, Leave, Officer, Unit
from zhunsheng.apps.org.selectors import on_duty, recipients
from zhunsheng.core.alert_policy import AlertPolicy, RoleFinding

DUTY: Final = "duty"
CASE_OFFICER: Final = "case_officer"


@dataclass(frozen=True)
class Person:
    """Someone who can be told. `lasting` names him in every database: province and number."""

    officer: int
    lasting: str
    role: str
    mobile: str = ""


@dataclass(frozen=True)
class About:
    """What an alert is about, as far as it decides who may be told."""

    case: str | None
    incident: str | None
    unit: str
    label: str = Label.ORDINARY.value
    title: str = ""


@dataclass
class Directory:
    """Answers for one instant and one batch; what it has looked up it keeps."""

    at: datetime
    policy: AlertPolicy
    _posts: dict[tuple[str, str], list[tuple[int, str, str]]] = field(default_factory=dict)  # officer, unit, reason
    _paths: dict[str, list[str]] = field(default_factory=dict)
    _assigned: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    _acting: dict[str, list[int]] = field(default_factory=dict)
    _officers: dict[int, Officer] = field(default_factory=dict)
    _away: dict[int, list[int]] = field(default_factory=dict)
    _reading: dict[str, set[int]] = field(default_factory=dict)

    def abouts(self, named: Iterable[tuple[str | None, str | None, str]]) -> dict[tuple[str | None, str | None], About]:
        """Units, labels and titles of cases and incidents.

        Takes   named: case, incident, and the unit of the event, which counts where no other is registered.
        """
        rows = set(named)
        cases = Case.objects.in_bulk({case for case, _, _ in rows if case})
        incidents = Incident.objects.in_bulk({incident for case, incident, _ in rows if incident and not case})
        found = {}
        for case, incident, unit in rows:
            known = cases.get(case) if case else None
            reported = incidents.get(incident) if incident else None
            own = (known.unit_id if known else None) or (reported.unit_id if reported else None) or unit
            found[case, incident] = About(
                case=case,
                incident=incident,
                unit=own or "",
                label=known.label if known else Label.ORDINARY.value,
                title=known.title if known else "",
            )
        self._read_assignments([case for case, _, _ in rows if case])
        self._read_readers([case for case, _, _ in rows if case])
        return found

    def people(self, role: str, about: About, *, everybody: bool = False) -> list[Person]:
        """Who is told for a role, by number. Empty: nobody, which the caller must not take for silence.

        Whoever reads the case for inspection hears nothing else of it, and is passed over where the role has another
        holder; not where `everybody` is to be told.
        """
        finder = self.policy.roles[role]
        if finder.outside:
            return []
        ids = self._of_case(finder, about) if finder.assigned else self._of_unit(finder, about)
        recused = {officer for officer, what in self._assigned.get(about.case or "", ()) if what == "recused"}
        able = [number for number in ids if number not in recused]
        blind = set() if everybody else self._reading.get(about.case or "", set())
        return self.persons([number for number in able if number not in blind] or able, role)

    def persons(self, numbers: Iterable[int], role: str) -> list[Person]:
        """Officers in service, as people to tell."""
        wanted = sorted(set(numbers))
        missing = [number for number in wanted if number not in self._officers]
        if missing:
            self._officers |= Officer.objects.in_bulk(missing)
        found = [self._officers[number] for number in wanted if number in self._officers]
        return [
            Person(officer.pk, f"{officer.province}-{officer.number}", role, officer.mobile)
            for officer in found
            if officer.left_on is None
        ]

    def _of_case(self, finder: RoleFinding, about: About) -> list[int]:
        assigned = [o for o, what in self._assigned.get(about.case or "", ()) if what == finder.assigned]
        if not assigned and finder.assigned == CASE_OFFICER:
            assigned = self._acting.get(about.case or "", [])
        present = [officer for one in assigned for officer in self._present(one)]
        if present or finder.assigned != CASE_OFFICER or not about.unit:
            return present
        if not allowed("officer", Relation.UNIT, Action.CASE_LIST, Label(about.label)):
            return []
        return [officer for officer, _, reason in self._holders("officer_on_duty", about.unit) if reason == DUTY]

    def _of_unit(self, finder: RoleFinding, about: About) -> list[int]:
        units = self._upward(about.unit)[: None if finder.up else 1]
        for unit in units:
            held = [officer for officer, _, reason in self._holders(finder.post, unit) if reason != DUTY]
            if held and self._may_list(finder.post, about, own=unit == about.unit):
                return held
        for unit in units[:1]:
            on_call = [officer for officer, _, reason in self._holders(finder.post, unit) if reason == DUTY]
            if on_call and self._may_list("officer", about, own=True):
                return on_call
        return []

    def _may_list(self, post: str, about: About, *, own: bool) -> bool:
        relations = (Relation.UNIT if own else Relation.SUB_UNIT, Relation.ELSEWHERE)
        return any(allowed(post, relation, Action.CASE_LIST, Label(about.label)) for relation in relations)

    def _holders(self, post: str, unit: str) -> list[tuple[int, str, str]]:
        key = post, unit
        if key not in self._posts:
            if post == "officer_on_duty":
                self._posts[key] = [(officer, unit, DUTY) for officer in on_duty(unit=unit, at=self.at)]
            else:
                rows = recipients(unit=unit, role=post, at=self.at)
                self._posts[key] = [(row.officer, row.unit, row.reason) for row in rows]
        return self._posts[key]

    def _upward(self, unit: str) -> list[str]:
        if unit not in self._paths:
            path = Unit.objects.filter(pk=unit).values_list("path", flat=True).first()
            self._paths[unit] = path.split("/")[::-1] if path else []
        return self._paths[unit]

    def _present(self, officer: int) -> list[int]:
        """Himself; while he is away, those to whom a post of his is delegated."""
        if officer not in self._away:
            now = Q(starts_at__lte=self.at, ends_at__gt=self.at)
            if Leave.objects.filter(now, officer=officer, cancelled_at=None).exists():
                rows = Delegation.objects.filter(now, post__officer=officer, revoked_at=None, to__left_on=None)
                self._away[officer] = sorted(set(rows.values_list("to", flat=True)))
            else:
                self._away[officer] = [officer]
        return self._away[officer]

    def _read_readers(self, cases: list[str]) -> None:
        wanted = [case for case in cases if case not in self._reading]
        if not wanted:
            return
        self._reading |= {case: set() for case in wanted}
        with connection.cursor() as cursor:
            cursor.execute('SELECT "case", officer FROM zs_readers_of(%s)', [wanted])
            for case, officer in cursor.fetchall():
                self._reading[case].add(officer)

    def _read_assignments(self, cases: list[str]) -> None:
        wanted = [case for case in cases if case not in self._assigned]
        if not wanted:
            return
        self._assigned |= {case: [] for case in wanted}
        rows = Assignment.objects.filter(case__in=wanted, until_at=None, from_at__lte=self.at)
        for case, officer, role in rows.order_by("case", "officer").values_list("case", "officer", "role"):
            self._assigned[case].append((officer, role))
        unassigned = [c for c in wanted if not any(role == CASE_OFFICER for _, role in self._assigned[c])]
        self._acting |= _officers_of_last_event(unassigned)


def _officers_of_last_event(cases: list[str]) -> dict[str, list[int]]:
    """Who acted last in cases that nobody is assigned to: sources often name officers and no assignment."""
    if not cases:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT DISTINCT ON ("case") "case", officers FROM cases_event'
            ' WHERE "case" = ANY (%s) AND NOT void AND cardinality(officers) > 0'
            ' ORDER BY "case", at DESC, source, id, version DESC',
            [cases],
        )
        named: dict[str, list[str]] = dict(cursor.fetchall())
    numbers = {number for officers in named.values() for number in officers}
    parts = [tuple(number.partition("-")[::2]) for number in numbers]
    known = {
        f"{officer.province}-{officer.number}": officer.pk
        for officer in Officer.objects.filter(
            number__in=[number for _, number in parts], left_on=None, kind=Officer.Kind.POLICE
        )
    }
    return {case: [known[number] for number in officers if number in known] for case, officers in named.items()}
