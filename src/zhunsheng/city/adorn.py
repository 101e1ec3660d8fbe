"""Dresses a played case: how each act was done, what came along with it, and what goes wrong in it."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zhunsheng.city.companions import (
    COMPANIONS,
    CUSTODIAN,
    ENDS_STATED,
    LASTING,
    TEAMS,
    VICTIM_TEAM,
    Companion,
    by_event,
)
from zhunsheng.city.faults import Fault
from zhunsheng.city.manner import MANNER, PENALTIES, PERSON_FACTS, SECURITIES, help_for, touches_night
from zhunsheng.city.plan import Entry
from zhunsheng.city.player import Player
from zhunsheng.city.spans import DAY, HOUR

BY_EVENT: Final = by_event(COMPANIONS)
NOTHING: Final = Fault("")
HEARINGS: Final = ("interrogation.started", "questioning.started")
ROOMS: Final = {"interrogation.started": "R", "questioning.started": "R", "room.entered": "W"}
TOLD: Final = ("appraisal.told_suspect", "appraisal.served_suspect", "appraisal.served")
DECIDED: Final = ("prosecution.transferred", "decision.made")


@dataclass
class Adorner:
    """One case. `entries`: what was played, and in the end everything."""

    player: Player
    entries: list[Entry] = field(default_factory=list)
    done: set[tuple[int, str | None]] = field(default_factory=set)

    def adorn(self) -> list[Entry]:
        """The events of the case with all that belongs to them, in no particular order."""
        fault = self.player.plan.fault or NOTHING
        queue = deque(self.player.entries)
        while queue:
            entry = queue.popleft()
            entry.number = len(self.entries)
            self._dress(entry, fault)
            self.entries.append(entry)
            queue.extend(self._companions(entry, fault))
        if self.player.plan.is_whole:
            tell_before_the_end(self.entries)
        return self.entries

    # -- how it was done ---------------------------------------------------------------------------------------------

    def _dress(self, entry: Entry, fault: Fault) -> None:
        drawn = self.player.drawn(MANNER.get(entry.type, {}), entry.at)
        entry.facts = {**drawn, **self._of_its_own(entry), **entry.facts}
        if entry.type in fault.states:
            entry.facts = {**entry.facts, **self.player.drawn(fault.states[entry.type], entry.at)}
        entry.team = self._team(entry, fault) if entry.team is None else entry.team
        if entry.type in ENDS_STATED and entry.until is None:
            entry.until = entry.at + self.player.tape.whole(*ENDS_STATED[entry.type])
            entry.is_until_exact = True
        entry.is_alone = entry.type in fault.alone
        entry.is_unnumbered = entry.type in fault.unnumbered
        entry.is_recorded_late = entry.type in fault.recorded
        if entry.place is None and entry.type in ROOMS:
            entry.place = f"{ROOMS[entry.type]}{(entry.names.get('person') or 'P')[1:]}"
        if entry.type == "person.entered_area":
            entry.place = "area"

    def _team(self, entry: Entry, fault: Fault) -> int:
        person = entry.names.get("person")
        persons = self.player.plan.persons
        if entry.type == "property.stored" and entry.type not in fault.by_handler:
            return CUSTODIAN
        if person is not None and person not in persons:
            return VICTIM_TEAM
        return TEAMS.get(entry.type, persons.index(person) if person is not None else 0)

    def _of_its_own(self, entry: Entry) -> dict[str, Any]:
        """Facts that depend on what has happened, or of which one of several sets is drawn."""
        tape, person = self.player.tape, self._person(entry)
        if entry.type in HEARINGS:
            return {**help_for(person), **(self._session(entry) if entry.type in LASTING else {})}
        if entry.type == "decision.made":
            return dict(PENALTIES[tape.whole(0, len(PENALTIES) - 1)])
        if entry.type == "measure.bail":
            return {**SECURITIES[tape.whole(0, 1)], **self.player.drawn(MANNER["arrest.executed"], entry.at)}
        if entry.type == "body.examined":
            return {"examiner": "female_officer" if person.get("sex") == "female" else "male_officer"}
        if entry.type == "detention_house.admitted":
            return {"held_apart": True} if person.get("minor") else {}
        if entry.type in ("person.detained", "arrest.executed"):
            again = {"new_evidence": True} if entry.type == "person.detained" else {}
            return {**again, **({"permit_obtained": True} if person.get("deputy") else {})}
        return {}

    def _session(self, entry: Entry) -> dict[str, Any]:
        """Where and when an interrogation takes place, and how long."""
        _, low, high = LASTING[entry.type]
        fault = self.player.plan.fault or NOTHING
        entry.minutes = self.player.tape.whole(*fault.moves.get(LASTING[entry.type][0], (low, high)))
        is_inside = self.player.has_happened("detention_house.admitted", 0, entry.at, entry.names.get("person"))
        return {
            "place_kind": "detention_house" if is_inside else "interrogation_room",
            "night_approved": touches_night(entry.at, entry.at + entry.minutes),
        }

    def _person(self, entry: Entry) -> Mapping[str, Any]:
        return self.player.person_facts.get(entry.names.get("person", ""), {})

    # -- what came along ---------------------------------------------------------------------------------------------

    def _companions(self, entry: Entry, fault: Fault) -> list[Entry]:
        found = []
        for companion in (*BY_EVENT.get(entry.type, ()), *(c for c in fault.adds if c.to == entry.type)):
            if companion.event in fault.lacks or not self._comes(companion, entry, fault):
                continue
            at = entry.at + self.player.tape.whole(*fault.moves.get(companion.event, companion.gap))
            if at <= self.player.plan.last:
                found.append(self._made(companion, entry, at))
        if entry.type in LASTING and entry.at + entry.minutes <= self.player.plan.last:
            event = LASTING[entry.type][0]
            found.append(Entry(event, entry.at + entry.minutes, entry.names, {}, team=entry.team))
        return found

    def _comes(self, companion: Companion, entry: Entry, fault: Fault) -> bool:
        person = entry.names.get("person")
        if companion.once and (id(companion), person) in self.done:
            return False
        known = {**self.player.case_facts, **self._person(entry), **entry.facts}
        if any(known.get(name) != value for name, value in companion.when.items()):
            return False
        is_sure = companion.event in fault.has
        if not is_sure and not self.player.tape.chance(companion.chance):
            return False
        self.done.add((id(companion), person))
        if companion.victim:
            self.done.add((id(companion), self._victim()))
        return True

    def _made(self, companion: Companion, entry: Entry, at: int) -> Entry:
        names = {kind: entry.names[kind] for kind in companion.keeps if kind in entry.names}
        names |= {kind: self.player.new(kind) for kind in companion.names}
        facts = {**self.player.drawn(companion.facts, at)}
        facts |= {name: entry.facts[name] for name in companion.repeats if name in entry.facts}
        if companion.victim:
            names["person"] = self._victim()
            facts |= self._introduced(names["person"])
        made = Entry(companion.event, at, names, facts, has_case=entry.has_case)
        if companion.lasts is not None:
            made.until, made.is_until_exact = at + self.player.tape.whole(*companion.lasts), True
        made.place = entry.place if companion.shares_place else None
        made.team = entry.team if companion.shares_team else None
        return made

    def _victim(self) -> str:
        return f"P{self.player.plan.index:07}9"

    def _introduced(self, victim: str) -> dict[str, Any]:
        """The facts of the victim, stated where he first appears."""
        if victim in self.player.person_facts:
            return {}
        drawn = {**self.player.drawn(PERSON_FACTS, 0), "role": "victim"}
        if self.player.plan.fault is not None and "sex" in self.player.plan.facts:
            drawn["sex"] = "female"
        self.player.person_facts[victim] = drawn
        return drawn


def tell_before_the_end(entries: list[Entry]) -> None:
    """An opinion that would be told after the case was passed on or decided is told before, where it came before."""
    ends = sorted((entry.at, entry.is_bare) for entry in entries if entry.type in DECIDED)
    for received in [entry for entry in entries if entry.type == "appraisal.opinion_received"]:
        order = received.names.get("order")
        for told in [e for e in entries if e.type in TOLD and e.names.get("order") == order]:
            earlier = [at for at, is_bare in ends if received.at <= at + is_bare * DAY and at <= told.at]
            if earlier:
                told.at = received.at + max(1, min(HOUR, (earlier[0] - received.at) // 2))
                told.is_bare = False
