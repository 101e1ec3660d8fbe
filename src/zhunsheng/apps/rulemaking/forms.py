"""The form of a rule's sentences, and that of a back-test."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.rulemaking.blanks import LENGTHS, LEVELS, blank, cited_words
from zhunsheng.apps.rulemaking.lengths import as_said, as_stated
from zhunsheng.core.rules import parse_duration
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.rulecheck.sentences import Value, own_names, said

Library = Mapping[str, Mapping[str, Any]]
"""What an article is called on the page → the row of the file that cites it."""
LEADS: Final = ("PT6H", "PT12H", "PT24H", "PT36H", "P1D", "P2D", "P3D", "P5D", "P7D", "P10D", "P15D", "P30D")
DAY: Final = "%Y-%m-%d"
ALWAYS: Final = "always"
ALWAYS_WORD: Final = _("一直")
OF_TIME: Final = frozenset({*LENGTHS, *LEVELS})
"""The sentences that hold a length of time."""


class SentencesForm(forms.Form):
    """What a rule's file says, one blank a value; only those that the file has a place for."""

    def __init__(self, text: str, vocabulary: Vocabulary, library: Library, data: Any = None) -> None:
        self.spoken = said(text)
        self.library = {**library, **_cited(self.spoken)}
        super().__init__(
            data, initial={name: as_asked(value, name) for name, value in self.spoken.items()}, prefix=None
        )
        own = own_names(text)
        for name, value in self.spoken.items():
            field = blank(name, value, vocabulary, list(self.library), own)
            if field is not None:
                self.fields[name] = field

    def values(self) -> dict[str, Value]:
        """The sentences as the file takes them."""
        return {name: self._value(name, value) for name, value in self.cleaned_data.items()}

    def _value(self, name: str, value: Any) -> Value:
        spoken = self.spoken[name]
        if name == "basis":
            return tuple(self.library[label] for label in value)
        if isinstance(spoken, bool):
            return bool(value == "true")
        if name == "in_force":
            return ALWAYS if value == ALWAYS else date.fromisoformat(value)
        if name in OF_TIME:
            return as_stated(str(value))
        found: Value = tuple(value) if isinstance(spoken, tuple) else value
        return found

    def clean_in_force(self) -> str:
        """A day, or the word for what has always been so."""
        text = str(self.cleaned_data["in_force"]).strip()
        if text == str(ALWAYS_WORD):
            return ALWAYS
        if text != ALWAYS:
            try:
                date.fromisoformat(text)
            except ValueError as problem:
                raise forms.ValidationError(_("不是日期。例如 2026-01-01；一直如此的写“一直”。")) from problem
        return text

    def clean(self) -> dict[str, Any]:
        """Leads are durations, or shares of the limit; the file's own way of writing one stays."""
        cleaned: dict[str, Any] = super().clean() or {}
        for level in LEVELS:
            text = cleaned.get(level)
            if isinstance(text, str) and not text.endswith("%") and not parse_duration(as_stated(text)):
                self.add_error(level, NOT_A_LENGTH)
        return cleaned


NOT_A_LENGTH: Final = _("不是时长。例如 2天、12小时、1天12小时。")


def _cited(spoken: Mapping[str, Value]) -> dict[str, Mapping[str, Any]]:
    basis = spoken.get("basis", ())
    return {cited_words(row): row for row in basis if isinstance(row, Mapping)} if isinstance(basis, tuple) else {}


def as_asked(value: Value, name: str) -> Any:
    """What a file says as the blank of its sentence holds it."""
    if name in OF_TIME and isinstance(value, str):
        return as_said(value)
    if name == "in_force" and value == ALWAYS:
        return str(ALWAYS_WORD)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return [cited_words(row) if isinstance(row, Mapping) else row for row in value]
    return value.isoformat() if isinstance(value, date) else value


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=[DAY],
        help_text=_("例如 2026-11-23。"),
        error_messages={"invalid": _("请按 2026-11-23 的样子填写。")},
        widget=forms.DateInput({"autocomplete": "off"}, format=DAY),
    )


class TryForm(forms.Form):
    """A period to try a draft on, and what to suppose."""

    first = _day(_("从"))
    last = _day(_("到"))
    law_of = _day(_("假设适用这一天有效的法律"), required=False)
    lead_level = forms.ChoiceField(
        label=_("假设改变提前量的级别"), required=False, choices=[("", "—"), *LEVELS.items()]
    )
    lead = forms.CharField(
        label=_("假设届满前多久提醒"), required=False, max_length=24, widget=forms.TextInput({"list": "leads"})
    )
    rest = forms.CharField(
        label=_("假设这些日子休息"),
        required=False,
        max_length=1000,
        help_text=_("日期以空格分开，例如 2026-10-08 2026-10-09。"),
    )
    work = forms.CharField(label=_("假设这些日子上班"), required=False, max_length=1000)

    def __init__(self, *arguments: Any, of_check: bool = False, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if of_check:  # a check does not warn before anything is due
            del self.fields["lead_level"], self.fields["lead"]

    def clean_lead(self) -> str:
        """A duration, or nothing."""
        text = as_stated(str(self.cleaned_data["lead"]))
        if text and not parse_duration(text):
            raise forms.ValidationError(NOT_A_LENGTH)
        return text

    def clean_rest(self) -> str:
        """Days, or nothing."""
        return self._days("rest")

    def clean_work(self) -> str:
        """Days, or nothing."""
        return self._days("work")

    def _days(self, name: str) -> str:
        words = str(self.cleaned_data[name]).replace(",", " ").replace("，", " ").split()
        try:
            days = sorted({date.fromisoformat(word) for word in words})
        except ValueError as problem:
            raise forms.ValidationError(_("不是日期。日期写作 2026-10-08，以空格分开。")) from problem
        return " ".join(day.isoformat() for day in days)

    def clean(self) -> dict[str, Any]:
        """A lead needs its level."""
        cleaned: dict[str, Any] = super().clean() or {}
        if bool(cleaned.get("lead")) != bool(cleaned.get("lead_level")):
            self.add_error("lead", _("假设另一提前量时，级别和时长都要写。"))
        return cleaned
