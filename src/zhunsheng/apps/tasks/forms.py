"""What acts of tasks ask of people. The forms check shapes; whether the act may be done, the services say."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

from zhunsheng.apps.inspection.forms import CARE_TITLES
from zhunsheng.core.inspection.sheets import ANSWERS, LONGEST_CLOCK_DAYS, Answer

KINDS: Final = (("onsite", gettext_lazy("现场执法检查")), ("online", gettext_lazy("网上巡查")))
EVERY: Final = (("week", gettext_lazy("每周")), ("month", gettext_lazy("每月")), ("day", gettext_lazy("每个工作日")))
Choices = list[tuple[str, str]]


class NewForm(forms.Form):
    """指派任务."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=KINDS)
    unit = forms.ChoiceField(label=gettext_lazy("单位"))
    sheet = forms.ChoiceField(label=gettext_lazy("评查表（现场检查）"))
    place = forms.CharField(label=gettext_lazy("场所"), max_length=80, required=False)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)

    def __init__(self, *args: Any, units: Choices, sheets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = forms.ChoiceField(label=gettext_lazy("单位"), choices=units)
        self.fields["sheet"] = forms.ChoiceField(label=gettext_lazy("评查表（现场检查）"), choices=sheets)


class PlanForm(forms.Form):
    """制订任务计划."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=KINDS)
    unit = forms.ChoiceField(label=gettext_lazy("单位"))
    sheet = forms.ChoiceField(label=gettext_lazy("评查表（现场检查）"))
    every = forms.ChoiceField(label=gettext_lazy("周期"), choices=EVERY)
    from_on = forms.DateField(label=gettext_lazy("起"), help_text="2026-03-01")
    until_on = forms.DateField(label=gettext_lazy("止（不含）"), help_text="2026-12-31")

    def __init__(self, *args: Any, units: Choices, sheets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = forms.ChoiceField(label=gettext_lazy("单位"), choices=units)
        self.fields["sheet"] = forms.ChoiceField(label=gettext_lazy("评查表（现场检查）"), choices=sheets)


class EndForm(forms.Form):
    """终止计划: which one, and why."""

    schedule = forms.IntegerField()
    reason = forms.CharField(max_length=200)


class GiveForm(forms.Form):
    """改派."""

    number = forms.CharField(label=gettext_lazy("检查人警号"), max_length=20)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class RuleForm(forms.Form):
    """确认问题."""

    thing = forms.IntegerField(min_value=1)
    confirmed = forms.ChoiceField(choices=(("yes", ""), ("no", "")))
    care = forms.ChoiceField(choices=CARE_TITLES, required=False)
    reason = forms.CharField(max_length=200, required=False)


class InstantField(forms.CharField):
    """An instant as a device writes it, with its zone; None where it wrote nothing."""

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]
        """Raises ValidationError for what is no instant with a zone."""
        text = str(super().to_python(value) or "")
        if not text:
            return None
        try:
            found = parse_datetime(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise ValidationError(gettext_lazy("时间不完整。请重新打开任务再填。"))
        return found


class SendingForm(forms.Form):
    """What every sending has beside its answers."""

    key = forms.UUIDField()
    place = forms.CharField(max_length=80, required=False)
    note = forms.CharField(max_length=1000, required=False)
    began_at = InstantField(required=False)
    made_at = InstantField(required=False)


class AnswerForm(forms.Form):
    """One answer to one thing."""

    answer = forms.ChoiceField(choices=tuple(ANSWERS.items()))
    note = forms.CharField(max_length=400, required=False)
    where = forms.CharField(max_length=40, required=False)
    basis = forms.CharField(max_length=80, required=False)
    responsible = forms.CharField(max_length=20, required=False)
    remedy_days = forms.IntegerField(min_value=1, max_value=LONGEST_CLOCK_DAYS, required=False)


def new_key() -> str:
    """The number of a sending that was not sent yet."""
    return str(uuid.uuid4())


def answers_of(posted: Mapping[str, str], numbers: Iterable[int]) -> tuple[dict[int, Answer], int]:
    """The answers of a sending, by thing; a thing without one is left out. With them the first whose shape is wrong, 0
    where none is."""
    found: dict[int, Answer] = {}
    for n in numbers:
        values = {name: posted.get(f"{name}-{n}", "") for name in AnswerForm.base_fields}
        if not values["answer"]:
            continue
        form = AnswerForm(values)
        if not form.is_valid():
            return found, n
        said = form.cleaned_data
        found[n] = Answer(
            str(n),
            said["answer"],
            said["note"],
            said["where"],
            "",
            said["basis"],
            said["responsible"],
            said["remedy_days"],
        )
    return found, 0
