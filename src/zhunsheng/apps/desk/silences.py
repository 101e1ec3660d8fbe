"""静默: which rules are held back, by whom, why and until when; one is set or ended early here. Never for liberty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import Silence
from zhunsheng.apps.alerts.selectors import visible_groups
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.rulebook import all_rules, rule_titles, shown_rulebook
from zhunsheng.apps.display.listing import Asked, Column, Filter, Listing, Page, choices
from zhunsheng.apps.display.options import OneOfMany
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.org.selectors import unit_names
from zhunsheng.core.check import Check
from zhunsheng.core.rule import Rule

AUDIENCE: Final = frozenset({"legal_department", "inspectorate"})
SETTERS: Final = frozenset({"legal_department"})
MOMENT: Final = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Line:
    """One silence. `held`: the open alerts that it keeps back now; None once it is over. `state`: waiting, on, over."""

    silence: Silence
    title: str
    unit: str
    state: str
    held: int | None

    @property
    def words(self) -> str:
        """How it stands."""
        if self.state == "over":
            return _("已提前结束") if self.silence.ended_at else _("已结束")
        return _("静默中") if self.state == "on" else _("未开始")


@dataclass(frozen=True)
class Silenced:
    """One page of the list. `on`: how many hold something back now or will."""

    page: Page[Silence]
    lines: Sequence[Line]
    on: int


class SilenceForm(forms.Form):
    """A rule, whom it concerns, until when, and why. Whether it may be, the service says."""

    rule = OneOfMany(
        label=gettext_lazy("规则"),
        help_text=gettext_lazy("涉及限制人身自由的规则不能静默，这里不列。"),
        error_messages={"required": gettext_lazy("请选择规则。"), "invalid_choice": gettext_lazy("请从列表中选择。")},
    )
    unit = OneOfMany(
        label=gettext_lazy("单位"),
        required=False,
        help_text=gettext_lazy("连同下级单位。"),
        error_messages={"invalid_choice": gettext_lazy("请从列表中选择。")},
    )
    until = forms.DateTimeField(
        label=gettext_lazy("到什么时候"),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M"],
        help_text=gettext_lazy("24小时制，例如 2026-11-23 16:48。最长30天；到期前一天提醒设立人。"),
        error_messages={
            "required": gettext_lazy("请填写结束时间。"),
            "invalid": gettext_lazy("请按 2026-11-23 16:48 的样子填写。"),
        },
        widget=forms.DateTimeInput({"autocomplete": "off"}, format=MOMENT),
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        help_text=gettext_lazy("纪检督察会看到。"),
        error_messages={"required": gettext_lazy("请写明事由。")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = {rule.id: rule for rule in _silenceable()}
        titles = rule_titles()
        named = sorted(((name, titles[name]) for name in self.rules), key=lambda pair: pair[1])
        _choose(self.fields["rule"], [("", ""), *named])
        _choose(self.fields["unit"], [("", _("全市")), *units.choices(viewer)])


def listing(viewer: Viewer, *, now: datetime) -> Listing:
    """Columns and filters of the list: what ends last stands first."""
    states = [("on", _("静默中")), ("over", _("已结束"))]
    ahead = Q(until_at__gt=now, ended_at=None)
    columns = (
        Column("rule", _("规则")),
        Column("unit", _("单位")),
        Column("reason", _("原因")),
        Column("from", _("起"), sort=("from_at", "pk")),
        Column("until", _("止"), sort=("until_at", "pk")),
        Column("state", _("状态")),
    )
    filters = (
        Filter("state", _("状态"), lambda value: ahead if value == "on" else ~ahead, choices(states)),
        Filter("unit", _("单位"), units.within, choices(units.choices(viewer))),
        Filter("text", _("规则"), _of_rule, hint=_("规则名称或编号")),
        Filter("owner", _("设立人"), lambda value: Q(owner__name=value)),
    )
    return Listing(columns, filters, default_sort="-until")


def _of_rule(text: str) -> Q:
    """Silences of rules that are called so, in the language of the page or when they were silenced, or have such an
    id."""
    shown = [rule for rule, title in rule_titles().items() if text.casefold() in title.casefold()]
    return Q(rule__in=shown) | Q(rule__icontains=text) | Q(title__icontains=text)


def cells(line: Line) -> Iterator[Cell]:
    """One silence as it is taken away."""
    row = line.silence
    yield from (line.title, row.rule, line.unit if row.unit else _("全市"), row.reason, row.owner.name)
    yield from (row.from_at, row.until_at, row.ended_at, line.words, line.held)


def silenced(viewer: Viewer, asked: Asked, *, now: datetime) -> Silenced:
    """One page of the silences."""
    page = asked.page(Silence.objects.select_related("owner"))
    titles, names = rule_titles(), unit_names({row.unit for row in page.rows if row.unit})
    held = _held(viewer, [row for row in page.rows if _state(row, now) != "over"])
    lines = [
        Line(row, titles.get(row.rule, row.title), names.get(row.unit, row.unit), _state(row, now), held.get(row.pk))
        for row in page.rows
    ]
    return Silenced(page, lines, Silence.objects.filter(until_at__gt=now, ended_at=None).count())


def _state(row: Silence, now: datetime) -> str:
    if row.ended_at is not None or row.until_at <= now:
        return "over"
    return "on" if row.from_at <= now else "waiting"


def _held(viewer: Viewer, rows: Sequence[Silence]) -> dict[int, int]:
    """How many open alerts each of some silences keeps back in its units, of those that the viewer sees."""
    if not rows:
        return {}
    of_each = {
        f"of_{row.pk}": Count("pk", filter=Q(rule=row.rule) & (units.within(row.unit) if row.unit else Q()))
        for row in rows
    }
    held = visible_groups(viewer).filter(held="silenced", closed_at=None, rule__in={row.rule for row in rows})
    found = held.aggregate(**of_each)
    return {row.pk: found[f"of_{row.pk}"] for row in rows}


def _silenceable() -> list[Rule | Check]:
    rulebook = shown_rulebook()
    rules = all_rules(rulebook) if rulebook else []
    return [rule for rule in rules if rule.status == "stable" and not rule.custody]


def _choose(field: forms.Field, named: Sequence[tuple[str, str]]) -> None:
    assert isinstance(field, OneOfMany)
    field.offer(named)
