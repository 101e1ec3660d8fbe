"""Alert × recipient → text: the rule's message or the words of alerts.toml, in at most 70 characters.

A text names a case by the tail of its number, or by its masked title where two persons decided so. Nothing else of the
case can enter: there is no placeholder for a person, a number, a charge or an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from zhunsheng.core.alert_policy import AlertPolicy
from zhunsheng.core.wording import (
    PLACEHOLDER,
    SMS_LENGTH,
    Deployment,
    UnknownPlaceholder,
    case_words,
    due_words,
    late_words,
    left_words,
    message_text,
    moment_words,
    placeholders,
)

SHORTEST_TITLE: Final = 2
CUT: Final = "…"
RULE_MESSAGE: Final = "message"
PLAIN: Final = Deployment()


@dataclass(frozen=True)
class Matter:
    """What a text is about. `clock`: a row of schemas.CLOCKS; none for a check. `case_title`: the masked title."""

    case: str | None
    title: str
    nature: str
    level: str
    kind: str
    messages: Mapping[str, str]
    clock: Mapping[str, Any] | None
    case_title: str | None = None


@dataclass(frozen=True)
class Saying:
    """What is said of it, and to whom."""

    occasion: str  # a key of [texts.*]
    role: str
    as_of: datetime
    count: int = 1
    until: datetime | None = None  # a reply, a ruling, the end of a silence
    told: datetime | None = None  # when what is corrected was told
    unit: str = ""
    also: tuple[str, int] | None = None  # what the message speaks of beside: a key of [texts.any], and how many


def alert_text(matter: Matter, saying: Saying, policy: AlertPolicy, deployment: Deployment = PLAIN) -> str:
    """The text for one role. Never more than 70 characters: the rule's message gives way to the role's own words, the
    masked title to the tail of the number, and at last the rule's title is cut.

    Raises  KeyError if the role's voice has no such occasion.
    """
    for template in _templates(matter, saying, policy, deployment):
        text = policy.sign + template + _also(saying, policy)
        if len(text) <= SMS_LENGTH:
            return text
    return _cut(matter, saying, policy)


def situation(matter: Matter, as_of: datetime, policy: AlertPolicy) -> str:
    """How the clock stands, in the words of alerts.toml: 11月9日24:00届满，还剩7小时12分."""
    return _fill(policy.situations[matter.kind], _clock_values(matter, as_of, policy))


def _templates(matter: Matter, saying: Saying, policy: AlertPolicy, deployment: Deployment) -> list[str]:
    found = []
    own = _rule_message(matter, saying, policy, deployment)
    if own is not None:
        found.append(own)
    if deployment.masked_case_title and matter.case_title:
        found.append(_filled(matter, saying, policy, case_words(matter.case, matter.case_title), matter.title))
    found.append(_filled(matter, saying, policy, case_words(matter.case, None), matter.title))
    return found


def _rule_message(matter: Matter, saying: Saying, policy: AlertPolicy, deployment: Deployment) -> str | None:
    """The rule's own text, to those who handle the case; none where it has none, or needs a clock that is not there."""
    template, finder = matter.messages.get(matter.kind), policy.roles.get(saying.role)
    if finder is None or finder.voice != "officer" or saying.occasion != "raised" or template is None:
        return None
    message = _message(template, matter, saying, policy, deployment)
    if message is None:
        return None
    values = {"level": policy.levels[matter.level], "message": message}
    return _fill(policy.texts["officer"][RULE_MESSAGE], values)


def _message(template: str, matter: Matter, saying: Saying, policy: AlertPolicy, deployment: Deployment) -> str | None:
    title = matter.case_title if deployment.masked_case_title else None
    if matter.clock is None:
        words = {"case": case_words(matter.case, title)}
        return _fill(template, words) if set(placeholders(template)) <= set(words) else None
    clock = {**matter.clock, "case": matter.case}
    try:
        return message_text(template, clock, as_of=saying.as_of, zone=policy.zone, title=title, deployment=deployment)
    except UnknownPlaceholder:
        return None


def _cut(matter: Matter, saying: Saying, policy: AlertPolicy) -> str:
    """With a shorter title; what is counted behind gives way where not even that is short enough."""
    also = _also(saying, policy)
    text = policy.sign + _titled(matter, saying, policy, len(also)) + also
    return text if len(text) <= SMS_LENGTH or not also else _cut(matter, replace(saying, also=None), policy)


def _titled(matter: Matter, saying: Saying, policy: AlertPolicy, behind: int) -> str:
    case = case_words(matter.case, None)
    over = len(policy.sign + _filled(matter, saying, policy, case, matter.title)) + behind - SMS_LENGTH
    kept = max(len(matter.title) - over - len(CUT), SHORTEST_TITLE)
    return _filled(matter, saying, policy, case, matter.title[:kept] + CUT)


def _also(saying: Saying, policy: AlertPolicy) -> str:
    if saying.also is None:
        return ""
    occasion, count = saying.also
    return _fill(policy.texts["any"][occasion], {"count": str(count)})


def _filled(matter: Matter, saying: Saying, policy: AlertPolicy, case: str, title: str) -> str:
    finder = policy.roles.get(saying.role)
    voice = finder.voice if finder else "any"
    texts = policy.texts["any"]
    template = texts[saying.occasion] if finder is None or saying.occasion not in policy.texts[voice] else None
    if template is None:
        template = policy.texts[voice][saying.occasion]
    values = {
        **_clock_values(matter, saying.as_of, policy),
        "whose": finder.whose if finder else "",
        "case": case,
        "title": title,
        "situation": situation(matter, saying.as_of, policy),
        "count": str(saying.count),
        "until": due_words(saying.until, policy.zone),
        "told": moment_words(saying.told, policy.zone, at_end=False),
        "unit": saying.unit,
    }
    return _fill(template, values)


def _clock_values(matter: Matter, as_of: datetime, policy: AlertPolicy) -> dict[str, str]:
    clock = matter.clock or {}
    due, outer = clock.get("due"), clock.get("outer")
    return {
        "level": policy.levels[matter.level],
        "over": policy.overdue_words[matter.nature],
        "due": due_words(due, policy.zone),
        "outer": due_words(outer, policy.zone),
        "left": left_words(due, as_of),
        "late": late_words(outer, clock.get("stopped") or as_of),
    }


def _fill(template: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: values[match[1]], template)
