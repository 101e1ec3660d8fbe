"""Forms of the login. They check shapes and decide nothing."""

from django import forms


class PasswordForm(forms.Form):
    """Account and password."""

    username = forms.CharField(label="账号", max_length=40, widget=forms.TextInput({"autocomplete": "username"}))
    password = forms.CharField(
        label="口令", max_length=200, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    """A one-time code."""

    code = forms.RegexField(
        r"\A\d{6}\Z",
        label="6 位验证码",
        error_messages={"invalid": "请输入 6 位数字。"},
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
