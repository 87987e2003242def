"""Sign-in, passwords and accounts."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordMixin

from accounts.models import NoticeKind, Role, User
from core.admin_verbs import VerbForm
from core.pages import FilterForm, SearchField

PASSWORD_HELP = "至少 8 位，不能全是数字，不要用常见密码或与姓名、用户名相近的密码。"


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "用户名或密码不正确。注意区分大小写；连续输错会暂时停用登录。",
        "inactive": "这个账号已停用，请联系系统管理员。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "用户名"
        self.fields["password"].label = "密码"


def password_fields():
    first, second = SetPasswordMixin.create_password_fields("密码", "再输一次")
    first.help_text, second.help_text = PASSWORD_HELP, ""
    return first, second


class UserForm(forms.ModelForm):
    """An account without its password; deactivating replaces deleting."""

    roles = forms.MultipleChoiceField(
        label="角色",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="可以多选。系统管理员、审计管理员只能单独使用，且不录入业务数据。",
    )

    class Meta:
        model = User
        fields = ["username", "name", "organisation", "roles", "is_active"]

    def __init__(self, *args, acting_user=None, **kwargs):
        self.acting_user = acting_user
        super().__init__(*args, **kwargs)

    def clean(self):
        cleaned = super().clean()
        if self.acting_user and self.instance.pk == self.acting_user.pk:
            if not cleaned.get("is_active", True):
                self.add_error("is_active", "不能停用自己的账号。")
            if set(cleaned.get("roles") or []) != set(self.instance.roles):
                self.add_error("roles", "不能更改自己的角色，请由另一位系统管理员办理。")
        return cleaned


class UserAddForm(SetPasswordMixin, UserForm):
    """A new account; the first password is typed twice and given to its owner."""

    password1, password2 = password_fields()

    def clean(self):
        cleaned = super().clean()
        self.validate_passwords()
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        self.validate_password_for_user(self.instance, "password1")

    def save(self, commit=True):
        user = super().save(commit=False)
        return self.set_password_and_save(user, commit=commit)


class ResetPasswordForm(SetPasswordMixin, VerbForm):
    password1, password2 = password_fields()

    def clean(self):
        cleaned = super().clean()
        self.validate_passwords()
        self.validate_password_for_user(self.row, "password1")
        return cleaned


class NoticeFilter(FilterForm):
    q = SearchField("查找", "内容")
    kind = forms.ChoiceField(label="种类", choices=[("", "全部"), *NoticeKind.choices])
    unread = forms.BooleanField(label="只看未读")
