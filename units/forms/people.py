"""Forms of users and memberships."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from units import access, clock
from units.codes import canonical
from units.forms.fields import DayField, UnitField
from units.forms.seen import SeenForm
from units.forms.tree import administered_units
from units.models import Membership, Office, Role, Unit, User
from units.models.people import UserQuerySet
from units.models.units import UnitQuerySet
from units.paths import branch_q, branches_q
from units.text import normal

LETTERS = "abcdefghkmnpqrstuvwxyz23456789"  # none that are taken for one another


def new_password() -> str:
    """A first password that can be read out: three groups of four."""
    return "-".join("".join(secrets.choice(LETTERS) for _place in range(4)) for _group in range(3))


class UserFilter(forms.Form):
    """Query string of the list of users."""

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=100)
    unit = forms.CharField(label=_("Unit (code or name)"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("Every role")), *Role.choices])
    active = forms.ChoiceField(
        label=_("Login"),
        required=False,
        choices=[("", _("All users")), ("yes", _("May log in")), ("no", _("May not log in"))],
    )

    def filter(self, users: UserQuerySet, viewer: User) -> UserQuerySet:
        """`users` as chosen; unit and role look at memberships in force in the viewer's branches."""
        chosen = self.cleaned_data
        if chosen["active"]:
            users = users.filter(is_active=chosen["active"] == "yes")
        if chosen["unit"] or chosen["role"]:
            rows = Membership.objects.visible_to(viewer).filter(Q(until=None) | Q(until__gte=clock.today()))
            if chosen["role"]:
                rows = rows.filter(role=chosen["role"])
            if chosen["unit"]:
                rows = rows.filter(unit__in=self._units(viewer, chosen["unit"]).values("pk"))
            users = users.filter(pk__in=rows.values("user"))
        return users.found_by(chosen["q"])

    def _units(self, viewer: User, text: str) -> UnitQuerySet:
        mine = Unit.objects.filter(branches_q(access.administered_paths(viewer)))
        unit = mine.filter(code__iexact=text).first()
        return mine.filter(branch_q(unit.path)) if unit else mine.found_by(text)


class FirstPasswordField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("First password"),
            strip=False,
            initial=new_password,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            help_text=_("Hand it over in person; it is not shown again. It has to be changed at the first login."),
        )


class RoleFields(forms.Form):
    """Unit, role, office and dates of a membership, limited to the administrator's branches."""

    unit = UnitField(label=_("Unit"), scope="administered")
    role = forms.ChoiceField(label=_("Role"), choices=[("", "---------"), *Role.choices])
    office = forms.ModelChoiceField(
        Office.objects.all(),
        label=_("Only for the office"),
        required=False,
        help_text=_("A reviewer may be limited to the lines of one office."),
    )
    since = DayField(label=_("From"), initial=clock.today)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = administered_units(user)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("office") and cleaned.get("role") not in (None, Role.REVIEWER):
            self.add_error("office", _("Only a reviewer is limited to an office."))
        return cleaned


class UserCreateForm(RoleFields, forms.ModelForm):
    password = FirstPasswordField()

    class Meta:
        model = User
        fields = ["username", "full_name", "email"]

    field_order = ["full_name", "username", "email", "password", "unit", "role", "office", "since"]

    def clean_username(self) -> str:
        return canonical(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "password" in cleaned:
            _check_password(self, User(username=cleaned.get("username", ""), full_name=cleaned.get("full_name", "")))
        return cleaned


class UserUpdateForm(SeenForm):
    class Meta:
        model = User
        fields = ["full_name", "email", "is_active"]

    def clean_full_name(self) -> str:
        return normal(self.cleaned_data["full_name"])


class PasswordForm(forms.Form):
    password = FirstPasswordField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        if "password" in self.cleaned_data:
            _check_password(self, self.user)
        return self.cleaned_data


def _check_password(form: forms.BaseForm, user: User) -> None:
    try:
        validate_password(form.cleaned_data["password"], user)
    except forms.ValidationError as error:
        form.add_error("password", error)


class MembershipCreateForm(RoleFields):
    until = DayField(label=_("Until"), required=False, help_text=_("Empty: until it is ended."))


class MembershipEndForm(forms.Form):
    until = DayField(label=_("Last day"), help_text=_("Yesterday ends the role at once; today still counts."))
