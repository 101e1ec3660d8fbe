"""What is stated: on the event, for the person, for the case, and who is in custody when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tests.oracle.book import Tests, Vocabulary
from tests.oracle.events import Event


class Missing:
    """No event states the fact."""


MISSING: Final = Missing()


@dataclass(frozen=True)
class Answer:
    """Whether tests hold; where that is not known (`None`), the fact that is missing."""

    holds: bool | None
    missing: str | None = None


class Facts:
    """The facts of one group of events."""

    def __init__(self, vocabulary: Vocabulary, events: Iterable[Event]) -> None:
        self.vocabulary = vocabulary
        self.events = sorted(events, key=lambda e: (e.at, e.source, e.id))
        self.custody = [e for e in self.events if e.type in vocabulary.takes or e.type in vocabulary.ends]

    def stated(self, event: Event, name: str) -> Any:
        """What the event itself states, or its type asserts."""
        if name in event.facts and event.facts[name] is not None:
            return event.facts[name]
        return self.vocabulary.states.get(event.type, {}).get(name, MISSING)

    def read(self, name: str, event: Event, person: str | None) -> Any:
        """A fact for a test: of the event, else of the person, else of the case."""
        if name == self.vocabulary.custody_fact and person is not None:
            held = self._held(person, event.at)
            if held is not None:
                return held
        value = self.stated(event, name)
        if value is not MISSING:
            return value
        owner = self.vocabulary.owner.get(name, "event")
        if owner == "event":
            return MISSING
        if owner == "person" and person is not None:
            value = self._last(name, event.at, lambda e: e.columns["person"] == person)
            if value is not MISSING:
                return value
        return self._last(name, event.at, lambda e: owner == "case" or e.columns["person"] is None)

    def _last(self, name: str, at: datetime, belongs: Any) -> Any:
        """The last statement; a dated fact counts from the event that states it, any other for the whole time."""
        value: Any = MISSING
        for event in self.events:
            if name in self.vocabulary.dated and event.at > at:
                break
            if belongs(event) and self.stated(event, name) is not MISSING:
                value = self.stated(event, name)
        return value

    def test(self, tests: Tests, event: Event, person: str | None, assume: Mapping[str, Any] | None = None) -> Answer:
        """Whether every test holds. One that fails settles it, whatever else is missing."""
        missing = None
        for name, wanted in tests.items():
            value = self.read(name, event, person)
            if value is MISSING and assume is not None and name in assume:
                value = assume[name]
            holds = one_test(value, wanted)
            if holds is False:
                return Answer(holds=False)
            if holds is None and missing is None:
                missing = name
        return Answer(None, missing) if missing is not None else Answer(holds=True)

    def _held(self, person: str, at: datetime) -> bool | None:
        """Custody of a person at an instant; None where no event about him says anything by then."""
        named = [e for e in self.custody if e.at <= at and e.columns["person"] == person]
        if not named:
            return None
        return person in self._in_custody([e for e in self.custody if e.at <= at])

    def anyone_held(self, until: datetime, *, exclusive: bool, start: Event) -> bool:
        """Whether any suspect of the case is in custody; where no event says, as the start states."""
        if not self.custody:
            return self.stated(start, self.vocabulary.custody_fact) is True
        past = [e for e in self.custody if (e.at < until if exclusive else e.at <= until)]
        return bool(self._in_custody(past))

    def _in_custody(self, events: Iterable[Event]) -> set[str | None]:
        """Who is held after these events. Where one lets go and another takes in the same instant, he is held."""
        held: set[str | None] = set()
        for event in sorted(events, key=lambda e: (e.at, e.type in self.vocabulary.takes, e.source, e.id)):
            person = event.columns["person"]
            if event.type in self.vocabulary.takes:
                held.add(person)
            elif person is None:
                held.clear()
            else:
                held.discard(person)
        return held


def one_test(value: Any, wanted: Any) -> bool | None:
    """One fact against one test; None where the fact is missing and the test needs it."""
    if not isinstance(wanted, dict):
        wanted = {"one_of": wanted if isinstance(wanted, list) else [wanted]}
    found: bool | None = True
    for op, operand in wanted.items():
        options = operand if isinstance(operand, list) else [operand]
        if op == "present":
            holds: bool | None = (value is not MISSING) == operand
        elif op == "not":
            holds = value is MISSING or not _among(value, options)
        elif value is MISSING:
            holds = None
        elif op == "one_of":
            holds = _among(value, options)
        elif op == "at_least":
            holds = value >= operand
        elif op == "at_most":
            holds = value <= operand
        else:
            raise ValueError(f"{op!r} is no test")
        if holds is False:
            return False
        if holds is None:
            found = None
    return found


def _among(value: Any, options: list[Any]) -> bool:
    """A set is among the options if one of its members is."""
    if isinstance(value, list):
        return any(member in options for member in value)
    return any(value == option and type(value) is type(option) for option in options)
