"""A legal document ends or is replaced: what rests on it follows by date, and dossiers by their rule day."""

from datetime import date

import pytest
from django.urls import reverse

from awards.models import AwardBasis, Cap, Criterion
from awards.reports.bases import documents_of
from awards.reports.caps import shares
from awards.reports.rules import rules_on
from tests.factories import (
    make_award,
    make_criterion,
    make_dossier,
    make_legal_document,
    make_nomination,
    make_person,
)

LAST, NEXT = date(2020, 12, 31), date(2021, 1, 1)


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2021, 3, 1))


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def document(db):
    """A circular on which a group of criteria, a cap and a basis of an award rest; another award does not."""
    document, award = make_legal_document("TT 151/2018/TT-BQP", valid_from=date(2018, 11, 25)), make_award("CSTT")
    group = make_criterion(award, "any_of", text="Một trong", clause="Điều 12 TT 151/2018/TT-BQP", certainty="V")
    make_criterion(award, "attested", parent=group, text="Kiểm tra", clause="Điều 12(4) TT 151/2018/TT-BQP")
    make_criterion(award, "attested", text="Khác", clause="Điều 10 NĐ 91/2017/NĐ-CP")
    Cap.objects.create(award=award, of="headcount", share=40, clause="Điều 12 TT 151/2018/TT-BQP", certainty="V")
    AwardBasis.objects.create(award=award, document=document, article="Điều 12", certainty="V")
    make_criterion(make_award("LDTT"), "attested", text="Không", clause="Điều 1 TT 15/2018/TT-BQP")
    return document


def page_of(document):
    return reverse("awards:document-detail", args=[document.pk])


def keys(admin, document):
    return [one.key for one in admin.get(page_of(document)).context["resting"]]


def asked(day):
    """What the award asks on the day: the texts of its criteria with their clauses, in their groups."""

    def said(criteria):
        return [(c.text, c.clause, c.certainty, said(c.children)) for c in criteria]

    return said(rules_on(day)["CSTT"].criteria)


def test_what_rests_on_a_document_is_listed_from_the_catalogue(admin, document):
    assert [(one.part, one.text) for one in admin.get(page_of(document)).context["resting"]] == [
        ("criteria", "Một trong"), ("caps", "≤ 40 %"), ("bases", "TT 151/2018/TT-BQP"),
    ]  # fmt: skip
    catalogue = admin.get(reverse("emulation:catalogue-rows", args=["legal-documents"])).text
    assert f'href="{page_of(document)}"' in catalogue


def test_document_that_ends_takes_along_what_is_ticked(admin, document):
    ticked = [key for key in keys(admin, document) if not key.startswith("caps")]
    before = asked(LAST)
    assert admin.post(page_of(document), {"last_day": "31/12/2020", "rows": ticked}).status_code == 302
    document.refresh_from_db()
    assert document.valid_until == LAST
    other = ("Khác", "Điều 10 NĐ 91/2017/NĐ-CP", "V", [])
    assert asked(LAST) == before
    assert [row[0] for row in asked(NEXT)] == [other[0]]
    assert Cap.objects.get().valid_until is None
    award = AwardBasis.objects.get().award
    assert (documents_of([award], LAST), documents_of([award], NEXT)) == ([document], [])


def test_document_that_is_replaced_goes_on_unverified_under_the_new_one(admin, document):
    new = make_legal_document("TT 1/2021/TT-BQP", valid_from=NEXT)
    sent = {"last_day": "31/12/2020", "successor": new.pk, "rows": keys(admin, document)}
    assert admin.post(page_of(document), sent).status_code == 302
    clause = "TT 1/2021/TT-BQP (chưa xác định điều khoản)"
    [_other, group] = sorted(asked(NEXT))
    assert group == ("Một trong", clause, "U", [("Kiểm tra", clause, "U", [])])
    assert sorted(Cap.objects.values_list("clause", "certainty", "valid_from", "valid_until")) == [
        (clause, "U", NEXT, None), ("Điều 12 TT 151/2018/TT-BQP", "V", None, LAST),
    ]  # fmt: skip
    award = Cap.objects.first().award
    assert (documents_of([award], LAST), documents_of([award], NEXT)) == ([document], [new])


def test_dossiers_follow_by_their_rule_day(admin, document, depot, staff):
    """Those received before keep their caps; where one received later would lose them, it is done knowingly."""
    award, person = Cap.objects.get().award, make_person(depot)
    held = {}
    for name, day in (("old", LAST), ("late", date(2021, 2, 1))):
        held[name] = make_dossier(depot, staff, received_on=day, rule_day=day, title=name)
        make_nomination(held[name], award, person, stage="submitted")
    sent = {"last_day": "31/12/2020", "rows": keys(admin, document)}
    refused = admin.post(page_of(document), sent)
    assert (list(refused.context["form"].errors), refused.context["ticked"]) == (["slip"], sent["rows"])
    document.refresh_from_db()
    assert (document.valid_until, Criterion.objects.exclude(valid_until=None).exists()) == (None, False)
    assert admin.post(page_of(document), sent | {"slip": "on"}).status_code == 302
    rooms = {
        name: [str(room.share) for one in shares(dossier) for room in one.rooms] for name, dossier in held.items()
    }
    assert rooms == {"old": ["40"], "late": []}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"last_day": ""}, "last_day"),
        ({"last_day": "24/11/2018"}, "__all__"),  # before its first day
        ({"rows": ["caps-0"]}, "rows"),
        ({"successor": "late"}, "successor"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(admin, document, typed, field):
    late = make_legal_document("TT 2/2022/TT-BQP", valid_from=date(2022, 1, 1))
    sent = {"last_day": "31/12/2020", "rows": keys(admin, document)} | typed
    if "successor" in sent:
        sent["successor"] = late.pk
    answer = admin.post(page_of(document), sent)
    document.refresh_from_db()
    assert (list(answer.context["form"].errors), document.valid_until) == ([field], None)
    assert not Cap.objects.exclude(valid_until=None).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_page_runs_a_constant_number_of_queries(admin, document, count, django_assert_num_queries):
    for number in range(count):
        award = make_award(f"A{number}")
        Cap.objects.create(award=award, of="headcount", share=1, clause="TT 151/2018/TT-BQP")
    with django_assert_num_queries(13):
        admin.get(page_of(document))
