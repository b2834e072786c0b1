import pytest

from awards.models import Nomination
from awards.services.steps import NEXT, Kind, Stage, lock_lines, step
from tests.factories import make_award, make_dossier, make_nomination, make_person
from tests.layers import built_once
from units.errors import Refused


@built_once
def line(depot, staff) -> Nomination:
    return make_nomination(make_dossier(depot, staff), make_award(), make_person(depot))


def test_step_moves_the_line_and_leaves_a_trace(line, department, staff):
    [locked] = lock_lines([line.pk])
    step(locked, Kind.SUBMITTED, Stage.SUBMITTED, by=staff, holder=department, reason="Đủ hồ sơ")
    line.refresh_from_db()
    assert (line.stage, line.holder) == (Stage.SUBMITTED, department)
    event = line.events.get()
    assert (event.kind, event.stage, event.unit, event.reason, event.by) == (
        "submitted", "submitted", line.dossier.unit, "Đủ hồ sơ", staff,
    )  # fmt: skip


def test_step_to_a_stage_out_of_order_is_refused(line, staff):
    with pytest.raises(Refused) as error:
        step(line, Kind.PASSED, Stage.PASSED, by=staff)
    assert line.name in error.value.messages[0]
    assert (line.stage, line.events.count()) == (Stage.DRAFT, 0)


def test_every_stage_is_reached_and_what_is_over_goes_nowhere():
    assert set(NEXT) == set(Stage)
    assert set().union(*NEXT.values()) == set(Stage) - {Stage.DRAFT}
    assert [stage for stage in Stage if not NEXT[stage]] == [Stage.WITHDRAWN, Stage.REJECTED, Stage.DECIDED]
