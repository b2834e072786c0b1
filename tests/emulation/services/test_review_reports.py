"""A review report that people work on: editing survives changed figures, nothing is replaced or kept in silence."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import get_current_timezone
from openpyxl import load_workbook

from emulation.models import Phrase, Report, ReviewReport, Round
from emulation.periods import drive_period
from emulation.reports.drafts import draft_of
from emulation.reports.review_paper import phrases_of
from emulation.reports.saved_reports import name_of, paper_for, rows_of
from emulation.services import review_reports as service
from emulation.services.rounds import set_up_rounds
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
    root_administrator,
)
from units.errors import Refused
from units.models import Role
from units.services.tree import dissolve_unit, move_unit

APPROVED = Report.State.APPROVED
RESULTS = "II.Training.1"
OWN = "Toàn đơn vị phấn đấu; quân số khỏe {A_SHARE: 98,0\u00a0%}."


@pytest.fixture
def share(depot, set_today):
    """98 of 100 healthy at the depot in the first quarter, against 99 %."""
    set_today(date(2020, 7, 20))
    indicator = make_indicator("ratio", "A_SHARE", name="Quân số khỏe", shown_decimals=1, unit_of_measure="%")
    row = make_campaign_indicator(make_campaign(depot, name="Phong trào năm 2020"), indicator)
    make_target(depot, row, 99)
    figure(depot, indicator, 98)
    return indicator


def figure(depot, indicator, healthy):
    report = Report.objects.filter(unit=depot, round__quarter=1).first()
    if report is not None:
        report.results.all().delete()
    round_ = report.round if report else make_rounds()[1]
    make_report(depot, round_, {indicator: (healthy, 100)}, state=APPROVED)


@pytest.fixture
def report(share, depot, staff) -> ReviewReport:
    return service.begin(depot, 2020, "Q1", by=staff)


def row_of(report, key=RESULTS):
    rows = rows_of(report, draft_of(report.unit, report.year, report.period))
    return next((row for row in rows if row.key == key), None)


def edit(report, text, by, key=RESULTS):
    service.edit(report, key, text, row_of(report, key).row.version, by=by)


def test_report_begins_as_the_draft_and_once(report, depot, staff, commander):
    assert paper_for(depot, 2020, "Q1").paragraphs == draft_of(depot, 2020, "Q1").paragraphs
    assert [row.key for row in rows_of(report, draft_of(depot, 2020, "Q1")) if row.is_marked] == []
    with pytest.raises(Refused):
        service.begin(depot, 2020, "Q1", by=commander)


def test_edited_words_survive_changed_figures_until_somebody_decides(report, share, depot, staff):
    edit(report, OWN, staff)
    figure(depot, share, 97)
    row = row_of(report)
    assert [(one.key, one.before, one.after) for one in row.changes] == [("A_SHARE", "98,0\u00a0%", "97,0\u00a0%")]
    assert "".join(part.text for part in row.parts) == "Toàn đơn vị phấn đấu; quân số khỏe 98,0\u00a0%."
    service.settle(report, RESULTS, "figures", by=staff)
    row = row_of(report)
    assert ("".join(part.text for part in row.parts), row.is_marked) == (
        "Toàn đơn vị phấn đấu; quân số khỏe 97,0\u00a0%.", False,
    )  # fmt: skip
    last = report.events.last()
    assert (last.kind, last.by, last.before, last.after) == ("figures", staff, OWN, OWN.replace("98,0", "97,0"))


def test_what_has_changed_is_called_by_its_name(report, share, depot, staff):
    figure(depot, share, 99)
    named = [one for row in rows_of(report, draft_of(depot, 2020, "Q1")) for one in row.changes_named]
    assert ("Quân số khỏe", "98,0\u00a0%", "99,0\u00a0%") in named
    assert not any(share.code in name or "/" in name for name, _before, _after in named)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("KL_NT", "Vụ việc nghiêm trọng"),
        ("KL_NT/so cùng kỳ", "Vụ việc nghiêm trọng (so cùng kỳ)"),
        ("KL_NT/2019", "Vụ việc nghiêm trọng (2019)"),
        ("tổng hợp/chỉ tiêu đạt", "chỉ tiêu đạt"),
        ("thời hạn khâu yếu 12", "thời hạn khâu yếu"),
        ("GONE", "GONE"),
    ],
)
def test_fields_are_called_as_people_call_them(key, name):
    assert name_of(key, {"KL_NT": "Vụ việc nghiêm trọng"}) == name


def test_new_draft_may_be_taken_instead(report, share, depot, staff):
    edit(report, OWN, staff)
    figure(depot, share, 99)
    service.settle(report, RESULTS, "draft", by=staff)
    assert (
        "Quân số khỏe đạt 99,0\u00a0%, đạt chỉ tiêu đề ra (từ 99\u00a0% trở lên)."
        in paper_for(depot, 2020, "Q1").paragraphs
    )
    assert not row_of(report).row.is_edited


def test_figure_kept_on_purpose_stays_visible_and_survives_an_edit(report, share, depot, staff):
    edit(report, OWN, staff)
    figure(depot, share, 97)
    service.settle(report, RESULTS, "kept", by=staff)
    edit(report, OWN.replace("Toàn đơn vị", "Cả đơn vị"), staff)
    row = row_of(report)
    assert (row.is_marked, [(one.before, one.after) for one in row.kept]) == (False, [("98,0\u00a0%", "97,0\u00a0%")])
    figure(depot, share, 96)
    assert row_of(report).is_marked


def test_figures_cannot_be_typed_over_and_fields_must_exist(report, staff):
    edit(report, "Quân số khỏe {A_SHARE: 100,0\u00a0%}", staff)
    assert row_of(report).row.text == "Quân số khỏe {A_SHARE: 98,0\u00a0%}"
    for wrong in ("{NONE} khỏe", "mở {", "   "):
        with pytest.raises(Refused) as error:
            edit(report, wrong, staff)
        assert error.value.field == "text"


def test_two_people_do_not_overwrite_each_other(report, staff, commander):
    version = row_of(report).row.version
    service.edit(report, RESULTS, "Của tôi", version, by=staff)
    with pytest.raises(Refused) as error:
        service.edit(report, RESULTS, "Của chỉ huy", version, by=commander)
    assert "Của tôi" in error.value.messages[0]


def test_paragraphs_are_added_left_out_and_put_back(report, depot, staff):
    key = service.add(report, "II", "Được sự quan tâm của cấp trên.", by=staff)
    keys = [row.key for row in rows_of(report, draft_of(depot, 2020, "Q1"))]
    assert keys.index(key) == keys.index("II") + 1
    service.leave_out(report, key, row_of(report, key).row.version, by=staff)
    assert "Được sự quan tâm của cấp trên." not in paper_for(depot, 2020, "Q1").paragraphs
    service.put_back(report, key, row_of(report, key).row.version, by=staff)
    assert "Được sự quan tâm của cấp trên." in paper_for(depot, 2020, "Q1").paragraphs


def test_everything_at_once_keeps_own_words(report, share, depot, staff):
    edit(report, OWN, staff)
    figure(depot, share, 99)
    assert service.settle_all(report, by=staff) > 1
    text = paper_for(depot, 2020, "Q1").paragraphs
    assert "Toàn đơn vị phấn đấu; quân số khỏe 99,0\u00a0%." in text
    assert "Không có chỉ tiêu nào chưa đạt." in text
    assert [one for one in text if one.startswith("Còn 1 chỉ tiêu")] == []
    assert [row for row in rows_of(report, draft_of(depot, 2020, "Q1")) if row.is_marked] == []


def sign(report, by, **changed):
    columns = {
        "number": "12/BC-K1", "day": date(2020, 7, 5), "signer": "Nguyễn Văn A", "signer_post": "Chủ nhiệm kho",
        "place": "Hà Nội",
    }  # fmt: skip
    service.sign_off(report, **columns | changed, by=by)


def test_report_on_a_drive_is_not_signed_before_the_drive_ends(depot, staff, commander):
    drive = make_drive(depot, starts=date(2020, 5, 1), ends=date(2020, 5, 20), state="launched")
    report = service.begin(depot, 2020, f"D{drive.pk}", by=staff)
    with pytest.raises(Refused):
        sign(report, commander, day=date(2020, 5, 19))
    sign(report, commander, day=date(2020, 5, 20))


def exported(client, depot):
    """Value and number format of every cell of the annex as a workbook."""
    content = b"".join(client.get(f"/reports/{depot.pk}/2020/Q1/?export=xlsx").streaming_content)
    return [(cell.value, cell.number_format) for row in load_workbook(BytesIO(content)).active for cell in row]


def test_annex_of_a_signed_report_is_exported_as_that_of_the_draft(client, report, depot, commander):
    client.force_login(commander)
    drafted = exported(client, depot)
    sign(report, commander)
    assert exported(client, depot) == drafted
    assert [cell for cell in drafted if isinstance(cell[0], int | float)] == [
        (99, '"≥\u00a0"#,##0'), (98, "#,##0.0"),
    ]  # fmt: skip


def test_annex_signed_when_texts_alone_were_kept_stays_as_it_is(client, report, depot, commander):
    sign(report, commander)
    report.refresh_from_db()
    report.annex = [
        {**row, "cells": [cell if isinstance(cell, str) else cell["text"] for cell in row["cells"]]}
        for row in report.annex
    ]
    report.save()
    client.force_login(commander)
    row = exported(client, depot)[-6:]
    assert row == [("Quân số khỏe", "@"), *((text, "@") for text in ("%", "≥\u00a099", "98,0", "Chưa đạt", "–"))]


def test_a_report_is_not_signed_with_placeholders(report, share, commander):
    with pytest.raises(Refused) as error:
        sign(report, commander, place="(địa danh)", signer_post="……")
    report.refresh_from_db()
    assert ([*error.value.by_field], report.state) == (["place", "signer_post"], "draft")


def test_signed_report_stands_still_until_it_is_reopened(report, share, depot, staff, commander):
    with pytest.raises(PermissionDenied):
        sign(report, staff)
    with pytest.raises(Refused):
        sign(report, commander, day=date(2020, 7, 21))
    sign(report, commander)
    before = paper_for(depot, 2020, "Q1")
    figure(depot, share, 97)
    after = paper_for(depot, 2020, "Q1")
    assert (after.paragraphs, after.annex, after.number) == (before.paragraphs, before.annex, "12/BC-K1")
    assert draft_of(depot, 2020, "Q1").annex != after.annex
    with pytest.raises(Refused):
        edit(report, "Sửa", staff)
    service.reopen(report, reason="Số liệu quý đã được đính chính", by=commander)
    assert row_of(report).is_marked
    with pytest.raises(Refused):
        sign(ReviewReport.objects.get(), commander)


@pytest.mark.parametrize(
    ("period", "first"),
    [("Q1", date(2020, 3, 22)), ("H1", date(2020, 6, 21)), ("Y", date(2020, 12, 22)), ("5Y", date(2020, 12, 22))],
)
def test_a_report_bears_no_day_before_the_last_round_of_its_period_opens(depot, commander, set_today, period, first):
    set_today(date(2021, 1, 20))
    set_up_rounds(2020)
    report = service.begin(depot, 2020, period, by=commander)
    for early in (date(2019, 1, 1), first - timedelta(days=1)):
        with pytest.raises(Refused, match=f"{first:%d/%m/%Y}") as refused:
            sign(report, commander, day=early)
        assert refused.value.field == "day"
    sign(report, commander, day=first)


@pytest.mark.parametrize("kind", ["approved", "corrected"])
@pytest.mark.parametrize(("period", "last"), [("Q1", 8), ("H1", 16)])
def test_a_report_bears_no_day_before_the_last_approval_that_it_counts(
    share, department, depot, workshop, elsewhere, reviewer, kind, period, last
):
    """Of the branch alone, and of the period alone."""
    chief = make_user("chief", (department, Role.COMMANDER))
    rounds = {row.quarter: row for row in Round.objects.filter(year=2020)}
    approve(depot, rounds[1], reviewer, 8, kind)
    approve(depot, rounds[2], reviewer, 16, kind)
    approve(elsewhere, rounds[1], reviewer, 18, kind)
    approve(workshop, rounds[1], reviewer, 19, kind, state=Report.State.RETURNED)
    report = service.begin(department, 2020, period, by=chief)
    with pytest.raises(Refused, match=f"{last:02}/07/2020") as refused:
        sign(report, chief, day=date(2020, 7, last - 1))
    assert refused.value.field == "day"
    sign(report, chief, day=date(2020, 7, last))


def test_figures_that_a_migration_took_over_bear_no_day(share, depot, reviewer, commander):
    """They were approved in their own time, and the report on that time is signed as of then."""
    approve(depot, Round.objects.get(year=2020, quarter=1), reviewer, 16, "migrated")
    sign(service.begin(depot, 2020, "Q1", by=commander), commander, day=date(2020, 7, 8))
    assert ReviewReport.objects.get().is_signed


def approve(unit, round_, by, day, kind, state=APPROVED):
    at = datetime(2020, 7, day, 9, tzinfo=get_current_timezone())
    make_report(unit, round_, state=state).events.create(kind=kind, by=by, at=at)


def test_a_report_of_a_year_that_has_not_ended_is_signed_today(share, depot, reviewer, commander, set_today):
    set_today(date(2020, 12, 22))
    set_up_rounds(2020)
    approve(depot, Round.objects.get(year=2020, quarter=3), reviewer, 20, "approved")
    sign(service.begin(depot, 2020, "Y", by=commander), commander, day=date(2020, 12, 22))
    signed = ReviewReport.objects.get()
    assert (signed.is_signed, signed.day) == (True, date(2020, 12, 22))


def test_numbers_and_days_run_together_also_after_one_was_cancelled(report, commander):
    sign(report, commander, day=date(2020, 7, 15))
    service.reopen(report, reason="Số liệu quý đã được đính chính", by=commander)
    with pytest.raises(Refused, match="12/BC-K1.*15/07/2020") as refused:
        sign(report, commander, number="13/BC-K1", day=date(2020, 7, 14))
    assert refused.value.field == "day"
    sign(report, commander, number="13/BC-K1", day=date(2020, 7, 15))


@pytest.mark.parametrize(("opens", "first"), [(None, date(2020, 5, 19)), (date(2020, 5, 10), date(2020, 5, 10))])
def test_a_report_of_a_drive_bears_no_day_before_its_round_opens(depot, commander, set_today, opens, first):
    set_today(date(2020, 7, 20))
    make_campaign(depot)
    drive = make_drive(depot)
    if opens:
        Round.objects.create(year=2020, drive=drive, opens=opens, due=date(2020, 5, 30))
    report = service.begin(depot, 2020, drive_period(drive.pk), by=commander)
    with pytest.raises(Refused, match=f"{first:%d/%m/%Y}"):
        sign(report, commander, day=first - timedelta(days=1))
    sign(report, commander, day=first)


def test_others_do_not_write_the_report(report, reviewer, outsider):
    for user in (reviewer, outsider):
        with pytest.raises(PermissionDenied):
            service.edit(report, RESULTS, "x", 1, by=user)


def test_phrases_come_from_the_nearest_unit(share, depot, department, staff):
    chief = make_user("chief", (department, Role.STAFF))
    service.say(department, "miss", "{name}: {value} (chưa đạt {target})", by=chief)
    assert "Quân số khỏe: 98,0\u00a0% (chưa đạt từ 99\u00a0% trở lên)." in draft_of(depot, 2020, "Q1").paragraphs
    service.say(depot, "miss", "{name} còn {value}", by=staff)
    assert phrases_of(depot)["miss"] == "{name} còn {value}"
    service.say(depot, "miss", "", by=staff)
    assert Phrase.objects.count() == 1


def test_phrase_without_fields_takes_none(share, depot, staff):
    with pytest.raises(ValidationError):
        service.say(depot, "name.A_SHARE", "quân số {name}", by=staff)
    service.say(depot, "name.A_SHARE", "quân số mạnh", by=staff)
    service.say(depot, "say.A_SHARE", "toàn đơn vị {mới} giữ {value} quân số mạnh", by=staff)
    assert "Toàn đơn vị mới giữ 98,0\u00a0% quân số mạnh, chưa đạt chỉ tiêu (từ 99\u00a0% trở lên)." in (
        draft_of(depot, 2020, "Q1").paragraphs
    )
    assert "Còn 1 chỉ tiêu chưa đạt: quân số mạnh (98,0\u00a0%; chỉ tiêu từ 99\u00a0% trở lên)." in (
        draft_of(depot, 2020, "Q1").paragraphs
    )


@pytest.mark.parametrize("how", ["dissolved", "moved"])
def test_unit_that_was_changed_in_the_period_keeps_its_report(report, share, depot, department, staff, how):
    edit(report, OWN, staff)
    if how == "dissolved":
        dissolve_unit(depot, effective=date(2020, 5, 1), decision="12/QĐ", reason="Giải thể", by=root_administrator())
    else:
        move_unit(
            depot, parent=make_unit(department), effective=date(2020, 2, 1), decision="12/QĐ", by=root_administrator()
        )
    depot.refresh_from_db()
    report = ReviewReport.objects.select_related("unit").get()
    for period in ("Q1", "H1", "Y", "5Y"):
        assert draft_of(depot, 2020, period).paragraphs != []
    assert "Toàn đơn vị phấn đấu; quân số khỏe 98,0\u00a0%." in paper_for(depot, 2020, "Q1").paragraphs
    edit(report, OWN.replace("Toàn", "Cả"), staff)
    assert "Cả đơn vị phấn đấu; quân số khỏe 98,0\u00a0%." in paper_for(depot, 2020, "Q1").paragraphs
