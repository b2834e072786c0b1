import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_unit
from units.models import Unit
from units.paths import branch_q, branches_q, depth, outermost, parent_path, path_ids, segment

KEYS = st.lists(st.integers(1, 999_999), min_size=1, max_size=20)


@given(KEYS)
def test_a_path_gives_back_its_keys(keys):
    path = "".join(map(segment, keys))

    assert path_ids(path) == keys
    assert depth(path) == len(keys)
    assert path_ids(parent_path(path)) == keys[:-1]


@pytest.mark.parametrize(
    ("paths", "kept"),
    [
        ([], []),
        (["000001", "000001000002"], ["000001"]),
        (["000001000003", "000001000002", "000001000002"], ["000001000002", "000001000003"]),
    ],
)
def test_outermost_drops_what_lies_below_another(paths, kept):
    assert outermost(paths) == kept


def test_branch_q_takes_the_unit_and_everything_below_it(department, depot, elsewhere):
    workshop = make_unit(depot)

    assert set(Unit.objects.filter(branch_q(department.path))) == {department, depot, workshop}


def test_branches_q_without_paths_takes_nothing(region):
    assert not Unit.objects.filter(branches_q([])).exists()
