"""Policies: the files of the rulebook, what the gate says of each, and which of them two bodies approved."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from django.conf import settings

from zhunsheng.apps.points.models import Check, Proposal
from zhunsheng.apps.points.stored import whole
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.points.issue import REFUSE, PolicyIssue, codes_of, verdict_of
from zhunsheng.core.points.policy import Policy
from zhunsheng.points_book import POLICIES, load_fact_list

COMPUTED: Final = ("trial", "stable")
SHOWN: Final = "stable"


@dataclass(frozen=True)
class File:
    """One policy file as it lies in the rulebook now."""

    name: str
    text: str
    policy: Policy | None
    issues: tuple[PolicyIssue, ...]

    @property
    def sha256(self) -> str:
        """Of its text: what is approved, and nothing else."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def verdict(self) -> str:
        """load, refuse or ask."""
        return verdict_of(self.issues)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its issues."""
        return codes_of(self.issues)


@cache
def known() -> FactList:
    """The closed list of the rulebook, read once. Raises FactListRefused."""
    return load_fact_list(settings.RULEBOOK)


def files() -> list[File]:
    """Every policy file of the rulebook, judged, by name."""
    folder = settings.POLICIES or settings.RULEBOOK / "points" / POLICIES
    found = [path for path in sorted(folder.glob("*.toml")) if path.is_file()]
    return [_read(path.name, path.read_bytes()) for path in found]


@cache
def _read(name: str, content: bytes) -> File:
    text = content.decode("utf-8", "replace")
    reading = judge_policy(text, known(), path=name)
    return File(name, text, reading.policy, reading.issues)


def approved() -> dict[str, Proposal]:
    """For each version that two bodies approved, the latest approval. Must run inside a transaction."""
    agreed = Proposal.objects.filter(kind=Proposal.Kind.POLICY, decision__confirmed=True)
    with whole():
        rows = agreed.select_related("decision").order_by("decision__at", "pk")
        return {row.body["version"]: row for row in rows}


def in_use(*, shown_only: bool = False) -> list[Policy]:
    """The versions that are computed, by id and day: approved, no draft, and word for word what was approved."""
    hashes = {version: row.body["sha256"] for version, row in approved().items()}
    statuses = (SHOWN,) if shown_only else COMPUTED
    found = [
        one.policy
        for one in files()
        if one.policy is not None
        and one.verdict != REFUSE
        and one.policy.status in statuses
        and hashes.get(one.policy.version) == one.sha256
    ]
    return sorted(found, key=lambda policy: (policy.id, policy.in_force))


def governing(policies: Sequence[Policy], *, scheme: str, unit_kind: str, post: str, on: date) -> Policy | None:
    """The version that governs somebody's work on a day; the first by id where there are several."""
    for name in sorted({policy.id for policy in policies}):
        begun = [one for one in policies if one.id == name and one.in_force <= on and one.scheme == scheme]
        last = max(begun, key=lambda one: one.in_force, default=None)
        if last is not None and unit_kind in last.unit_kinds and (scheme == "unit" or post in last.posts):
            return last
    return None


def version_of(policies: Sequence[Policy], policy: str, on: date) -> Policy | None:
    """The version of a policy that governs a day."""
    begun = [one for one in policies if one.id == policy and one.in_force <= on]
    return max(begun, key=lambda one: one.in_force, default=None)


def checked(sha256: str) -> Check | None:
    """The latest run of nudge test and simulator on a text."""
    return Check.objects.filter(sha256=sha256).order_by("-at", "-pk").first()
