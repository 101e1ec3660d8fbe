"""Rules as pages show them: a line of the list, and the whole of one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.cases.words import in_page_language
from zhunsheng.apps.desk.rule_tests import ShownTest, shown_test
from zhunsheng.apps.desk.rulebook import all_rules
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.formats import is_english, page_language
from zhunsheng.apps.display.listing import Asked, Choice, Column, Filter, Listing
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Basis, Rule
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.rulecheck.track import amount_words, lead_words, steps

ELEMENTS: Final = {
    "person": _("人"), "matter": _("事"), "item": _("物"), "dossier": _("卷宗"), "unit": _("单位"), "place": _("场所"),
}  # fmt: skip
NATURES: Final = {"statutory": _("法定期限"), "internal": _("内部时限"), "agreed": _("约定时限")}
STATUSES: Final = {
    "draft": _("草稿"), "trial": _("试用：只显示，不发送"), "stable": _("启用"), "retired": _("停用"),
}  # fmt: skip
SOURCES: Final = {
    "full": _("已读条文全文"),
    "full_2018": _("已读2018年文本，2020年修改未见"),
    "secondary": _("转引"),
    "memory": _("未见条文"),
    "local": _("地方规定"),
}
SORTS: Final = {"deadline": _("期限"), "check": _("核查")}
CHECK_KINDS: Final = {
    "fact": _("看记录里的一项内容"),
    "order": _("看先后次序"),
    "absent": _("看有没有随后该有的记录"),
    "overlap": _("看两件事有没有同时进行"),
    "span": _("看持续多久、在什么时段"),
    "count": _("看一段时间里的次数"),
    "match": _("看两处记录是否一致"),
}
LEVELS: Final = ("blue", "yellow", "red", "ask")
Words = str | Promise


@dataclass(frozen=True)
class RuleLine:
    """One line of the list."""

    id: str
    title: str
    sort: Words
    element: Words
    nature: Words
    limit: Words
    basis: str
    tests: int
    status: str
    status_words: Words
    is_limit: bool


@dataclass(frozen=True)
class Law:
    """One article that a version rests on."""

    instrument: str
    article: str
    gist: str
    since: date | None


@dataclass(frozen=True)
class Told:
    """Who is told at a level, and when."""

    level: str
    when: str
    people: Sequence[str]


@dataclass(frozen=True)
class RulePage:
    """What the page of a rule shows. `computation`: pairs of what and how, in the order in which time passes."""

    line: RuleLine
    source: Words
    custody: bool
    enabled: bool
    note: str
    laws: Sequence[Law]
    computation: Sequence[tuple[Words, Words]]
    told: Sequence[Told]
    tests: Sequence[ShownTest]


def listing() -> Listing:
    """Columns and filters of the list of rules. It is in memory: the filters are read by `chosen`."""
    columns = (
        Column("title", str(_("规则"))),
        Column("sort", str(_("种类"))),
        Column("element", str(_("要素"))),
        Column("nature", str(_("性质"))),
        Column("limit", str(_("期限或方式"))),
        Column("basis", str(_("依据"))),
        Column("tests", str(_("用例")), css="r"),
        Column("status", str(_("状态"))),
    )
    filters = (
        Filter("text", str(_("名称、编号或条文")), lambda _value: Q()),
        Filter("sort", str(_("种类")), lambda _value: Q(), _choices(SORTS)),
        Filter("element", str(_("要素")), lambda _value: Q(), _choices(ELEMENTS)),
        Filter("nature", str(_("性质")), lambda _value: Q(), _choices(NATURES)),
        Filter("status", str(_("状态")), lambda _value: Q(), _choices(STATUSES)),
    )
    return Listing(columns, filters, default_sort="")


def chosen(rulebook: Rulebook, asked: Asked) -> list[RuleLine]:
    """The lines that fit the filters, deadlines before checks, by id."""
    return [_line(rule) for rule in all_rules(rulebook) if _fits(rule, asked.values)]


def cells(line: RuleLine) -> Iterator[Cell]:
    """One rule as it is taken away."""
    yield from (line.title, line.id, str(line.sort), str(line.element), str(line.nature), str(line.limit))
    yield from (line.basis, line.tests, str(line.status_words))


def rule_page(rulebook: Rulebook, rule_id: str) -> RulePage | None:
    """The whole of one rule; None where there is none of that name."""
    rule = next((each for each in all_rules(rulebook) if each.id == rule_id), None)
    if rule is None:
        return None
    vocabulary = in_page_language(rulebook.vocabulary)
    return RulePage(
        line=_line(rule),
        source=SOURCES[rule.source],
        custody=rule.custody,
        enabled=rule.enabled,
        note=rule.note,
        laws=list(_laws(rule)),
        computation=_steps(rule, vocabulary) if isinstance(rule, Rule) else _judgement(rule, vocabulary),
        told=list(_told(rule, vocabulary)),
        tests=[shown_test(test, vocabulary) for test in rule.tests],
    )


def _line(rule: Rule | Check) -> RuleLine:
    basis = rule.versions[-1].basis
    return RuleLine(
        id=rule.id,
        title=rule.title_en if is_english() else rule.title,
        sort=SORTS["deadline" if isinstance(rule, Rule) else "check"],
        element=ELEMENTS[rule.element],
        nature=NATURES[rule.nature],
        limit=_limit(rule),
        basis=f"《{basis[0].instrument}》{basis[0].article}" if basis else "",
        tests=len(rule.tests),
        status=rule.status,
        status_words=STATUSES[rule.status],
        is_limit=isinstance(rule, Rule),
    )


def _limit(rule: Rule | Check) -> Words:
    if isinstance(rule, Check):
        return CHECK_KINDS[rule.kind]
    limits = rule.versions[-1].limits
    return amount_words(limits[-1].amount, limits[-1].unit, language=page_language()) if limits else _("从另一期限倒推")


def _fits(rule: Rule | Check, values: Mapping[str, str]) -> bool:
    own = {"element": rule.element, "nature": rule.nature, "status": rule.status}
    own["sort"] = "deadline" if isinstance(rule, Rule) else "check"
    if any(values.get(name, value) != value for name, value in own.items()):
        return False
    articles = [f"{law.instrument}{law.article}" for law in _laws(rule)]
    text = " ".join((rule.id, rule.title, rule.title_en, *articles)).casefold()
    return values.get("text", "").casefold() in text


def _laws(rule: Rule | Check) -> Iterator[Law]:
    for version in rule.versions:
        for basis in version.basis:
            yield Law(_instrument(basis), basis.article, basis.gist, version.in_force)


def _instrument(basis: Basis) -> str:
    return f"{basis.instrument}（{basis.year}）" if basis.year else basis.instrument


def _steps(rule: Rule, vocabulary: Vocabulary) -> list[tuple[Words, Words]]:
    return [(step.label, step.text) for step in steps(rule, vocabulary, language=page_language())]


def _judgement(check: Check, vocabulary: Vocabulary) -> list[tuple[Words, Words]]:
    events = formats.listed(vocabulary.event_types[name].title for name in check.events)
    return [(_("看什么"), events), (_("怎么看"), CHECK_KINDS[check.kind]), (_("编号"), check.code)]


def _told(rule: Rule | Check, vocabulary: Vocabulary) -> Iterator[Told]:
    for level in LEVELS:
        roles = rule.recipients.get(level, ())
        if roles:
            when = (
                lead_words(rule.leads, level, language=page_language())
                if isinstance(rule, Rule) and level != "ask"
                else ""
            )
            yield Told(level, when, [vocabulary.roles[role] for role in roles])


def _choices(words: Mapping[str, Words]) -> tuple[Choice, ...]:
    return tuple(Choice(value, str(title)) for value, title in words.items())


def active(rules: Iterable[RuleLine]) -> int:
    """How many of some rules are in use."""
    return sum(rule.status == "stable" for rule in rules)
