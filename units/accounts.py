"""What we change in allauth: nobody signs up, and a changed password is no longer the first one."""

import logging
from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from units import lockouts
from units.models import User
from units.text import login_key

logger = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The user name or the password is not correct."),
        "too_many_login_attempts": _("Too many wrong attempts. Wait five minutes, or ask your administrator."),
    }

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return lockouts.key_of(credentials.get("username", ""), self.get_client_ip(request))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises `ValidationError` where the name is locked at this address, or everywhere."""
        name = credentials.get("username", "")
        try:
            if lockouts.is_locked_everywhere(request, name):
                raise self.validation_error("too_many_login_attempts")
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            logger.warning("Login refused after too many wrong passwords: %s", self._who(request, name))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        name = credentials.get("username", "")
        logger.warning("Wrong user name or password: %s", self._who(request, name))
        lockouts.count_failure(request, name, self.get_client_ip(request))

    def _who(self, request: HttpRequest, name: str) -> str:
        """Name and address on one line of the log."""
        return f"{name[:150]!r} from {self.get_client_ip(request)}"

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
    """Django's form, for it speaks Vietnamese; allauth's view takes it as it is.

    The new password is neither the present one nor the one that an administrator handed over.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        new = cleaned.get("new_password1")
        if new and cleaned.get("old_password") and self.user.has_used(new):
            words = _("Choose another password: this is the present one, or the one that was handed over to you.")
            self.add_error("new_password1", words)
        return cleaned

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = False
        return super().save(commit)
