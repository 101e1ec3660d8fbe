"""rulebook/points on disk → the closed list and the policies. The core never opens a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhunsheng.core.points.facts import FactList, parse_fact_list
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.points.issue import PolicyIssue, codes_of, verdict_of
from zhunsheng.core.points.policy import Policy

FACTS_FILE = "facts.toml"
POLICIES = "policies"


class PoliciesRefused(ValueError):
    """Policies of a rulebook do not pass the gate; every issue is in the message, one a line."""

    def __init__(self, issues: list[PolicyIssue]) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues


@dataclass(frozen=True)
class Judged:
    """One policy file and what the gate says of it."""

    file: str
    policy: Policy | None
    issues: tuple[PolicyIssue, ...]

    @property
    def verdict(self) -> str:
        """load, refuse or ask."""
        return verdict_of(self.issues)

    @property
    def line(self) -> str:
        """FILE, verdict and codes with a tab between."""
        return f"{self.file}\t{self.verdict}\t{','.join(codes_of(self.issues))}"


def load_fact_list(folder: Path) -> FactList:
    """The closed list of a rulebook folder. Raises FactListRefused, FileNotFoundError."""
    return parse_fact_list((folder / "points" / FACTS_FILE).read_text("utf-8"))


def judge_folder(folder: Path, facts: FactList) -> Iterator[Judged]:
    """Judge every *.toml of a folder and of those in it, by name. No other file is opened."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.toml") if path.is_file()}
    for name in sorted(files):
        text = files[name].read_bytes().decode("utf-8", "replace")
        reading = judge_policy(text, facts, path=name)
        yield Judged(name, reading.policy, reading.issues)


def load_policies(folder: Path) -> tuple[Policy, ...]:
    """The policies of a rulebook folder, all of which pass the gate, in order of id and day.

    Raises  PoliciesRefused with every issue of every file; FactListRefused.
    """
    facts = load_fact_list(folder)
    judged = list(judge_folder(folder / "points" / POLICIES, facts))
    issues = [issue for one in judged for issue in one.issues]
    issues += _between(judged)
    if issues:
        raise PoliciesRefused(issues)
    found = [one.policy for one in judged if one.policy is not None]
    return tuple(sorted(found, key=lambda policy: (policy.id, policy.in_force)))


def _between(judged: list[Judged]) -> list[PolicyIssue]:
    """A file is named after its policy, and two versions of one do not begin on one day."""
    issues, seen = [], set[str]()
    for one in judged:
        if one.policy is None:
            continue
        if Path(one.file).name.split("@")[0].removesuffix(".toml") != one.policy.id:
            text = f"{one.policy.id!r} is not the file's name."
            issues.append(PolicyIssue(one.file, "id", "PG07", text, "Name the file ID.toml or ID@DAY.toml."))
        if one.policy.version in seen:
            text = f"{one.policy.version} is there twice."
            issues.append(PolicyIssue(one.file, "in_force", "PG07", text, "Give each version its own first day."))
        seen.add(one.policy.version)
    return issues
