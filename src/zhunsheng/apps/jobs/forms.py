"""The form of a table: what it holds, and the file."""

from pathlib import Path
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

SUFFIXES: Final = (".csv", ".xlsx")
TABLES: Final = [
    ("units", _("单位")),
    ("officers", _("人员")),
    ("posts", _("岗位")),
    ("duty", _("值班")),
]


class TableForm(forms.Form):
    """Which table, and its file."""

    table = forms.ChoiceField(label=_("内容"), choices=TABLES)
    file = forms.FileField(label=_("文件"), help_text=_("CSV 或 XLSX，不超过 20 MB。"))

    def clean_file(self) -> Any:
        """A name that says which of the two it is; the rest of the name is not kept."""
        file = self.cleaned_data["file"]
        if Path(file.name).suffix.lower() not in SUFFIXES:
            raise forms.ValidationError(_("文件名要以 .csv 或 .xlsx 结尾。请另存为其中一种再提交。"))
        return file
