"""Check sheets: what a reader is asked about a file, and what he may answer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

ANSWERS: Final = {
    "pass": "合格",
    "flaw": "瑕疵",
    "problem": "问题",
    "not_applicable": "不涉及",
    "cannot_tell": "看不出",
}
"""In the order of the keys 1 to 5."""
SEVERITIES: Final = {"blue": "提示", "yellow": "瑕疵可补正", "red": "影响权利或证据效力"}
AUTOMATIC: Final = {"yes": "数据先答", "partly": "数据提示", "no": "人工阅卷"}
CONFIDENCES: Final = ("full", "full_2018", "secondary", "memory", "local")
STATUSES: Final = ("draft", "trial", "stable", "retired")
USES: Final = {
    "criminal": "刑事案件",
    "administrative": "行政（治安）案件",
    "minor": "有未成年人",
    "injury": "伤害",
    "theft": "盗窃",
    "drugs": "涉毒",
    "drunk_driving": "醉驾",
    "family": "家庭关系",
    "incident": "警情",
    "property": "有涉案财物或款项",
    "area": "到过办案区",
}
"""What makes a sheet part of the questions to a file: its procedure, and whatever the facts call for."""
FAULTS: Final = ("flaw", "problem")
LONGEST_CLOCK_DAYS: Final = 30


@dataclass(frozen=True)
class Question:
    """One question. `rules` and `checks` name what data say of it first; `basis` the articles, by short names."""

    id: str
    text: str
    look_at: str
    severity: str
    automatic: str
    confidence: str
    basis: tuple[str, ...]
    rules: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """What may be answered: a red question knows no flaw."""
        return tuple(answer for answer in ANSWERS if answer != "flaw" or self.severity != "red")

    @property
    def is_draft(self) -> bool:
        """Whether its basis was only remembered: a lawyer must sign before it leaves the draft."""
        return self.confidence == "memory"


@dataclass(frozen=True)
class Section:
    """Questions under a heading."""

    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Sheet:
    """A check sheet in one version."""

    id: str
    title: str
    use: str
    version: int
    in_force: date
    status: str
    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, in order."""
        return tuple(question for section in self.sections for question in section.questions)


@dataclass(frozen=True)
class Answer:
    """What a reader says to a question. `page` or `event` says where; the rest is asked where something is wrong."""

    question: str
    answer: str
    note: str = ""
    page: str = ""
    event: str = ""
    basis: str = ""
    responsible: str = ""
    remedy_days: int | None = None


class AnswerRefused(ValueError):
    """An answer lacks what it must say. `code` is one of LACKS."""

    def __init__(self, question: str, code: str) -> None:
        self.question, self.code = question, code
        super().__init__(f"{question}：{LACKS[code]}")


LACKS: Final = {
    "unknown_question": "没有这个问题。请刷新评查表后再答。",
    "unknown_answer": "不能这样回答。请在列出的答案中选择。",
    "where": "请写明页码或事件。",
    "basis": "请写明依据。",
    "responsible": "请写明责任人。",
    "remedy_days": "请写明整改期限（1至30天）。",
    "missing": "请写明缺少什么材料。",
    "why_not": "数据显示本项适用，请写明不涉及的理由。",
    "contradicts": "与数据的判断不同，请写明理由。",
}


def checked(answer: Answer, question: Question, *, said_by_data: str | None = None) -> Answer:
    """An answer that says all it must.

    Takes   said_by_data: pass or problem, where rules have judged the question for this file; None where they did not.
    Raises  AnswerRefused.
    """
    if answer.answer not in question.answers:
        raise AnswerRefused(question.id, "unknown_answer")
    if answer.answer == "problem":
        _complete(answer, question)
    if answer.answer == "flaw" and not (answer.page or answer.event):
        raise AnswerRefused(question.id, "where")
    if answer.answer == "cannot_tell" and not answer.note.strip():
        raise AnswerRefused(question.id, "missing")
    if answer.answer == "not_applicable" and said_by_data is not None and not answer.note.strip():
        raise AnswerRefused(question.id, "why_not")
    if contradiction(answer.answer, said_by_data) and not answer.note.strip():
        raise AnswerRefused(question.id, "contradicts")
    return answer


def _complete(answer: Answer, question: Question) -> None:
    lacking = {
        "where": not (answer.page or answer.event),
        "basis": not answer.basis.strip(),
        "responsible": not answer.responsible.strip(),
        "remedy_days": answer.remedy_days is None or not 1 <= answer.remedy_days <= LONGEST_CLOCK_DAYS,
    }
    for code, is_lacking in lacking.items():
        if is_lacking:
            raise AnswerRefused(question.id, code)


def contradiction(answer: str, said_by_data: str | None) -> str | None:
    """What a contradiction of the data reports about the rule: false_alarm or missed; None where they agree."""
    if said_by_data == "problem" and answer == "pass":
        return "false_alarm"
    if said_by_data == "pass" and answer in FAULTS:
        return "missed"
    return None


def composed(sheets: Iterable[Sheet], uses: Collection[str], *, on: date) -> tuple[Sheet, ...]:
    """The sheets that a file calls for, each in the version in force on a day; a rule is asked about once.

    The first sheet that asks about a rule keeps the question; later ones leave out those all of whose rules and checks
    were asked about before.
    """
    newest: dict[str, Sheet] = {}
    for sheet in sheets:
        if sheet.use in uses and sheet.in_force <= on and sheet.status != "retired":
            known = newest.get(sheet.id)
            newest[sheet.id] = sheet if known is None or known.version < sheet.version else known
    order = list(USES)
    asked: set[str] = set()
    found = []
    for sheet in sorted(newest.values(), key=lambda one: order.index(one.use)):
        sections = tuple(Section(part.title, tuple(_new(part.questions, asked))) for part in sheet.sections)
        kept = tuple(part for part in sections if part.questions)
        found.append(Sheet(sheet.id, sheet.title, sheet.use, sheet.version, sheet.in_force, sheet.status, kept))
    return tuple(found)


def _new(questions: Iterable[Question], asked: set[str]) -> Iterable[Question]:
    for question in questions:
        about = {*question.rules, *question.checks}
        if about and about <= asked:
            continue
        asked |= about
        yield question


def score(answers: Mapping[str, str]) -> tuple[int, int]:
    """How many questions were kept, and how many could be: what does not apply or cannot be told is in neither."""
    judged = [answer for answer in answers.values() if answer in ("pass", "flaw", "problem")]
    return judged.count("pass"), len(judged)
