"""What we change in allauth: nobody signs up, and a changed password is no longer the first one."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from units.models import User


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> Any:
        user.must_change_password = False
        return super().set_password(user, password)
