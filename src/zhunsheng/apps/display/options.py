"""The options of a field with many choices, as a city has units: drawn once for all who are offered the same."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from zhunsheng.apps.display import formats

Pairs = tuple[tuple[str, str], ...]
"""Value and title of each choice."""


class ManyOptions(forms.Select):
    """A select of one value, as Django draws it, without a template for each of its options. It has no groups."""

    choices: Iterable[tuple[Any, Any]] = ()

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The field."""
        del renderer
        pairs = tuple((str(each), str(title)) for each, title in self.choices)
        drawn = options(pairs, "" if value is None else str(value))
        given = flatatt({"name": name, **self.build_attrs(self.attrs, dict(attrs or {}))})
        return mark_safe(f"<select{given}>{drawn}</select>")  # noqa: S308 - each part is escaped


class OneOfMany(forms.Field):
    """One of many values, given as pairs of a value and its title, as they are: Django's own field of choices looks
    through all of them for groups each time that a form is made."""

    widget = ManyOptions

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Let these be chosen from."""
        self.pairs = tuple(pairs)
        self.widget.choices = self.pairs

    def to_python(self, value: Any) -> str:
        """The value as text; empty where none is chosen."""
        return "" if value in self.empty_values else str(value)

    def validate(self, value: str) -> None:
        """Raises ValidationError for what is not offered."""
        super().validate(value)
        if value and value not in {each for each, _title in self.pairs}:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")


@formats.remembered(most=128)
def options(choices: Pairs, chosen: str) -> SafeString:
    """One option of each choice; the chosen one is marked."""
    parts = (
        f'<option value="{conditional_escape(value)}"{" selected" if value == chosen else ""}>'
        f"{conditional_escape(title)}</option>"
        for value, title in choices
    )
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped
