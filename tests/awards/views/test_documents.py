"""A legal document ends or is replaced: what rests on it follows by date, and dossiers by their rule day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from awards.models import (
    Attestation,
    AwardBasis,
    BonusRounding,
    Cap,
    Criterion,
    LegalDocument,
    RevocationGround,
)
from awards.reports.bases import documents_of
from awards.reports.caps import shares
from awards.reports.documents import PROCEDURE, is_named
from awards.reports.due import verdict_of
from awards.reports.rules import rules_on
from awards.services.catalogue import save_row
from awards.services.grants import attest
from awards.views.catalogues import CATALOGUES
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


@pytest.mark.parametrize(
    ("code", "clause", "rests"),
    [
        ("57/2020/TT-BQP", "Điều 18 TT 157/2020/TT-BQP", False),
        ("57/2020/TT-BQP", "Điều 18(1) TT 57/2020/TT-BQP", True),
        ("TT 57/2020", "TT 57/2020/TT-BQP", True),
        ("15/2003/QH1", "Điều 25 Luật 15/2003/QH11", False),
        ("Nghị định số 98/2023/NĐ-CP", "Điều 54 NĐ 98/2023/NĐ-CP; NĐ 152/2025/NĐ-CP", True),
        ("Chỉ thị 79/CT-BQP", "Chỉ thị 79/CT-BQP (22/07/2022)", True),
        ("Chỉ thị 79/CT-BQP", "", False),
    ],
)
def test_clause_names_a_document_by_its_whole_number(code, clause, rests):
    assert is_named(LegalDocument(code=code), clause) == rests


def test_every_catalogue_of_procedure_with_clauses_is_asked():
    """Whoever adds a rule that cites a document adds it to what rests on documents."""
    citing = {key: one.model for key, one in CATALOGUES.items() if "clause" in one.columns}
    assert citing == PROCEDURE


def test_what_stands_in_a_group_of_another_document_follows_alone(admin, document):
    """A law ends of which one criterion in a group, and rules of procedure, say something."""
    law, new = make_legal_document("Luật 6/2020/QH14"), make_legal_document("Luật 7/2021/QH15", valid_from=NEXT)
    group = Criterion.objects.get(text="Một trong")
    make_criterion(group.award, parent=group, text="Theo luật", clause="Điều 2 Luật 6/2020/QH14")
    ground = RevocationGround.objects.create(code="false", name="Gian dối", clause="Điều 93 Luật 6/2020/QH14")
    BonusRounding.objects.create(step=10000, clause="Điều 68 Luật 6/2020/QH14", certainty="V")
    BonusRounding.objects.create(step=1000, clause="Điều 68 Luật 16/2020/QH14", certainty="V")
    listed = admin.get(page_of(law)).context["resting"]
    assert [(one.part, one.text) for one in listed] == [
        ("criteria", "Theo luật"), ("bonus-roundings", "10.000"), ("revocation-grounds", "Gian dối"),
    ]  # fmt: skip
    assert f'href="{reverse("emulation:catalogue-update", args=["revocation-grounds", ground.pk])}"' in (
        admin.get(page_of(law)).text
    )
    sent = {"last_day": "31/12/2020", "successor": new.pk, "rows": [one.key for one in listed]}
    assert admin.post(page_of(law), sent).status_code == 302
    clause = "Luật 7/2021/QH15 (chưa xác định điều khoản)"
    [_other, (text, _old, _sure, below)] = sorted(asked(NEXT))
    inner = ("Kiểm tra", "Điều 12(4) TT 151/2018/TT-BQP", "U", [])
    assert (text, sorted(below)) == ("Một trong", [inner, ("Theo luật", clause, "U", [])])
    now = {model: list(model.objects.on(NEXT).values_list("clause", flat=True)) for model in PROCEDURE.values()}
    assert {model: clauses for model, clauses in now.items() if clauses} == {
        BonusRounding: [clause, "Điều 68 Luật 16/2020/QH14"], RevocationGround: [clause],
    }  # fmt: skip
    assert [row.code for row in RevocationGround.objects.on(LAST)] == ["false"]
    assert [row.code for row in RevocationGround.objects.on(NEXT)] == ["false-2021"]
    again = admin.post(page_of(law), sent)
    assert (list(again.context["form"].errors), RevocationGround.objects.count()) == (["rows"], 2)


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


def test_successor_without_a_single_tick_is_asked_about(admin, document):
    """The ticks were most likely forgotten: rows would stay in force under a document that has ended."""
    new = make_legal_document("TT 1/2021/TT-BQP", valid_from=NEXT)
    sent = {"last_day": "31/12/2020", "successor": new.pk}
    asked_first = admin.post(page_of(document), sent).context["form"].errors
    document.refresh_from_db()
    assert (list(asked_first), document.valid_until) == (["stay"], None)
    assert asked_first["stay"][0].startswith("Chưa đánh dấu dòng nào: 3 dòng")
    answer = admin.post(page_of(document), sent | {"stay": "on"}, follow=True)
    document.refresh_from_db()
    assert (document.valid_until, [str(message) for message in answer.context["messages"]]) == (
        LAST, ["Đã ghi ngày hết hiệu lực của văn bản; 0 dòng chuyển theo. 3 dòng giữ nguyên hiệu lực."],
    )  # fmt: skip


def test_rows_that_stay_behind_are_counted(admin, document):
    sent = {"last_day": "31/12/2020", "rows": [key for key in keys(admin, document) if key.startswith("caps")]}
    answer = admin.post(page_of(document), sent, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Đã ghi ngày hết hiệu lực của văn bản; 1 dòng chuyển theo. 2 dòng giữ nguyên hiệu lực."
    ]


def rows_in_force(day):
    """How many criteria, caps and bases hold on the day."""
    return [model.objects.on(day).count() for model in (Criterion, Cap, AwardBasis)]


def test_what_ended_before_the_new_document_was_known_goes_on_once(admin, document):
    """A group ends with all that stands in it; ticked again under the successor it goes on, but not twice."""
    Criterion.objects.filter(text="Kiểm tra").update(valid_until=LAST)
    sent = {"last_day": "31/12/2020", "rows": keys(admin, document)}
    assert admin.post(page_of(document), sent).status_code == 302
    assert rows_in_force(NEXT) == [2, 0, 0]  # of the other documents
    assert all(f'value="{key}"' in admin.get(page_of(document)).text for key in sent["rows"])
    sent["successor"] = make_legal_document("TT 1/2021/TT-BQP", valid_from=NEXT).pk
    answer = admin.post(page_of(document), sent, follow=True)
    said = [str(message) for message in answer.context["messages"]][-1]
    assert said == "Đã ghi ngày hết hiệu lực của văn bản; 3 dòng chuyển theo."
    clause = "TT 1/2021/TT-BQP (chưa xác định điều khoản)"
    assert sorted(asked(NEXT))[1] == ("Một trong", clause, "U", [("Kiểm tra", clause, "U", [])])
    assert (rows_in_force(LAST), rows_in_force(NEXT)) == ([4, 1, 1], [4, 1, 1])
    again = admin.post(page_of(document), sent)
    assert list(again.context["form"].errors) == ["rows"]
    assert (rows_in_force(LAST), rows_in_force(NEXT)) == ([4, 1, 1], [4, 1, 1])


def states(person):
    """What is found for the year, judged on its last day: the state of each criterion by its text."""
    line = verdict_of(person, "CSTT", 2020, rules_on(LAST))
    return {leaf.criterion.text: str(leaf.state) for leaf, _groups in line.verdict.leaves()}


def test_what_was_attested_holds_on_under_the_new_document(admin, document, depot, staff):
    person, asked = make_person(depot), Criterion.objects.get(text="Kiểm tra")
    attest(person, asked.award, asked, 2020, holds=True, evidence="Biên bản 1", by=staff)
    assert states(person) == {"Kiểm tra": "met", "Khác": "no_data"}
    for last, code in (("30/06/2020", "TT 1/2020/TT-BQP"), ("30/09/2020", "TT 2/2020/TT-BQP")):
        day, month, year = map(int, last.split("/"))
        new = make_legal_document(code, valid_from=date(year, month, day) + timedelta(days=1))
        sent = {"last_day": last, "successor": new.pk, "rows": keys(admin, document)}
        assert admin.post(page_of(document), sent).status_code == 302
        document = new
    assert states(person) == {"Kiểm tra": "met", "Khác": "no_data"}
    now = Criterion.objects.on(LAST).get(text="Kiểm tra")
    assert now.pk != asked.pk
    admin.force_login(staff)  # what is attested anew under the successor takes the place of the former
    page = reverse("awards:due-attest", args=["person", person.pk, "CSTT", 2020, now.pk])
    assert "Biên bản 1" in admin.get(page).text
    admin.post(page, {"holds": "0", "evidence": "Biên bản 2"})
    assert (states(person)["Kiểm tra"], Attestation.objects.count()) == ("not_met", 1)


def test_what_was_attested_is_asked_again_where_its_words_change(document, depot, staff, administrator):
    person, asked = make_person(depot), Criterion.objects.get(text="Kiểm tra")
    attest(person, asked.award, asked, 2020, holds=True, evidence="Biên bản 1", by=staff)
    asked.text = "Kiểm tra đạt giỏi"
    save_row(asked, chosen={}, since=date(2020, 7, 1), by=administrator)
    assert states(person) == {"Kiểm tra đạt giỏi": "no_data", "Khác": "no_data"}


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
    with django_assert_num_queries(11):
        admin.get(page_of(document))
