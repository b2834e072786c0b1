"""Users, what they may do, and for which unit."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from auditlog.registry import auditlog
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from units import clock
from units.codes import refuse_strange
from units.models.units import CatalogueRow, Unit
from units.paths import branches_q
from units.search import words_q
from units.text import fold, login_key, person_sort_key


class Office(CatalogueRow):
    """A branch of staff work (*ngành, cơ quan*): training, politics, logistics … It is not a unit."""

    class Meta(CatalogueRow.Meta):
        verbose_name = _("office")
        verbose_name_plural = _("offices")


class Role(models.TextChoices):
    STAFF = "staff", _("Staff officer")
    COMMANDER = "commander", _("Commander")
    REVIEWER = "reviewer", _("Reviewer")
    ADMINISTRATOR = "administrator", _("Administrator")


READERS = (Role.STAFF, Role.COMMANDER, Role.REVIEWER)  # the roles that read figures and people of their branch


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> Self:
        """Users who have or had a membership in a branch that `user` administers, and `user`."""
        paths = [m.unit.path for m in user.active_memberships if m.role == Role.ADMINISTRATOR]
        inside = Membership.objects.filter(branches_q(paths, "unit__path")).values("user")
        return self.filter(Q(pk__in=inside) | Q(pk=user.pk))

    def found_by(self, text: str) -> Self:
        return self.filter(words_q(text))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> User:
        """The user whom the login means, however it is written."""
        found: User = self.get(login_key=login_key(username or ""))
        return found

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user: User = self.model(username=username, **fields)
        user.set_password(password)
        if user.must_change_password:
            user.first_password = user.password
        user.save()
        return user

    def create_superuser(self, *args: Any, **fields: Any) -> User:
        """Django's command `createsuperuser` ends with this sentence: roles in units are all the rights there are."""
        raise ValidationError("Nobody is a superuser here: manage.py create_administrator NAME --unit CODE")


class User(AbstractBaseUser):
    """A person who logs in. Rights come from memberships alone; there are no other permissions."""

    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator(), refuse_strange],
        error_messages={"unique": _("Another user has this name.")},
    )
    login_key = models.CharField(max_length=300, editable=False)
    full_name = models.CharField(_("full name"), max_length=120)
    person = models.OneToOneField(
        "units.Person", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("person of the register"),
        related_name="user", error_messages={"unique": _("Another user is this person.")},
    )  # fmt: skip
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Optional: reminders of due dates go there."))
    is_active = models.BooleanField(_("may log in"), default=True)
    must_change_password = models.BooleanField(_("password to be changed at the next login"), default=True)
    first_password = models.CharField(max_length=128, editable=False, blank=True)  # its hash: others have known it
    language = models.CharField(_("language"), max_length=5, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    search = models.CharField(max_length=300, editable=False)
    sorting = models.CharField(max_length=600, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["sorting", "username"]
        constraints = [
            models.UniqueConstraint(
                fields=["login_key"], name="user_name_once_in_any_case",
                violation_error_message=_("Another user has this name; capitals make no difference."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.full_name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username = self.normalize_username(self.username)
        self.login_key = login_key(self.username)
        self.search = fold(f"{self.username} {self.full_name}")[:300]
        self.sorting = person_sort_key(self.full_name)[:600]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("units:user-detail", args=[self.pk])

    def set_first_password(self, password: str) -> None:
        """A password that whoever hands it over knows as well: to be changed, and never chosen again."""
        self.set_password(password)
        self.first_password = self.password
        self.must_change_password = True

    def has_used(self, password: str) -> bool:
        """Whether it is the present password, or the one that was handed over."""
        return self.check_password(password) or check_password(password, self.first_password)

    def clean(self) -> None:
        """Raises ValidationError at the user name that another user has, in these letters or others."""
        super().clean()
        self.login_key = login_key(self.username)
        twin = User.objects.filter(login_key=self.login_key).exclude(pk=self.pk).first()
        if twin is not None:
            words = _("The user “%(name)s” is there already; capitals make no difference. Choose another user name.")
            raise ValidationError({"username": words % {"name": twin.username}})

    @cached_property
    def active_memberships(self) -> list[Membership]:
        """Memberships in force today, with their units. Read once per request."""
        return list(self.memberships.active().select_related("unit", "unit__kind", "office"))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self, day: date | None = None) -> Self:
        """Memberships in force on `day` (default today), of users who may log in."""
        day = day or clock.today()
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day, user__is_active=True)

    def visible_to(self, user: User) -> Self:
        """Memberships in units of the branches that `user` administers."""
        paths = [m.unit.path for m in user.active_memberships if m.role == Role.ADMINISTRATOR]
        return self.filter(branches_q(paths, "unit__path"))


class Membership(models.Model):
    """A role of a user in a unit, in force from `since` to `until`, both days included.

    It reads the whole branch of the unit; it writes for the very unit (see `units.access`). One that was given by
    mistake is `withdrawn` on the day on which it begins, or before: it ends before that day, and was never in force.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("user"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=16, choices=Role)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("only for the office"),
        help_text=_("A reviewer may be limited to the lines of one office."),
    )  # fmt: skip
    since = models.DateField(_("from"), default=clock.today)
    until = models.DateField(_("until"), null=True, blank=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None, withdrawn=False) | Q(until__gte=F("since"), withdrawn=False)
                | Q(until__lt=F("since"), withdrawn=True),
                name="membership_until_not_before_since",
                violation_error_message=_("The last day of a membership is not before its first."),
            ),
            models.CheckConstraint(
                condition=Q(office=None) | Q(role=Role.REVIEWER), name="membership_office_for_reviewers",
                violation_error_message=_("Only a reviewer is limited to an office."),
            ),
            models.UniqueConstraint(
                fields=["user", "unit", "role"], condition=Q(until=None, office=None), name="membership_one_open",
                violation_error_message=_("This user already has this role in this unit."),
            ),
            models.UniqueConstraint(
                fields=["user", "unit", "role", "office"], condition=Q(until=None, office__isnull=False),
                name="membership_one_open_per_office",
                violation_error_message=_("This user already has this role in this unit."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()} – {self.unit}"


auditlog.register(Office)
auditlog.register(User, exclude_fields=["first_password", "last_login", "login_key", "password", "search", "sorting"])
auditlog.register(Membership)
