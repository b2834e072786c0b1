"""What we change in allauth: nobody signs up, and a changed password is no longer the first one."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from units.models import User
from units.text import login_key


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The user name or the password is not correct."),
        "too_many_login_attempts": _("Too many wrong attempts. Wait five minutes, or ask your administrator."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)


class LoginForm(forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")

    def clean_login(self) -> str:
        """One user has one name, and one count of wrong attempts, however it is written."""
        return login_key(super().clean_login())


class ChangePasswordForm(PasswordChangeForm):
    """Django's form, for it speaks Vietnamese; allauth's view takes it as it is."""

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = False
        return super().save(commit)
