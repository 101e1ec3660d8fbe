"""办理动态: what happened in a case, what was told of it and what people did about that, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.alerts.channels.webhook.client import CHANNEL_PREFIX
from zhunsheng.apps.alerts.models import Action, Delivery
from zhunsheng.apps.alerts.told import Told
from zhunsheng.apps.alerts.webhooks import ROLE as PROGRAM
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.display import formats
from zhunsheng.apps.supervision.case_file import Happened

LEVEL_WORDS: Final = {
    "red": gettext_lazy("红色预警"),
    "yellow": gettext_lazy("黄色预警"),
    "blue": gettext_lazy("蓝色提示"),
    "ask": gettext_lazy("待核实"),
}


@dataclass(frozen=True)
class Moment:
    """One entry. `event` is there for what happened in the case; alerts and acts have none.

    `level`: the shape before it; `whom`: of whom or what it tells; `source`: where it is recorded.
    """

    at: datetime
    precision: str
    words: str
    whom: str = ""
    source: str = ""
    level: str = ""
    note: str = ""
    event: Happened | None = None

    @property
    def earlier(self) -> Sequence[Happened]:
        """What was recorded before it was corrected."""
        return self.event.earlier if self.event is not None else ()

    @property
    def state(self) -> str:
        """counts, withdrawn, moved or to_come, of an event; else nothing."""
        return self.event.state if self.event is not None else ""


@dataclass(frozen=True)
class ToldLine:
    """One person who was told. `sent`: by which way, and whether it arrived."""

    at: datetime
    who: str
    role: str
    reason: str
    level: str
    text: str
    sent: Sequence[str]


def told_lines(told: Sequence[Told]) -> list[ToldLine]:
    """Who was told, the newest first, and of one instant the gravest."""
    levels = list(LEVEL_WORDS)
    return [
        ToldLine(
            at=one.at,
            who=one.officer,
            role=str(_("程序")) if one.role == PROGRAM else page_vocabulary().roles.get(one.role, one.role),
            reason=str(_(one.reason)) if one.reason else "",
            level=one.level,
            text=one.text,
            sent=[_sent(delivery) for delivery in one.deliveries],
        )
        for one in sorted(told, key=lambda one: (-one.at.timestamp(), levels.index(one.level)))
    ]


def _channel(name: str) -> str:
    """短信; the programs that are told by web hook are all 推送."""
    return str(_("推送")) if name.startswith(CHANNEL_PREFIX) else page_vocabulary().channels.get(name, name)


def _sent(delivery: Mapping[str, Any]) -> str:
    """短信 已送达 2026年11月23日 12:01; with the error where there is one."""
    at = delivery["confirmed_at"] or delivery["sent_at"]
    words = (
        _channel(delivery["channel"]),
        str(_(dict(Delivery.State.choices)[delivery["state"]])),
        formats.moment(at) if at else "",
        delivery["error"],
    )
    return " ".join(word for word in words if word)


def moments_of(
    happened: Sequence[Happened],
    told: Sequence[Told],
    acts: Sequence[Action],
    names: Mapping[str, str],
    sources: Mapping[str, str],
) -> list[Moment]:
    """All of it. `names` and `sources` say what persons, things and source systems are called."""
    moments = [_of_event(event, names, sources) for event in happened]
    by_level: dict[tuple[datetime, str], list[Told]] = {}
    for one in told:
        by_level.setdefault((one.at, one.level), []).append(one)
    moments += [_of_messages(messages) for messages in by_level.values()]
    moments += [_of_act(act) for act in acts]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _of_event(event: Happened, names: Mapping[str, str], sources: Mapping[str, str]) -> Moment:
    types = page_vocabulary().event_types
    about = [id_ for id_ in (event.person, event.item, event.order, event.document, event.dossier) if id_]
    return Moment(
        at=event.at,
        precision=event.at_precision,
        words=types[event.type].title if event.type in types else event.type,
        whom="、".join(names.get(id_, id_) for id_ in about),
        source=sources.get(event.source, event.source),
        note=event.document_no or "",
        event=event,
    )


def _of_messages(messages: Sequence[Told]) -> Moment:
    """What was told at one instant at one level, and to whom: the text where it is one, else how many there were."""
    first, subjects = messages[0], {one.group for one in messages}
    people = "、".join(dict.fromkeys(one.officer for one in messages if one.officer))
    level = LEVEL_WORDS.get(first.level, first.level)
    words = first.text if len(subjects) == 1 else _("%(level)s %(n)d 条") % {"level": level, "n": len(subjects)}
    return Moment(first.at, "minute", words, _("通知 %(people)s") % {"people": people}, level=first.level)


def _of_act(act: Action) -> Moment:
    who = str(act.by) if act.by else _("系统")
    said = _("%(who)s %(act)s") % {"who": who, "act": _(act.get_act_display())}
    title = act.group.words.get("title", act.group.rule)
    return Moment(at=act.at, precision="minute", words=said, whom=str(title), note=act.reason)
