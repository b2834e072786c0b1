"""Records that say something else than when a line was handed in: who takes it further has to know."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from awards.models import Grant
from awards.reports.differences import differences
from awards.reports.dossiers import steps_of
from awards.services import decisions, papers, sessions
from awards.services.appraisals import conclude
from tests.factories import (
    make_award,
    make_award_level,
    make_complete,
    make_council,
    make_criterion,
    make_dossier,
    make_frozen_line,
    make_user,
    rate_worse,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Discipline, DisciplineForm, Role

DAY = date(2020, 12, 22)
HEAD = {
    "number": "125/QĐ-CKT", "day": DAY, "signer": "Đại tá Nguyễn Văn B", "signer_post": "Chủ nhiệm",
    "place": "Hà Nội", "giver": "Chủ nhiệm",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@built_once
def judged(levels):
    """An award that asks for a rating and for clean discipline, decided by the department."""
    make_complete("discipline")
    found = make_award("CSTD", subject="person", level=levels["base"])
    make_criterion(found, "task_rating", rating="well", text="Hoàn thành tốt")
    make_criterion(found, "no_discipline", text="Không kỷ luật")
    return found


@pytest.fixture
def frozen(depot, staff, department, judged):
    """A function: a line of somebody rated “well”, as it was handed in."""

    def make(stage, name="Lê An", award=None, **fields):
        dossier = make_dossier(depot, staff, rule_day=fields.pop("rule_day", DAY), received_on=DAY)
        return make_frozen_line(dossier, award or judged, name, stage=stage, holder=department, **fields)

    return make


def sign(line, known, chief):
    draft = papers.draft_decision(line.holder, [line.pk], by=chief)
    decisions.sign(draft, HEAD, known_unpaid=True, known_changes=known, by=chief)


def send(line, known, chief):
    line.award.level = make_award_level("ministry", 9)
    line.award.save()
    letter = papers.draft_submission(line.holder, [line.pk], by=chief)
    papers.send(letter, HEAD, known_changes=known, by=chief)


def open_voting(line, known, chief):
    council = line.holder.councils.first() or make_council(line.holder, chief)
    session = council.sessions.first()
    if session is None:
        session = sessions.plan_session(council, title="Phiên 1", day=DAY, by=chief)
        sessions.add_lines(session, [line.pk], by=chief)
        sessions.set_attendance(session, {council.members.get().pk: "present"}, by=chief)
    sessions.open_voting(session, known_changes=known, by=chief)


def appraise(line, known, chief):
    reviewer = make_user(f"judge{known}", (line.holder, Role.REVIEWER))
    conclude([line.pk], verdict="appraised", known_changes=known, by=reviewer)


STEPS = {"submitted": appraise, "appraised": open_voting, "passed": sign, "passed ": send}


@pytest.mark.parametrize("stage", STEPS)
def test_what_has_changed_since_the_hand_in_is_known_or_holds_the_line_up(frozen, chief, stage):
    line, act = frozen(stage.strip()), STEPS[stage]
    rate_worse(line)
    with pytest.raises(Refused) as error:
        act(line, False, chief)
    assert error.value.field == "known_changes"
    assert error.value.messages[0].startswith("Lê An (")
    assert not Grant.objects.exists()
    if act is sign:
        line.decisions.all().delete()
    if act is send:
        line.submissions.all().delete()
    act(line, True, chief)
    event = line.events.order_by("-pk").first()
    assert event.after["known_changes"] is True
    assert any("Hoàn thành tốt" in text for text in steps_of(line, grounds=True)[-1].more) is False
    assert len(steps_of(line, grounds=True)[-1].more) == 1


@pytest.mark.parametrize("stage", STEPS)
def test_what_still_holds_goes_on(frozen, chief, stage):
    line = frozen(stage.strip())
    STEPS[stage](line, False, chief)
    assert "known_changes" not in line.events.order_by("-pk").first().after


def test_whoever_may_not_see_discipline_sees_only_that_something_differs(frozen, chief, outsider):
    line = frozen("passed")
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo")
    Discipline.objects.create(person=line.person, form=form, decided=date(2020, 6, 1))
    [told], [hidden] = differences(chief, [line]), differences(outsider, [line])
    assert "Không kỷ luật" in told.what
    assert hidden.what == ""
    rate_worse(line)
    [hidden] = differences(outsider, [line])
    assert "Hoàn thành tốt" in hidden.what
    assert "Không kỷ luật" not in hidden.what
    [judged] = differences(outsider, [line], judges=True)
    assert "Không kỷ luật" in judged.what


def test_a_lowered_line_is_compared_by_what_it_was_handed_in_for(frozen, chief, levels):
    line = frozen("passed")
    line.award = make_award("CSTT", subject="person", level=levels["base"])
    line.save()
    assert differences(chief, [line]) == []
    rate_worse(line)
    assert [one.line for one in differences(chief, [line])] == [line]


@pytest.mark.parametrize("count", [1, 3])
def test_lines_are_compared_in_a_constant_number_of_queries(frozen, chief, count):
    """Of dossiers that came on different days, too: two sets of rules are read, and one set of facts."""
    days = [DAY, date(2020, 12, 1)]
    lines = [frozen("passed", f"Lê {number}", rule_day=days[number % 2]) for number in range(count)]
    lines.append(frozen("passed", "Lê Cuối", rule_day=days[1]))
    for line in lines:
        rate_worse(line)
    with CaptureQueriesContext(connection) as queries:
        assert len(differences(chief, lines)) == count + 1
    assert len(queries) == 7
