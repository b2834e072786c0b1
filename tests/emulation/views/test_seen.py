"""Two people on one edit page: the second is told who changed what, keeps what was typed, and may save knowingly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse
from django.utils.formats import localize_input
from django.utils.translation import override

from emulation.models import InspectionFinding, LayoutProfile, Phrase, Target
from emulation.phrases import shown
from tests.factories import (
    make_activity,
    make_assessment,
    make_breakthrough,
    make_campaign,
    make_campaign_indicator,
    make_cluster,
    make_document,
    make_dossier,
    make_example,
    make_finding,
    make_incident,
    make_indicator,
    make_inspection,
    make_own_checklist,
    make_person,
    make_score_template,
    make_target,
    make_unit,
    make_user,
    make_weak_point,
    make_work,
)
from units.models import Membership, Role, Unit, User

pytestmark = pytest.mark.django_db

Page = tuple[str, Callable[[], Any], str, str, str]  # address, what is stored now, field, value of A, value of B


def values(form: Any) -> dict[str, Any]:
    """What a browser would send back of a form just opened, with the mark of the page."""
    found: dict[str, Any] = {"seen": form.seen}
    for bound in form:
        value = bound.value()
        if isinstance(value, Model):
            value = value.pk
        elif hasattr(value, "__iter__") and not isinstance(value, str):
            value = [getattr(one, "pk", one) for one in value]
        if value is not None and value is not False:
            found[bound.html_name] = localize_input(value) if isinstance(value, date) else value
    return found


def of(row: Any, name: str, field: str, *values: str, column: str = "") -> Page:
    def now() -> Any:
        return getattr(type(row).objects.get(pk=row.pk), column or field)

    return (reverse(name, args=[row.pk]), now, field, *values)  # type: ignore[return-value]


def layout(unit: Unit, user: User) -> Page:
    rows = LayoutProfile.objects.filter(unit=unit)
    return reverse("emulation:layout-update", args=[unit.pk]), lambda: rows.get().place, "place", "Hà Nội", "Đông Anh"


def phrase(unit: Unit, user: User) -> Page:
    address = reverse("emulation:phrase-update", args=[unit.pk, "over"])
    rows = Phrase.objects.filter(unit=unit)
    return address, lambda: shown(rows.get().text), "text", "{câu số liệu}, tốt", "{câu số liệu}, rất tốt"


def scope_of(unit: Unit, user: User) -> Page:
    """Units that take part are rows of their own."""
    make_unit(unit, "A1")
    make_unit(unit, "A2")
    row = make_campaign(unit, launching_unit=unit, state="draft", launched_on=None)
    first, second = (str(Unit.objects.get(code=code).pk) for code in ("A1", "A2"))

    def now() -> list[str]:
        return [str(pk) for pk in row.scopes.values_list("unit", flat=True)]

    return reverse("emulation:campaign-update", args=[row.pk]), now, "units", [first], [second]  # type: ignore[return-value]


def findings(unit: Unit, user: User) -> Page:
    inspected = make_unit(unit, "B1")
    row = make_inspection(unit, user, inspected)
    found = make_finding(row, inspected, user)
    address = reverse("emulation:inspection-record", args=[row.pk, inspected.pk])

    def now() -> str:
        return InspectionFinding.objects.get(pk=found.pk).words

    return address, now, f"w{found.item_id}", "Thấy một", "Thấy hai"


def score(unit: Unit, user: User) -> Page:
    """The reviewers of the superior keep the sheets of the members."""
    for login in ("first", "second"):
        Membership.objects.create(
            user=User.objects.get(username=login), unit=Unit.objects.get(code="QK"), role=Role.REVIEWER,
            since=date(2020, 1, 1),
        )  # fmt: skip
    work = make_work(unit, make_user("author"), make_person(unit), template=make_score_template(), state="submitted")
    sheet = work.sheets.create(member="Chủ tịch")
    for criterion in work.template.criteria.all():
        sheet.scores.create(criterion=criterion, points=1)
    address = reverse("emulation:score-update", args=[work.pk, sheet.pk])
    return address, lambda: type(sheet).objects.get(pk=sheet.pk).remark, "remark", "Một", "Hai"


def targets(unit: Unit, user: User) -> Page:
    placed = make_campaign_indicator(make_campaign(unit, launching_unit=unit), make_indicator("count", "X1"))
    target = make_target(unit, placed, None, registered=5)

    def now() -> str:
        return f"{Target.objects.get(pk=target.pk).registered:.0f}"

    return reverse("emulation:target-list", args=[unit.pk, 2020]), now, f"registered-{placed.pk}", "7", "9"


PAGES: dict[str, Callable[[Unit, User], Page]] = {
    "document": lambda unit, user: of(make_document(unit), "emulation:document-update", "summary", "Một", "Hai"),
    "example": lambda unit, user: of(
        make_example(unit, user), "emulation:example-update", "story", "Chuyện của tôi", "Chuyện khác"
    ),
    "initiative": lambda unit, user: of(
        make_work(unit, user, make_person(unit)), "emulation:initiative-update", "problem", "Một", "Hai"
    ),
    "campaign": lambda unit, user: of(
        make_campaign(unit, launching_unit=unit), "emulation:campaign-update", "content", "Một", "Hai"
    ),
    "scope": scope_of,
    "layout": layout,
    "activity": lambda unit, user: of(make_activity(unit), "emulation:activity-update", "content", "Một", "Hai"),
    "incident": lambda unit, user: of(make_incident(unit), "emulation:incident-update", "cause", "Một", "Hai"),
    "breakthrough": lambda unit, user: of(
        make_breakthrough(unit), "emulation:breakthrough-update", "goal", "Một", "Hai"
    ),
    "inspection": lambda unit, user: of(
        make_inspection(unit, user, make_unit(unit, "B1")), "emulation:inspection-update", "members", "Một", "Hai"
    ),
    "cluster": lambda unit, user: of(
        make_cluster(unit, make_unit(unit, "C1"), make_unit(unit, "C2")), "emulation:cluster-update", "name",
        "Cụm một", "Cụm hai",
    ),
    "phrase": phrase,
    "measure": lambda unit, user: of(
        make_weak_point(unit, user, owner_post="Kho trưởng", measure="Biện pháp cũ của kho"),
        "emulation:weak-point-measure", "measure", "Biện pháp một", "Biện pháp hai",
    ),
    "findings": findings,
    "score": score,
    "dossier": lambda unit, user: of(
        make_dossier(unit, user), "awards:dossier-update", "title", "Hồ sơ một", "Hồ sơ hai"
    ),
    "review": lambda unit, user: of(
        make_dossier(unit, user), "awards:dossier-review", "review_text", "Biên bản một", "Biên bản hai"
    ),
    "targets": targets,
}  # fmt: skip


@pytest.mark.parametrize("kind", PAGES)
def test_second_to_save_is_told_and_loses_nothing(client, department, set_today, kind):
    set_today(date(2020, 6, 15))
    first = make_user("first", (department, Role.STAFF), full_name="Trần Văn Bình")
    second = make_user("second", (department, Role.STAFF))
    address, now, field, mine, theirs = PAGES[kind](department, second)
    client.force_login(second)
    page = values(client.get(address).context["form"])
    client.force_login(first)
    assert client.post(address, page | {field: theirs}).status_code == 302
    stored = now()
    client.force_login(second)
    with override("en"):
        refused = client.post(address, page | {field: mine}, headers={"Accept-Language": "en"})
    form = refused.context["form"]
    assert (refused.status_code, now(), form[field].value()) == (200, stored, mine)
    assert "Trần Văn Bình" in form.non_field_errors()[0]
    assert [one.label for one in form.differences] == [str(form[field].label)]
    text = refused.content.decode()
    assert f'name="seen" value="{form.seen}"' in text
    assert text.count("Đồng chí nhập") == 2  # the head, and the name of the cell on phones
    assert client.post(address, values(form)).status_code == 302
    assert now() != stored


def test_own_double_click_and_a_change_beside_the_form_are_no_conflict(client, department, set_today):
    set_today(date(2020, 6, 15))
    user = make_user("first", (department, Role.STAFF))
    document = make_document(department)
    address = reverse("emulation:document-update", args=[document.pk])
    client.force_login(user)
    page = values(client.get(address).context["form"]) | {"summary": "Một"}
    document.files.clear()
    assert [client.post(address, page).status_code for _n in range(2)] == [302, 302]


def test_mark_that_is_nonsense_is_a_page_too_old(client, department):
    user = make_user("first", (department, Role.STAFF))
    document = make_document(department)
    address = reverse("emulation:document-update", args=[document.pk])
    client.force_login(user)
    page = values(client.get(address).context["form"]) | {"summary": "Một"}
    for mark in ("x", "-", "0-99999999999999999999", "ᵃ-¹²³", "a" * 5000):
        assert client.post(address, page | {"seen": mark}).status_code == (302 if mark == "-" else 200)
        type(document).objects.update(summary="")


def test_administrators_pages_tell_too(client, administrator, depot):
    other = make_user("other", (depot, Role.STAFF), full_name="Lê Thị Cúc")
    client.force_login(administrator)
    for address, field in (
        (reverse("units:user-update", args=[other.pk]), "full_name"),
        (reverse("units:unit-update", args=[depot.pk]), "short_name"),
        (reverse("units:unit-rename", args=[depot.pk]), "name"),
    ):
        page = values(client.get(address).context["form"]) | {"effective": "01/03/2020", "decision": "12/QĐ"}
        assert client.post(address, page | {field: "Tên một"}).status_code == 302
        refused = client.post(address, page | {field: "Tên hai"})
        assert [(one.stored, one.typed) for one in refused.context["form"].differences] == [("Tên một", "Tên hai")]


def test_assessment_names_who_saved(client, depot, set_today):
    set_today(date(2020, 6, 15))
    first = make_user("first", (depot, Role.STAFF), full_name="Trần Văn Bình")
    second = make_user("second", (depot, Role.STAFF))
    row = make_assessment(make_own_checklist(), depot)
    item = row.template.items.first()
    typed = {"version": row.version, "action": "save", f"answer-{item.pk}": "met"}
    client.force_login(first)
    assert client.post(row.get_absolute_url(), typed).status_code == 302
    client.force_login(second)
    page = client.post(row.get_absolute_url(), typed | {f"answer-{item.pk}": "not_met"})
    who, what = page.context["problems"]
    assert ("Trần Văn Bình" in who, what) == (True, "Nội dung đã trả lời lại: 1.")


def test_fault_of_the_form_and_a_change_meanwhile_are_told_together(client, department):
    user = make_user("first", (department, Role.STAFF))
    document = make_document(department)
    address = reverse("emulation:document-update", args=[document.pk])
    client.force_login(user)
    page = values(client.get(address).context["form"])
    assert client.post(address, page | {"summary": "Một"}).status_code == 302
    form = client.post(address, page | {"summary": "Hai", "title": ""}).context["form"]
    assert (len(form.errors["title"]), len(form.non_field_errors()), len(form.differences)) == (1, 1, 2)


def test_what_the_service_refuses_does_not_hide_a_change_meanwhile(client, department):
    user = make_user("first", (department, Role.STAFF))
    point = make_weak_point(department, user, measure="Biện pháp cũ của kho")
    address = reverse("emulation:weak-point-measure", args=[point.pk])
    client.force_login(user)
    page = values(client.get(address).context["form"])
    assert client.post(address, page | {"measure": "Biện pháp một"}).status_code == 302
    form = client.post(address, page | {"measure": "ngắn"}).context["form"]
    assert [one.typed for one in form.differences] == ["ngắn"]
    assert len(form.non_field_errors()) == 1


def test_head_of_a_refused_page_names_what_is_stored(client, department):
    user = make_user("first", (department, Role.STAFF))
    row = make_dossier(department, user, title="Tên đã lưu")
    client.force_login(user)
    address = reverse("awards:dossier-update", args=[row.pk])
    refused = client.post(address, values(client.get(address).context["form"]) | {"title": "Tên chưa lưu " * 20})
    assert refused.context["crumbs"][1][0] == "Tên đã lưu"


def test_titles_aimed_at(client, department):
    user = make_user("first", (department, Role.STAFF), full_name="Trần Văn Bình")
    client.force_login(user)
    address = reverse("emulation:registration-titles", args=[department.pk, 2020])
    page = client.get(address)
    typed = {"titles-TOTAL_FORMS": "1", "titles-INITIAL_FORMS": "0", "titles-0-code": "-", "titles-0-amount": "",
             "seen": page.context["seen"]}  # fmt: skip
    assert client.post(address, typed | {"titles-0-words": "Đơn vị một"}).status_code == 302
    refused = client.post(address, typed | {"titles-0-words": "Đơn vị hai"})
    assert ["Trần Văn Bình" in refused.context["problems"][0], "Đơn vị một" in refused.context["problems"][1]] == [
        True, True,
    ]  # fmt: skip
    typed["seen"] = refused.context["seen"]
    assert client.post(address, typed | {"titles-0-words": "Đơn vị hai"}).status_code == 302


def test_rating_that_both_have_changed_is_told_once(client, department):
    client.force_login(make_user("first", (department, Role.STAFF)))
    person = make_person(department)
    name, address = f"rating-{person.pk}", f"{reverse('units:person-ratings')}?year=2020"
    typed = {f"initial-{name}": "", name: "excellent"}
    assert client.post(address, typed).status_code == 302
    refused = client.post(address, typed | {name: "completed"})
    assert [*refused.context["form"].errors] == [name]
    assert person.ratings.get().rating == "excellent"
    typed[f"initial-{name}"] = refused.context["form"].data[f"initial-{name}"]
    assert client.post(address, typed | {name: "completed"}).status_code == 302
    assert person.ratings.get().rating == "completed"
