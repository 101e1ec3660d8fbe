"""The closed list of what a points policy may name: facts, refused facts, fields, and what each of them pays for."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

EARN: Final = "earn"
DEDUCT: Final = "deduct"
FILTER: Final = "filter"
NEVER: Final = "never"
MEASURES: Final = ("count", "sum", "share", "flag", "bound")
FACT_KEYS: Final = {"name", "title", "label", "measure", "shadow", "over", "source"}
FIELD_KEYS: Final = {"name", "label", "values", "open"}


@dataclass(frozen=True)
class Label:
    """A kind of incentive: what may be done with it, and who forbade it."""

    name: str
    title: str
    may: str  # earn, deduct, filter, never
    source: str = ""


@dataclass(frozen=True)
class PointFact:
    """A fact of the closed list. A refused one is known only so that a refusal can say why."""

    name: str
    title: str
    label: Label
    measures: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    over: str = ""
    source: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether no policy may rest on it."""
        return self.label.may == NEVER

    @property
    def is_share_only(self) -> bool:
        """Whether it exists only as kept of judged, over a population that no act of the officer enlarges."""
        return self.measures == ("share",)


@dataclass(frozen=True)
class Field:
    """What `where` and `weights.by` may name. Values carry labels of their own; an unlisted one has the worst."""

    name: str
    labels: Mapping[str, Label]  # by value
    open_label: Label | None = None  # of any value, where the list is the deployment's

    @property
    def all_labels(self) -> tuple[Label, ...]:
        """Of the field as a key: those of all its values."""
        own = (*self.labels.values(), *((self.open_label,) if self.open_label else ()))
        return tuple(dict.fromkeys(own))

    @property
    def banned(self) -> tuple[Label, ...]:
        """The labels among its values on which nothing may rest."""
        return tuple(label for label in self.all_labels if label.may == NEVER)


@dataclass(frozen=True)
class Words:
    """What in a title or gist makes somebody ask why."""

    aims: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactList:
    """Everything that a policy may name, and what it may not."""

    labels: Mapping[str, Label]
    facts: Mapping[str, PointFact]  # admissible and refused
    fields: Mapping[str, Field]
    words: Words

    def with_refused(self, more: Iterable[PointFact]) -> "FactList":
        """The list of a deployment that refuses more. Nothing can be taken off it.

        Raises  FactListRefused where one of `more` would not be refused, or names an admissible fact as something else.
        """
        wrong = [fact.name for fact in more if not fact.is_refused]
        if wrong:
            raise FactListRefused(
                [f"{name}: is not refused. A deployment may add only refused facts." for name in wrong]
            )
        return replace(self, facts={**self.facts, **{fact.name: fact for fact in more}})


class FactListRefused(ValueError):
    """facts.toml names something wrongly; every issue is in the message, one a line."""

    def __init__(self, issues: list[str]) -> None:
        super().__init__("\n".join(issues))
        self.issues = issues


def parse_fact_list(text: str, *, path: str = "facts.toml") -> FactList:
    """Read the text of the closed list.

    Raises  FactListRefused with every issue at once; tomllib.TOMLDecodeError if it is not TOML.
    """
    data = tomllib.loads(text)
    issues: list[str] = []
    labels = {row["name"]: Label(**row) for row in data.get("label", ())}
    facts: dict[str, PointFact] = {}
    for kind in ("fact", "refused"):
        for row in data.get(kind, ()):
            fact = _fact(row, labels, f"{path}: {kind} {row.get('name')}", issues)
            if fact is None:
                continue
            if fact.name in facts:
                issues.append(f"{path}: {fact.name}: named twice. Every fact has one row.")
            if fact.is_refused != (kind == "refused"):
                issues.append(f"{path}: {fact.name}: label {fact.label.name!r} does not belong under [[{kind}]].")
            facts[fact.name] = fact
    fields = _fields(data.get("field", ()), labels, path, issues)
    if issues:
        raise FactListRefused(issues)
    words = Words(**{name: tuple(rows) for name, rows in data.get("words", {}).items()})
    return FactList(labels, facts, fields, words)


def _fact(row: Mapping[str, Any], labels: Mapping[str, Label], where: str, issues: list[str]) -> PointFact | None:
    issues += [f"{where}: {key}: unknown key. Use {', '.join(sorted(FACT_KEYS))}." for key in row.keys() - FACT_KEYS]
    issues += [f"{where}: measure {name!r} is none." for name in row.get("measure", ()) if name not in MEASURES]
    issues += [f"{where}: shadow {name!r} is no label." for name in row.get("shadow", ()) if name not in labels]
    if row.get("label") not in labels:
        issues.append(f"{where}: label {row.get('label')!r} is none. Name a [[label]].")
        return None
    return PointFact(
        name=row["name"],
        title=row["title"],
        label=labels[row["label"]],
        measures=tuple(row.get("measure", ())),
        shadow=tuple(row.get("shadow", ())),
        over=row.get("over", ""),
        source=row.get("source", ""),
    )


def _fields(
    rows: Iterable[Mapping[str, Any]], labels: Mapping[str, Label], path: str, issues: list[str]
) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for row in rows:
        name, label = row["name"], labels.get(row["label"])
        issues += [f"{path}: field {name}: {key}: unknown key." for key in row.keys() - FIELD_KEYS]
        if label is None:
            issues.append(f"{path}: field {name}: label {row['label']!r} is none. Name a [[label]].")
            continue
        before = found.get(name, Field(name, {}))
        values = {**before.labels, **dict.fromkeys(row.get("values", ()), label)}
        found[name] = Field(name, values, label if row.get("open") else before.open_label)
    return found
