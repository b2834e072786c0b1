"""Reminders by e-mail: what the app shows as due, sent to whoever has an address."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import ReminderMail
from emulation.reports.notices import Reminder, reminders_of
from units import clock
from units.models import Membership, Role, User

# Days to the due date on which a sheet is mentioned: before, on the day, and ever less often after it.
MAIL_DAYS = frozenset((3, 1, 0, -1, -3, -7, -14, -21, -28))


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one user's mail: `error` is empty when it went out (or would have, in a dry run)."""

    user: User
    sheets: int
    error: str = ""


class MailHostDown(Exception):
    """The server for e-mails cannot be reached, or does not take our login: in its words."""


def configured() -> bool:
    return bool(settings.EMAIL_HOST)


def send_reminders(*, dry_run: bool = False) -> Iterator[Sent]:
    """Send today's mails, one a user with something due, in the user's language; never twice a day.

    A mail that cannot be sent leaves no mark: the next run tries again. Raises `MailHostDown` where none can.
    """
    today = clock.today()
    officers = Membership.objects.active().filter(role__in=[Role.STAFF, Role.COMMANDER]).values("user")
    told = ReminderMail.objects.filter(day=today).values("user")
    users = User.objects.filter(pk__in=officers).exclude(email="").exclude(pk__in=told)
    connection = mail.get_connection()
    try:
        if not dry_run:
            _open(connection)
        for user in users.order_by("pk").iterator(chunk_size=200):
            due = [row for row in reminders_of(user) if row.deadline.days in MAIL_DAYS]
            if due:
                yield Sent(user, len(due)) if dry_run else _send(user, due, today, connection)
    finally:
        connection.close()


def _open(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise MailHostDown(str(error) or type(error).__name__) from error


def _send(user: User, due: list[Reminder], today: date, connection: BaseEmailBackend) -> Sent:
    try:
        with transaction.atomic():  # the mark goes when the mail fails, and keeps a second run out meanwhile
            ReminderMail.objects.create(user=user, day=today)
            message(user, due, connection).send()
    except IntegrityError:
        return Sent(user, 0)
    except (smtplib.SMTPException, OSError) as error:
        return Sent(user, len(due), str(error) or type(error).__name__)
    return Sent(user, len(due))


def message(user: User, due: list[Reminder], connection: BaseEmailBackend | None = None) -> mail.EmailMessage:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject = ngettext("Quyết Thắng: %(count)d sheet is due", "Quyết Thắng: %(count)d sheets are due", len(due))
        lines = [_("Sheets that wait for you:"), ""]
        lines += [_line(row) for row in due]
        lines += ["", _("This is sent by the application; do not answer. It stops when the sheets are handed in.")]
        return mail.EmailMessage(
            subject % {"count": len(due)}, "\n".join(lines), None, [user.email], connection=connection
        )


def _line(row: Reminder) -> str:
    text = _("– %(unit)s, %(round)s: due %(day)s, %(left)s") % {
        "unit": row.report.unit,
        "round": row.report.round,
        "day": date_format(row.deadline.day, "SHORT_DATE_FORMAT"),
        "left": row.deadline.text,
    }
    address = f"\n  {settings.SITE_URL}{row.report.get_absolute_url()}" if settings.SITE_URL else ""
    return capfirst(text) + address
