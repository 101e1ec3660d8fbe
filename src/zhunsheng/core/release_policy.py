"""The one parser of release.toml: what a rulebook keeps to before it goes live, and what sends a rule back to trial."""

import tomllib
from dataclasses import dataclass

from zhunsheng.core.toml_table import Issue, Table

PERCENT = 100


class ReleasePolicyRefused(ValueError):
    """release.toml says something wrongly; every issue is in the message, one a line."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues


@dataclass(frozen=True)
class ReleasePolicy:
    """Everything that release.toml says. Days, findings, messages, percent."""

    trial_days: int
    storm_most: int
    per_officer_and_shift: int
    history_days: int
    precision_floor: int
    precision_verdicts: int


def parse_release_policy(text: str, *, path: str = "release.toml") -> ReleasePolicy:
    """Read the text of release.toml.

    Raises  ReleasePolicyRefused with every issue at once; tomllib.TOMLDecodeError if it is not TOML.
    """
    issues: list[Issue] = []
    top = Table(tomllib.loads(text), "", issues, path)
    trial, storm = top.table("trial"), top.table("storm")
    interrupts, precision = top.table("interrupts"), top.table("precision")
    policy = ReleasePolicy(
        trial_days=_count(trial, "days", least=1),
        storm_most=_count(storm, "most", least=0),
        per_officer_and_shift=_count(interrupts, "per_officer_and_shift", least=1),
        history_days=_count(interrupts, "history_days", least=1),
        precision_floor=_count(precision, "floor", least=1),
        precision_verdicts=_count(precision, "verdicts", least=1),
    )
    if policy.precision_floor >= PERCENT:
        precision.issue("floor", f"{policy.precision_floor} is no percentage that can be kept. Write less than 100.")
    for table in (trial, storm, interrupts, precision, top):
        table.close()
    if issues:
        raise ReleasePolicyRefused(issues)
    return policy


def _count(table: Table, name: str, *, least: int) -> int:
    value: int = table.take(name, int)
    if value < least:
        table.issue(name, f"{value} is too few. Write {least} or more.")
    return value
