"""The page of a case, gathered: what is registered, what is computed, who was told. Each of its five views and the
whole are made of the same facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.told import Told, acts_in_case, told_in_case
from zhunsheng.apps.cases.models import Source
from zhunsheng.apps.cases.selectors import OpenCase, open_case
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.desk.case_track import Line, lines_of, next_to_end, worst
from zhunsheng.apps.desk.elements import (
    DOSSIER,
    ITEM,
    MATTER,
    PERSON,
    UNIT,
    UNNAMED,
    VIEWS,
    Places,
    places_of_event,
    places_of_judged,
)
from zhunsheng.apps.desk.moments import Moment, moments_of
from zhunsheng.apps.desk.rulebook import all_rules
from zhunsheng.apps.display.formats import ZONE, is_english, page_language
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.case_file import CaseFile, case_file
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.report.words import Wording

GLYPHS: Final = {
    PERSON: gettext_lazy("人"),
    MATTER: gettext_lazy("事"),
    ITEM: gettext_lazy("物"),
    DOSSIER: gettext_lazy("卷"),
    UNIT: gettext_lazy("单"),
}
TITLES: Final = {
    PERSON: gettext_lazy("人"),
    MATTER: gettext_lazy("事"),
    ITEM: gettext_lazy("物"),
    DOSSIER: gettext_lazy("卷宗"),
    UNIT: gettext_lazy("单位"),
}
Words = str | Promise


@dataclass(frozen=True)
class Found:
    """What a check found, as pages show it."""

    finding: Finding
    title: str
    subject: str
    element: str
    rests_on: Sequence[str]  # its events in words


@dataclass(frozen=True)
class Door:
    """One field of the strip: how many, of what, and the gravest level in that view."""

    view: str
    glyph: Words
    title: Words
    number: str
    note: str
    level: str


@dataclass(frozen=True)
class Section:
    """One thing of a view with all that is said of it. `id` is empty for what names nothing of the view."""

    id: str
    title: str
    note: str
    is_registered: bool
    lines: Sequence[Line]
    found: Sequence[Found]
    moments: Sequence[Moment]


@dataclass(frozen=True)
class Whole:
    """Everything that the pages of a case are made of."""

    case: OpenCase
    file: CaseFile
    names: Mapping[str, str]
    lines: Sequence[Line]
    found: Sequence[Found]
    told: Sequence[Told]
    moments: Sequence[Moment]
    next: Line | None
    sources: Mapping[str, str]
    now: datetime

    @property
    def recorded_at(self) -> datetime | None:
        """When the last of its events was recorded; None while there is none."""
        return max((event.recorded_at for event in self.file.happened if event.recorded_at), default=None)


def whole_case(viewer: Viewer, number: str, *, now: datetime) -> Whole:
    """A case with everything.

    Raises  CaseNotVisible, CaseUnderReading.
    """
    case = open_case(viewer, number=number)
    file = case_file(number, as_of=now)
    names = names_of(case, file)
    lines = lines_of(file, names, now=now)
    told = told_in_case(number)
    sources = _sources()
    moments = moments_of(file.happened, told, acts_in_case(number), names, sources)
    return Whole(
        case, file, names, lines, _found(file, names), told, moments, next_to_end(lines, now=now), sources, now
    )


def _sources() -> dict[str, str]:
    """What sources of events are called: the systems that are registered, and the platform's own modules."""
    return {"inspection": _("质量巡查"), "points": _("积分"), **dict(Source.objects.values_list("id", "title"))}


def names_of(case: OpenCase, file: CaseFile) -> dict[str, str]:
    """What persons, things and units are called. Persons by their masked names."""
    codes = {event.unit for event in file.happened} | {clock.unit for clock in file.clocks}
    codes |= {finding.unit for finding in file.findings}
    units = Unit.objects.filter(pk__in=sorted(code for code in codes if code)).values_list("code", "short_name")
    named = {thing.code: thing.title for thing in (*case.items, *case.dossiers) if thing.title}
    return {**dict(units), **named, **{party.id: party.masked_name for party in case.persons}}


def doors(whole: Whole) -> list[Door]:
    """The strip of five: each with its number, what it consists of and its gravest level."""
    case, running = whole.case, [line for line in whole.lines if not line.is_over]
    roles = _counted(role for party in case.persons for role in party.roles)
    over = sum(line.level == "over" for line in whole.lines)
    pages, documents = sum(each.pages for each in case.dossiers), sum(each.documents for each in case.dossiers)
    said = {
        PERSON: (_("%(n)d 人") % {"n": len(case.persons)}, " · ".join(f"{_(role)} {n}" for role, n in roles)),
        MATTER: (
            _("%(n)d 个期限") % {"n": len(whole.lines)},
            _("运行中 %(running)d · 已结束 %(over)d")
            % {"running": len(running), "over": len(whole.lines) - len(running)},
        ),
        ITEM: (_("%(n)d 件") % {"n": len(case.items)}, _first([item.title or item.code for item in case.items])),
        DOSSIER: (
            _("%(n)d 册 %(pages)d 页") % {"n": len(case.dossiers), "pages": pages},
            _("文书 %(n)d 份") % {"n": documents},
        ),
        UNIT: (case.unit or _("未登记"), _("已超期 %(n)d 个") % {"n": over}),
    }
    levels = _levels(whole)
    return [Door(view, GLYPHS[view], TITLES[view], *said[view], worst(levels[view])) for view in VIEWS]


def sections(whole: Whole, view: str) -> list[Section]:
    """A view: each of its things, registered ones first, and last what names none of them."""
    lines = [(places_of_line(line).get(view), line) for line in whole.lines]
    found = [(places_of_found(each).get(view), each) for each in whole.found]
    moments = [(_places(moment).get(view), moment) for moment in whole.moments]
    registered = _registered(whole.case, view)
    used = {place for place, _each in (*lines, *found, *moments) if place is not None}
    others = sorted(used - registered.keys() - {UNNAMED})
    ids = [*registered, *others, *([UNNAMED] if UNNAMED in used else [])]
    return [
        Section(
            id=id_,
            title=_title(whole, view, id_),
            note=registered.get(id_, ""),
            is_registered=id_ in registered,
            lines=[line for place, line in lines if place == id_],
            found=[each for place, each in found if place == id_],
            moments=[moment for place, moment in moments if place == id_],
        )
        for id_ in ids
    ]


def places_of_line(line: Line) -> Places:
    """Where a clock stands in the five views."""
    return places_of_judged(line.clock, subject=line.rule.subject, element=line.rule.element)


def places_of_found(found: Found) -> Places:
    """Where the finding of a check stands."""
    return places_of_judged(found.finding, subject=found.subject, element=found.element)


def _places(moment: Moment) -> Places:
    """Where an entry of the course stands; what people did about alerts concerns the matter."""
    return places_of_event(moment.event) if moment.event is not None else {MATTER: UNNAMED}


def _levels(whole: Whole) -> dict[str, list[str]]:
    levels: dict[str, list[str]] = {view: [] for view in VIEWS}
    for line in whole.lines:
        for view in places_of_line(line):
            levels[view].append(line.level)
    for each in whole.found:
        for view in places_of_found(each):
            levels[view].append("unknown" if each.finding.level == "ask" else each.finding.level)
    return levels


def _found(file: CaseFile, names: Mapping[str, str]) -> list[Found]:
    """What checks find now and nobody has mended."""
    if file.rulebook is None:
        return []
    rules = {rule.id: rule for rule in all_rules(file.rulebook)}
    checks = {check.id: check for check in file.rulebook.checks}
    types, events = page_vocabulary().event_types, {event.key: event for event in file.happened}
    wording = Wording(page_language(), ZONE.key)
    shown = [row for row in file.findings if row.rule in checks and row.closed_at is None]
    found = []
    for row in shown:
        check = checks[row.rule]
        title = rules[row.rule].title_en if is_english() else rules[row.rule].title
        about = row.subject if row.subject not in (None, row.case) else None
        keys = [key for key in row.events or () if key in events and events[key].type in types]
        rests_on = [types[events[key].type].title for key in keys]
        named = names.get(about, about) if about else None
        said = wording.about(title, named)
        found.append(Found(row, said, check.key, check.element, rests_on))
    return found


def _registered(case: OpenCase, view: str) -> dict[str, str]:
    """The things that are registered with a case, and what is said beside each."""
    if view == PERSON:
        return {party.id: "、".join(_(role) for role in party.roles) for party in case.persons}
    if view == ITEM:
        return {item.code: " · ".join(filter(None, (item.code, item.note))) for item in case.items}
    if view == DOSSIER:
        said = _("%(code)s · 文书 %(documents)d 份 · %(pages)d 页")
        return {
            each.code: said % {"code": each.code, "documents": each.documents, "pages": each.pages}
            for each in case.dossiers
        }
    if view == UNIT and case.unit_code:
        officers = "、".join(f"{_(each.role)} {each.name}（{each.number}）" for each in case.officers)
        return {case.unit_code: officers}
    return {}


def _title(whole: Whole, view: str, id_: str) -> str:
    if id_ != UNNAMED:
        known = {**whole.names, whole.case.unit_code: whole.case.unit}
        return known.get(id_) or id_
    if view == MATTER:
        return _("全案")
    return {
        PERSON: _("没有写明是哪个人"),
        ITEM: _("没有写明是哪件物品"),
        DOSSIER: _("没有写明是哪份文书"),
        UNIT: _("没有写明是哪个单位"),
    }[view]


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return list(found.items())


def _first(titles: Sequence[str]) -> str:
    """The first thing by name, and that there are more."""
    if not titles:
        return _("没有登记")
    return titles[0] if len(titles) == 1 else _("%(first)s 等") % {"first": titles[0]}
