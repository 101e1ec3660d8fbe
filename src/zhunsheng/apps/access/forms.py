"""Forms of the login and of one's own settings. They check shapes and decide nothing."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class PasswordForm(forms.Form):
    """Account and password."""

    username = forms.CharField(label=_("账号"), max_length=40, widget=forms.TextInput({"autocomplete": "username"}))
    password = forms.CharField(
        label=_("口令"), max_length=200, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


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
