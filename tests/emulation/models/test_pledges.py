"""What the tables of titles, versions, amendments and clusters refuse."""

import pytest
from django.utils import timezone

from emulation.models import Amendment, Cluster, RegisteredTitle, Registration, RegistrationVersion
from tests.constraints import assert_refused
from tests.factories import make_amendment, make_cluster, make_registration
from tests.layers import built_once
from units.models import Unit, User


@built_once
def registration(depot: Unit, reviewer: User) -> Registration:
    return make_registration(depot, reviewer)


def test_title_stands_once(registration: Registration) -> None:
    fields = {"registration": registration, "title": "Đơn vị quyết thắng", "subject": "unit"}
    RegisteredTitle.objects.create(**fields)
    assert_refused(RegisteredTitle(**fields), "registered_title_once")


@pytest.mark.parametrize(
    ("subject", "number", "share"),
    [("unit", 1, None), ("unit", None, 30), ("people", None, None), ("people", 3, 30), ("people", 0, None),
     ("people", None, 101)],
)  # fmt: skip
def test_title_says_for_how_many(
    registration: Registration, subject: str, number: int | None, share: int | None
) -> None:
    row = RegisteredTitle(registration=registration, title="A", subject=subject, number=number, share=share)
    assert_refused(row, "registered_title_for_how_many")


def test_version_has_its_number_once(registration: Registration, reviewer: User) -> None:
    again = RegistrationVersion(registration=registration, number=1, content={}, by=reviewer, at=timezone.now())
    assert_refused(again, "registration_version_number")


def test_version_after_the_first_says_why(registration: Registration, reviewer: User) -> None:
    second = RegistrationVersion(registration=registration, number=2, content={}, by=reviewer, at=timezone.now())
    assert_refused(second, "registration_version_says_why")


def test_one_amendment_is_open(registration: Registration, staff: User) -> None:
    make_amendment(registration, staff)
    again = Amendment(registration=registration, base=1, reason="x", asked_by=staff, asked_at=timezone.now())
    assert_refused(again, "amendment_one_open")


@pytest.mark.parametrize(
    ("state", "constraint"), [("sent", "amendment_sent_by_commander"), ("withdrawn", "amendment_ended_by_whom")]
)
def test_amendment_names_who_moved_it(registration: Registration, staff: User, state: str, constraint: str) -> None:
    row = Amendment(
        registration=registration, base=1, reason="x", asked_by=staff, asked_at=timezone.now(), state=state
    )
    assert_refused(row, constraint)


def test_cluster_has_its_name_once_a_year(department: Unit, depot: Unit) -> None:
    make_cluster(department, depot)
    assert_refused(Cluster(keeper=department, year=2020, name="Cụm 1", lead=depot), "cluster_name_once_a_year")


def test_cluster_is_seen_from_above_and_by_members_alone(
    department: Unit, depot: Unit, workshop: Unit, staff: User, reviewer: User, outsider: User
) -> None:
    ours = make_cluster(department, depot)
    theirs = make_cluster(department, workshop, name="Cụm 2")
    seen = {user.username: set(Cluster.objects.visible_to(user)) for user in (staff, reviewer, outsider)}
    assert seen == {"staff": {ours}, "reviewer": {ours, theirs}, "outsider": set()}
