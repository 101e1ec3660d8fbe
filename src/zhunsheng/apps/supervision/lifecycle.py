"""The stages of a rule: draft, trial (judged and shown, not sent), stable, retired; who may take which step, and what a
release must keep to.

A stage is the `status` in the rule's file; every step is a release, so that it is an event with two persons or a
process, a time and a reason. What is kept to is release.toml of the rulebook in force: a proposal cannot loosen what
it is measured by. A rulebook without that file sets no limits.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.supervision.models import Release
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.release_policy import ReleasePolicy, parse_release_policy
from zhunsheng.core.rule import Rule

POLICY_FILE: Final = "release.toml"
RULE_FOLDERS: Final = ("deadlines/", "checks/")
TRIAL, STABLE, UNSENT = "trial", "stable", ("", "draft", "trial")
STATUS_LINE: Final = re.compile(r'^(status\s*=\s*)"stable"', re.MULTILINE)


class StageSkipped(DomainError):
    """A rule goes live without its time on trial."""

    text = "规则“{title}”还没有试用满 {days} 天，不能启用（已试用 {been} 天）。请先以试用状态发布，到期再启用。"


class StormCap(DomainError):
    """A release would tell too much at once."""

    text = "这次发布会一次发出 {storm} 项预警，超过上限 {most} 项，没有提出。请缩小范围，或先以试用状态发布。"


def policy_of(files: Mapping[str, str]) -> ReleasePolicy | None:
    """What release.toml among rule files says; None where it is not there. Raises ReleasePolicyRefused."""
    text = files.get(POLICY_FILE)
    return parse_release_policy(text) if text is not None else None


def stages(rulebook: Rulebook) -> dict[str, str]:
    """The stage of every rule and check."""
    both: tuple[Rule | Check, ...] = (*rulebook.rules, *rulebook.checks)
    return {one.id: one.status for one in both}


def restaged(before: Rulebook, after: Rulebook) -> frozenset[str]:
    """The rules that are at another stage than before."""
    old = stages(before)
    return frozenset(name for name, stage in stages(after).items() if old.get(name, stage) != stage)


def activated(before: Rulebook, after: Rulebook) -> frozenset[str]:
    """The rules that are sent now and were only shown before."""
    old = stages(before)
    return frozenset(name for name, stage in stages(after).items() if stage == STABLE and old.get(name) == TRIAL)


def assert_tried(rulebook: Rulebook, policy: ReleasePolicy | None, *, at: datetime) -> None:
    """
    Whatever was never sent has been on trial for its time.

    :raises StageSkipped: a rule is to go live, and was shown for too few days.
    """
    if policy is None:
        return
    history = list(_released())
    both: tuple[Rule | Check, ...] = (*rulebook.rules, *rulebook.checks)
    for rule in both:
        if rule.status != STABLE or _was_sent(rule.id, history):
            continue
        been = _on_trial_for(rule.id, history, at)
        if been < timedelta(days=policy.trial_days):
            raise StageSkipped(title=rule.title, days=policy.trial_days, been=been.days)


def assert_no_storm(storm: int, policy: ReleasePolicy | None) -> None:
    """
    What a release tells at once stays under the cap.

    :raises StormCap: it does not.
    """
    if policy is not None and storm > policy.storm_most:
        raise StormCap(storm=storm, most=policy.storm_most)


def on_trial(files: Mapping[str, str], rule: str) -> dict[str, str]:
    """The files with a stable rule back on trial."""
    return {
        name: STATUS_LINE.sub(rf'\1"{TRIAL}"', text, count=1) if _is_of(name, rule) else text
        for name, text in files.items()
    }


def changed_at(rule: str) -> datetime | None:
    """Since when the file of a rule is what it is; None where no release has it."""
    since = None
    newest = None
    for files, at in _released():
        text = _text(files, rule)
        if newest is None:
            newest = text
        if text != newest or text is None:
            break
        since = at
    return since


def _released() -> Iterator[tuple[Mapping[str, str], datetime]]:
    """The files of every release and when it was put in force, the newest first."""
    rows = Release.objects.filter(state=Release.State.RELEASED).order_by("-decided_at", "-id")
    for row in rows.iterator():
        if row.decided_at is not None:  # a constraint says so
            yield row.files, row.decided_at


def _was_sent(rule: str, history: list[tuple[Mapping[str, str], datetime]]) -> bool:
    """Whether the rule is in force as stable, or was before it was retired. After a demotion it is on trial again."""
    for files, _ in history:
        stage = _stage(files, rule)
        if stage != "retired":
            return stage not in UNSENT
    return False


def _on_trial_for(rule: str, history: list[tuple[Mapping[str, str], datetime]], at: datetime) -> timedelta:
    """How long it has been shown without a break up to an instant."""
    since = at
    for files, begun in history:
        if _stage(files, rule) != TRIAL:
            break
        since = begun
    return at - since


def _stage(files: Mapping[str, str], rule: str) -> str:
    text = _text(files, rule)
    return str(tomllib.loads(text).get("status", "")) if text is not None else ""


def _text(files: Mapping[str, str], rule: str) -> str | None:
    return next((text for name, text in files.items() if _is_of(name, rule)), None)


def _is_of(name: str, rule: str) -> bool:
    return name.startswith(RULE_FOLDERS) and name.endswith(f"/{rule}.toml")
