"""Forms of the login and of one's own settings. They check shapes and decide nothing."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.passwords import LONGEST


class PasswordForm(forms.Form):
    """Account and password."""

    username = forms.CharField(label=_("账号"), max_length=40, widget=forms.TextInput({"autocomplete": "username"}))
    password = forms.CharField(
        label=_("口令"),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """The password so far and a new one. Typed twice, since nobody sees it."""

    current = forms.CharField(
        label=_("现在的口令"),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新口令"),
        help_text=_("至少 12 个字符，什么字符都可以。几个不相关的词最好记，也最难猜。"),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次新口令"),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        given = self.cleaned_data
        if "new" in given and "again" in given and given["new"] != given["again"]:
            self.add_error("again", _("两次输入的新口令不同。请再输一次。"))
        return given


class CodeForm(forms.Form):
    """A one-time code."""

    code = forms.RegexField(
        r"\A\d{6}\Z",
        label=_("6 位验证码"),
        error_messages={"invalid": _("请输入 6 位数字。")},
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class SettingsForm(forms.Form):
    """What an account chooses for itself."""

    language = forms.ChoiceField(label=_("界面语言"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    shortcuts = forms.BooleanField(
        label=_("使用单键快捷键"),
        help_text=_("在列表里用 J、K 上下移动，按 ? 看全部。用语音输入或屏幕阅读器时可以关掉。"),
        required=False,
    )
