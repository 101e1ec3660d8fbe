"""The sentences of a rule in which the blanks of its form stand, in the order in which they are read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.rulemaking.forms import SentencesForm

SLOT: Final = re.compile(r"\{([\w.]+)\}")

NAMED: Final = (_("这条规则叫 {title}。"), _("它是 {nature}。"), _("现在 {status}。"), _("不符合时按 {level} 处理。"))
COUNTED: Final = (
    _("当 {start} 之一发生，开始计算。"),
    _("期限 {amount} {unit}。"),
    _("起算：{counting}。"),
    _("届满遇休息日 {roll}。"),
    _("最迟读法：{outer}。"),
    _("有 {met_by} 之一，算办完。"),
    _("有 {moot_by} 之一，不再计算。"),
    _("例外：按时记有 {excused_by} 之一，逾期不算超期。"),
)
JUDGED: Final = (
    _("当 {acts} 之一发生，核查一次。"),
    _("只在 {begins} 之一发生以后核查。"),
    _("到 {ends} 之一为止。"),
    _("在它之前应当有 {after} 之一。"),
    _("从最近一次 {since} 之一起看。"),
    _("离那一次至少 {since_at_least} 才核查。"),
    _("在它之后应当有 {must} 之一。"),
    _("时限 {within}。"),
    _("从 {from} 之一起算。"),
    _("提前 {before} 以内也算。"),
    _("同一时间不得有两次；以 {ended_by} 之一为结束。"),
    _("没有记录结束的，按最长 {longest} 看。"),
    _("以 {left_by} 之一为结束。"),
    _("最长 {at_most}。"),
    _("最短 {at_least}。"),
    _("不得在 {outside_from} 到 {outside_to} 之间进行。"),
    _("至多 {times} 次。"),
    _("在 {window} 之内。"),
    _("有 {anew} 之一以后重新计数。"),
    _("与 {with} 之一核对。"),
    _("看 {look} 的一条。"),
    _("没有可核对的记录时 {without}。"),
)
RECKONED: Final = {
    "pause": (_("从 {from} 起，"), _("到 {to} 之一止，这段时间不计入。")),
    "extension": (_("有 {event}，可以延长，"), _("共到 {total}。"), _("再加 {added}。")),
    "restart": (_("有 {event}，重新计算。"),),
}
KEPT: Final = (_("现行版本不计入的期间：{kept_pauses}。"), _("现行版本可以的延长：{tiers}。"))
TESTED: Final = {
    "applies": (_("只在这样时适用：{test}"), _("或者：{test}")),
    "require": (_("必须：{test}"), _("或者必须：{test}")),
    "if": (_("那一条记录要：{test}"), _("那一条记录要：{test}")),
    "unless": (_("例外：{test}"), _("或者例外：{test}")),
    "assume": (_("没有写明时当作：{test}"), _("没有写明时当作：{test}")),
}
WARNED: Final = (
    _("届满前 {blue} 蓝色提示，告诉 {tell_blue}。"),
    _("届满前 {yellow} 黄色预警，告诉 {tell_yellow}。"),
    _("届满前 {red} 红色预警，告诉 {tell_red}。"),
)
FOUND: Final = (_("蓝色提示告诉 {tell_blue}。"), _("黄色预警告诉 {tell_yellow}。"), _("红色预警告诉 {tell_red}。"))
ASKED: Final = (_("缺少事实、要核实时问 {tell_ask}。"), _("怎样补救：{mends}"))
BASED: Final = (_("自 {in_force} 起适用，依据 {basis}。"),)
WRITTEN: Final = (
    _("快届满时写给民警：{says_approaching}"),
    _("超期时写给民警：{says_overdue}"),
    _("超期办结时写给民警：{says_late}"),
    _("不符合时写给民警：{says_broken}"),
    _("要核实时写给民警：{says_unknown}"),
)


@dataclass(frozen=True)
class Part:
    """Some words of a sentence, or a blank in it."""

    words: str = ""
    blank: BoundField | None = None


@dataclass(frozen=True)
class Group:
    """Sentences under one heading."""

    title: str | Promise
    sentences: Sequence[Sequence[Part]]


def groups(form: SentencesForm) -> list[Group]:
    """Every blank of a form in its sentence; a group without sentences is left out."""
    warned = WARNED if "blue" in form.fields else FOUND
    found = (
        Group(_("规则"), list(_said(NAMED, form))),
        Group(_("怎么算"), [*_said(COUNTED, form), *_said(JUDGED, form), *_lasting(form), *_said(KEPT, form)]),
        Group(_("适用、要求和例外"), list(_tests(form))),
        Group(_("告诉谁"), [*_said(warned, form), *_said(ASKED, form)]),
        Group(_("依据"), list(_said(BASED, form))),
        Group(_("短信"), list(_said(WRITTEN, form))),
    )
    return [group for group in found if group.sentences]


def _said(sentences: Sequence[str | Promise], form: SentencesForm, prefix: str = "") -> Iterator[list[Part]]:
    """The sentences of which the form has every blank."""
    for sentence in sentences:
        names = {slot: f"{prefix}{slot}" for slot in SLOT.findall(str(sentence))}
        if all(name in form.fields for name in names.values()):
            yield list(_parts(str(sentence), form, names))


def _parts(sentence: str, form: SentencesForm, names: dict[str, str]) -> Iterator[Part]:
    for n, piece in enumerate(SLOT.split(sentence)):
        if n % 2:
            yield Part(blank=form[names[piece]])
        elif piece:
            yield Part(words=piece)


def _lasting(form: SentencesForm) -> Iterator[list[Part]]:
    """Pauses, extensions, restarts, each by its number."""
    for table, sentences in RECKONED.items():
        numbers = dict.fromkeys(name.split(".")[1] for name in form.fields if name.startswith(f"{table}."))
        for number in numbers:
            yield [part for said in _said(sentences, form, f"{table}.{number}.") for part in said]


def _tests(form: SentencesForm) -> Iterator[list[Part]]:
    """Each test on a fact: what the fact is called, and the blank of what it must be."""
    for table, (first, other) in TESTED.items():
        for name, field in form.fields.items():
            if name.startswith(f"{table}."):
                begins = first if name.split(".")[1] == "0" else other
                words, _blank, after = str(begins).partition("{test}")
                yield [Part(words=f"{words}{field.label} "), Part(blank=form[name]), Part(words=after)]
