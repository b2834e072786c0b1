"""Twice the same award: what is given only once, and what was taken back and is proposed anew."""

from datetime import date

import pytest
from django.utils import translation

from awards.reports.checks import duplicates, problems_of
from awards.reports.dossiers import proposed
from awards.reports.snapshots import findings_of
from awards.reports.standing import nominated
from tests.factories import (
    YEAR,
    make_award,
    make_campaign,
    make_criterion,
    make_dossier,
    make_grant,
    make_nomination,
    make_occasion,
    make_person,
    make_rating,
)
from tests.layers import built_once


@built_once
def person(depot):
    return make_person(depot)


@pytest.mark.parametrize("once", [True, False])
def test_award_given_only_once_is_proposed_in_one_year_alone(depot, staff, person, once):
    medal = make_award(once=once)
    make_nomination(make_dossier(depot, staff, year=YEAR - 1), medal, person, stage="submitted")
    line = make_nomination(make_dossier(depot, staff), medal, person)
    assert (line.pk in duplicates(line.dossier, [line], by=staff)) == once


@pytest.mark.parametrize("once", [True, False])
def test_campaign_makes_no_other_merit_of_what_is_given_only_once(depot, staff, person, once):
    medal, drive = make_award(once=once), make_occasion("drive", of_campaign=True)
    first, second = (make_dossier(depot, staff, occasion=drive, campaign=make_campaign(depot)) for _n in range(2))
    given = make_nomination(first, medal, person, stage="decided")
    make_grant(medal, person, nomination=given)
    line = make_nomination(second, medal, person)
    assert (line.pk in duplicates(second, [line], by=staff)) == once


def test_award_taken_back_is_proposed_anew(depot, staff, person):
    award = make_award("CSTT")
    given = make_nomination(make_dossier(depot, staff), award, person, stage="decided")
    grant = make_grant(award, person, nomination=given)
    line = make_nomination(make_dossier(depot, staff), award, person, stage="withdrawn")
    known = ("person", person.pk, "CSTT")

    def says():
        in_the_way = (
            duplicates(line.dossier, [line], by=staff),
            list(proposed(line.dossier, "CSTT")),
            nominated(depot, YEAR),
        )
        return tuple(map(bool, in_the_way))

    assert (says(), known in nominated(depot, YEAR)) == ((True, True, True), True)
    grant.revoked_on, grant.revoked_why = line.at.date(), "Sai quyết định"
    grant.save()
    assert says() == (False, False, False)


@pytest.mark.parametrize("why", ["", "Kết luận mới của cơ quan thanh tra"])
def test_award_taken_back_is_proposed_anew_only_with_a_reason(depot, staff, person, why):
    award = make_award("CSTT")
    make_grant(award, person, revoked_on=date(YEAR, 12, 10), revoked_why="Khai gian")
    line = make_nomination(make_dossier(depot, staff), award, person, why_unmet=why)
    with translation.override("vi"):
        found = [one for one in problems_of(line.dossier, [line], by=staff) if "10/12/2020" in one.text]
    assert [(one.line, one.hard) for one in found] == [(line, not why)]


@pytest.mark.parametrize(("own", "said"), [
    (True, "Đã được đề nghị trong “Hồ sơ thứ nhất”."),
    (False, "Đã được một đơn vị ngoài phạm vi của đồng chí đề nghị: hãy hỏi cấp thẩm định hồ sơ."),
])  # fmt: skip
def test_dossier_out_of_reach_stands_in_the_way_unnamed(depot, workshop, staff, person, own, said):
    award = make_award("CSTT")
    first = make_dossier(depot if own else workshop, staff, title="Hồ sơ thứ nhất")
    make_nomination(first, award, person, stage="submitted")
    line = make_nomination(make_dossier(depot, staff), award, person)
    with translation.override("vi"):
        assert duplicates(line.dossier, [line], by=staff) == {line.pk: [said]}


@pytest.mark.parametrize("own", [True, False])
def test_second_award_is_named_to_who_reaches_its_dossier(depot, workshop, staff, person, own):
    occasion = make_occasion()
    other = make_award("GIAY_KHEN", name="Giấy khen")
    make_nomination(make_dossier(depot if own else workshop, staff, occasion=occasion), other, person)
    line = make_nomination(make_dossier(depot, staff, occasion=occasion), make_award("CSTT"), person)
    with translation.override("vi"):
        texts = [problem.text for problem in problems_of(line.dossier, [line], by=staff)]
    said = [text.split(":")[0] for text in texts if text.startswith("Cũng được")]
    unnamed = "Cũng được một đơn vị ngoài phạm vi của đồng chí đề nghị hình thức khác"
    assert said == ["Cũng được đề nghị “Giấy khen”" if own else unnamed]


def test_what_is_not_known_is_not_called_not_met(depot, staff, person):
    award = make_award("CSTT")
    make_criterion(award, "task_rating", rating="excellent", text="Xuất sắc")
    make_criterion(award, text="Kiểm tra")
    make_rating(person, rating="completed")
    line = make_nomination(make_dossier(depot, staff), award, person)
    line.findings = findings_of([line], YEAR, date(YEAR, 12, 31))[line.pk]
    with translation.override("en"):
        said = [one.text for one in problems_of(line.dossier, [line], by=staff)]
    start = "Not met: Xuất sắc. No data yet: Kiểm tra"
    assert [text.startswith(start) for text in said].count(True) == 1
