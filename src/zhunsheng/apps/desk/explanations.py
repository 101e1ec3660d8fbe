"""怎么算的: the steps of one clock in the six parts of every explanation. They are the fold's own log; nothing here
computes a date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.cases.words import in_page_language
from zhunsheng.apps.desk.case_track import Line
from zhunsheng.apps.display import formats
from zhunsheng.apps.supervision.case_file import CaseFile, Happened
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Basis, Rule
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.explanation import QUESTION_WORDS, TIER, Explainer, fact_title
from zhunsheng.value_words import value_word

PARTS: Final = (
    ("start", _("起点"), ("start", "restart", "wait")),
    ("limit", _("期限"), ("limit", "version")),
    ("count", _("起算"), ("count",)),
    ("holiday", _("节假日"), ("roll",)),
    (
        "moves",
        _("延长、中止、扣除"),
        ("extend", "late_extension", "extension_out_of_order", "pause", "late_pause", "resume", "until"),
    ),
    ("due", _("届满"), ("due_strict", "due", "satisfied", "terminated", "excused", "lapsed", "question")),
)
"""Every explanation has these parts, in this order; a part of which there is nothing says so."""


@dataclass(frozen=True)
class Part:
    """One numbered step. `sentences` may be none."""

    name: str
    title: str | Promise
    sentences: Sequence[str]


@dataclass(frozen=True)
class Law:
    """One article that it rests on."""

    instrument: str
    article: str
    gist: str


@dataclass(frozen=True)
class Explanation:
    """How one due time was reached. `start` is the event that it counts from; `to_do` what ends the limit, in words."""

    line: Line
    parts: Sequence[Part]
    laws: Sequence[Law]
    start: Happened | None
    in_force: date | None
    to_do: str


class PageExplainer(Explainer):
    """Sentences with the formats of pages."""

    def moment(self, instant: datetime | None, *, at_end: bool = False) -> str:
        """2026年11月23日 24:00."""
        return formats.moment(instant, at_end=at_end)

    def day(self, day: date) -> str:
        """11月21日 周六."""
        return f"{formats.short_day(day)} {formats.weekday(day)}"

    def title(self, event_type: str | None) -> str:
        """执行刑事拘留, Criminal detention executed."""
        known = self.vocabulary.event_types.get(event_type or "")
        return known.title if known else event_type or ""

    def tier(self, tier: str) -> str:
        """7日, 7 days."""
        return value_word(TIER, tier, self.vocabulary)

    def question(self, question: str, fact: str) -> str:
        """缺少事实（案件类别）, a fact is missing (Kind of case)."""
        words = QUESTION_WORDS[self.language].get(question, question)
        named = fact_title(fact, self.vocabulary) if fact else ""
        return gettext("%(question)s（%(fact)s）") % {"question": words, "fact": named} if named else words


def explanation_of(line: Line, file: CaseFile) -> Explanation:
    """The explanation of one clock of a file that has a rulebook."""
    assert file.rulebook is not None  # a line is made from a rule
    clock, rule = line.clock, line.rule
    types = {event.key: event.type for event in file.happened}
    version = rule.versions[max(clock.rule_version, 1) - 1]
    return Explanation(
        line=line,
        parts=_parts(file.steps.get(clock.key, ()), line, file.rulebook, types),
        laws=[_law(basis) for basis in version.basis],
        start=next((event for event in file.happened if event.key == clock.start_event), None),
        in_force=version.in_force,
        to_do="" if line.is_over else _to_do(rule, in_page_language(file.rulebook.vocabulary)),
    )


def _to_do(rule: Rule, vocabulary: Vocabulary) -> str:
    """What has to be on record for a limit to end."""
    titles = [vocabulary.event_types[name].title for name in rule.stop.satisfying]
    acts = formats.listed(titles)
    if len(titles) < 2:
        return gettext("登记“%(acts)s”，期限即结束。") % {"acts": acts} if titles else ""
    if rule.stop.all_of:
        return gettext("下列各项都登记了，期限才结束：%(acts)s。") % {"acts": acts}
    return gettext("登记下列任何一项，期限即结束：%(acts)s。") % {"acts": acts}


def _parts(steps: Sequence[Mapping[str, Any]], line: Line, rulebook: Rulebook, types: Mapping[str, str]) -> list[Part]:
    vocabulary = in_page_language(rulebook.vocabulary)
    explainer = PageExplainer(line.rule, vocabulary, rulebook.calendar, language=formats.page_language())
    told = list(zip(steps, explainer.sentences(steps, types), strict=True))
    return parts_of(told)


def parts_of(told: Sequence[tuple[Mapping[str, Any], str]]) -> list[Part]:
    """Steps with their sentences in the parts of every explanation."""
    return [Part(name, title, list(_of_kinds(told, kinds))) for name, title, kinds in PARTS]


def _of_kinds(told: Iterable[tuple[Mapping[str, Any], str]], kinds: Sequence[str]) -> Iterable[str]:
    """The sentences of some kinds, in the order of the kinds where these come once, else as they happened."""
    chosen = [(step, sentence) for step, sentence in told if step["kind"] in kinds]
    if kinds[0] == "limit":
        chosen.sort(key=lambda pair: kinds.index(pair[0]["kind"]))
    return dict.fromkeys(sentence for _, sentence in chosen)


def _law(basis: Basis) -> Law:
    name = f"{basis.instrument}（{basis.year}）" if basis.year else basis.instrument
    return Law(name, basis.article, basis.gist)
