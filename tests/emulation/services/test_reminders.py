"""Reminders: in the app by the days that are left, by e-mail once a day."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command

from emulation.models import ReminderMail, Report
from emulation.reports.notices import reminders_of
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_extension,
    make_indicator,
    make_rounds,
    make_user,
)
from units.models import Role, User

DUE = date(2020, 4, 10)
State = Report.State


@pytest.fixture
def sheet(region, depot, staff, commander, outsider, set_today, settings):
    """The depot's only sheet, due on the tenth; its staff officer has an address."""
    settings.EMAIL_HOST = "mail.example"
    set_today(DUE)
    make_campaign_indicator(make_campaign(depot), make_indicator())
    round_ = make_rounds()[1]
    Report.objects.exclude(round=round_).delete()
    round_.due, round_.closes = DUE, DUE + timedelta(days=30)
    round_.save()
    User.objects.filter(pk=staff.pk).update(email="staff@example.com", language="en")
    return Report.objects.select_related("round", "unit").get()


def days(user):
    return [row.deadline.days for row in reminders_of(User.objects.get(pk=user.pk))]


def send(*arguments):
    call_command("send_reminders", *arguments)
    return len(mail.outbox)


@pytest.mark.parametrize(("left", "reminded"), [(4, []), (3, [3]), (0, [0]), (-5, [-5]), (-30, [-30]), (-31, [])])
def test_reminded_from_three_days_before_until_the_round_closes(sheet, staff, set_today, left, reminded):
    set_today(DUE - timedelta(days=left))
    assert days(staff) == reminded


def test_extension_moves_the_reminder_of_its_unit(sheet, staff, set_today):
    make_extension(sheet, until=DUE + timedelta(days=10))
    assert days(staff) == []
    set_today(DUE + timedelta(days=8))
    assert days(staff) == [2]


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED, State.RETURNED])
def test_sheet_that_was_handed_in_reminds_nobody(sheet, staff, state):
    Report.objects.update(state=state)
    assert days(staff) == []


def test_commander_is_reminded_when_the_sheet_is_ready_and_staff_no_longer(sheet, staff, commander):
    assert (days(staff), days(commander)) == ([0], [])
    Report.objects.update(ready_by=staff, ready_at="2020-04-09T08:00Z")
    assert (days(staff), days(commander)) == ([], [0])


def test_others_are_not_reminded(sheet, outsider, reviewer, administrator):
    assert [days(user) for user in (outsider, reviewer, administrator)] == [[], [], []]


@pytest.mark.parametrize(
    ("left", "mails"), [(4, 0), (3, 1), (2, 0), (1, 1), (0, 1), (-1, 1), (-2, 0), (-7, 1), (-28, 1), (-29, 0)]
)
def test_mails_go_out_on_their_days(sheet, set_today, left, mails):
    set_today(DUE - timedelta(days=left))
    assert send() == mails


def test_mail_names_unit_round_and_days(sheet, settings):
    settings.SITE_URL = "https://quyetthang.example"
    send()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["staff@example.com"], "Quyết Thắng: 1 sheet is due")
    assert "Unit K1, quarter I/2020: due 10/04/2020, due today" in sent.body
    assert f"https://quyetthang.example/sheets/{sheet.pk}/" in sent.body


def test_mail_is_in_the_language_of_its_reader(sheet, staff):
    User.objects.filter(pk=staff.pk).update(language="")
    send()
    assert mail.outbox[0].subject == "Quyết Thắng: 1 phiếu đến hạn trình"


def test_second_run_of_a_day_sends_nothing(sheet, set_today):
    assert (send(), send()) == (1, 1)
    set_today(DUE + timedelta(days=1))
    assert send() == 2


def test_dry_run_says_who_and_sends_nothing(sheet, capsys):
    assert send("--dry-run") == 0
    assert capsys.readouterr().out == "staff: 1 sheets due\n1 e-mails would be sent\n"
    assert not ReminderMail.objects.exists()


def test_nothing_is_sent_without_a_mail_server(sheet, settings):
    settings.EMAIL_HOST = ""
    assert send() == 0
    assert not ReminderMail.objects.exists()


def test_who_has_left_or_has_no_address_is_sent_nothing(sheet, depot, staff):
    make_user("silent", (depot, Role.STAFF))
    make_user("locked", (depot, Role.STAFF), email="locked@example.com", is_active=False)
    staff.memberships.update(until=DUE - timedelta(days=1))
    assert send() == 0


def test_mail_that_fails_is_tried_again(sheet, settings):
    settings.EMAIL_BACKEND = "tests.emulation.services.test_reminders.Refusing"
    with pytest.raises(CommandError):
        call_command("send_reminders")
    assert not ReminderMail.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send() == 1


def test_a_mail_host_that_cannot_be_reached_is_named_in_one_sentence(sheet, settings):
    settings.EMAIL_BACKEND = "tests.emulation.services.test_reminders.Unknown"
    with pytest.raises(CommandError) as refused:
        call_command("send_reminders")
    assert str(refused.value) == (
        "no e-mail was sent: the mail host mail.example:25 cannot be reached (Name or service not known);"
        " the next run tries again"
    )
    assert send("--dry-run") == 0  # it does not ask


class Unknown(BaseEmailBackend):
    """A mail server whose name nobody knows."""

    def open(self):
        raise OSError("Name or service not known")


class Refusing(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, email_messages):
        raise ConnectionRefusedError("down")
