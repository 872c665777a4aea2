"""Forms of the shared pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator

from agency.periods import is_period
from agency.tabular.values import to_text


class LoginForm(AuthenticationForm):
    """Login; the message never tells which of the two was wrong."""

    error_messages = {
        "invalid_login": "登录名或密码不对。连续输错会暂时锁定；忘记密码请找本单位主管重设。",
        "inactive": "这个账户已停用，请找本单位主管。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].validators.append(MaxLengthValidator(50, "登录名太长，请核对。"))


class NewPasswordForm(PasswordChangeForm):
    """A new password that is a new one."""

    def clean_new_password1(self) -> str:
        value = self.cleaned_data["new_password1"]
        if self.user.check_password(value):
            raise forms.ValidationError("新密码不能和现在的一样。")
        return value


class SearchForm(forms.Form):
    """The one search box; its term is never put in a URL or a log."""

    term = forms.CharField(
        label="查找",
        max_length=60,
        error_messages={"required": "请输入要找的号码、姓名或拼音首字母。"},
    )

    def clean_term(self) -> str:
        return to_text(self.cleaned_data["term"])


class CodeForm(forms.Form):
    """The verification code at the foot of a paper."""

    code = forms.CharField(
        label="验证码",
        max_length=40,
        error_messages={
            "required": "请输入表单下方的 12 位验证码。",
            "max_length": "太长，验证码是 12 位。请对照表单下方重输。",
        },
    )


NO_PERIOD = "期别应为六位数字的年月，如 202610。"


class PeriodForm(forms.Form):
    """A month of clearing, or empty for all."""

    period = forms.CharField(
        label="期别", max_length=6, required=False, error_messages={"max_length": NO_PERIOD}
    )

    def clean_period(self) -> str:
        period = to_text(self.cleaned_data["period"])
        if period and not is_period(period):
            raise forms.ValidationError(NO_PERIOD)
        return period


class UploadForm(forms.Form):
    """One file to import."""

    file = forms.FileField(
        label="文件", error_messages={"required": "请选择要导入的文件。", "empty": "文件是空的，请重新选择。"}
    )


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(
        label="原因",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明原因。"},
    )
