"""Pages of letters and decisions: who reads what of them, recorded outcomes, numbers and certificates."""

from datetime import date

import pytest
from django.utils import timezone

from awards.models import Decision, Grant, Nomination, Submission
from awards.reports.certificates import certificate_of, words_of
from awards.services import decisions
from emulation.models import LayoutProfile
from emulation.reports.work import my_work
from tests.awards.views.test_papers import DAY, SIGNED, pay, url
from tests.factories import (
    make_award,
    make_dossier,
    make_ground,
    make_membership,
    make_nomination,
    make_office,
    make_person,
    make_signed_decision,
    make_submission,
    make_user,
)
from units.models import Role


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


def test_unit_reads_of_its_people_whoever_proposed_them(client, staff, chief, clerk, department, depot, award):
    """The department proposed somebody of the depot in a dossier of its own."""
    dossier = make_dossier(department, clerk, rule_day=DAY, received_on=DAY)
    place = {"stage": "passed", "holder": department, "name": "Lê An"}
    decision = make_signed_decision(
        department, chief, make_nomination(dossier, award, make_person(depot, "Lê An"), **place),
        make_nomination(dossier, award, make_person(department, "Vũ Bình"), **place | {"name": "Vũ Bình"}),
    )  # fmt: skip
    client.force_login(staff)
    assert [row.line.name for row in client.get(decision.get_absolute_url()).context["rows"]] == ["Lê An"]


@pytest.fixture
def beside(workshop, department, award):
    """A passed line at the department for somebody of the workshop, which the depot does not read."""
    by = make_user("beside", (workshop, Role.STAFF))
    dossier = make_dossier(workshop, by, rule_day=DAY, received_on=DAY)
    return make_nomination(
        dossier, award, make_person(workshop, "Vũ Bình"), stage="passed", holder=department, name="Vũ Bình"
    )


def test_unit_reads_of_a_decision_its_head_and_its_own_lines(
    client, staff, commander, elsewhere, chief, department, passed, award, beside
):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An"), beside)
    page = decision.get_absolute_url()
    for user in (staff, commander):
        client.force_login(user)
        context = client.get(page).context
        assert [row.line.name for row in context["rows"]] == ["Lê An"]
        assert (context["total"], context["whole"], context["prints"], context["open"]) == (None, False, False, False)
        assert [row.named for row in client.get(url("decision-list")).context["page"]] == [1]
        assert list(client.get(url("decision-list"), {"q": "Bình"}).context["page"]) == []
        assert "Vũ Bình" not in client.get(page, {"export": "csv"}).getvalue().decode()
        files = [client.get(url("paper-file", "decision", decision.pk, kind)).status_code for kind in ("pdf", "docx")]
        assert (files, client.get(url("decision-certificates", decision.pk)).status_code) == ([403, 403], 403)
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    keys = list(Grant.objects.values_list("pk", flat=True))
    draft = decisions.draft_revocation(department, keys, texts, by=chief)
    client.force_login(staff)
    assert client.get(draft.get_absolute_url()).status_code == 404
    head = {"number": "9", "day": DAY, "signer": "A", "signer_post": "B", "place": "C"}
    revocation = decisions.sign_revocation(draft, head, by=chief)
    answer = client.get(revocation.get_absolute_url())
    assert [row.name for row in answer.context["grants"]] == ["Lê An"]
    assert "Khai sai" not in answer.text
    client.force_login(make_user("stranger", (elsewhere, Role.STAFF)))
    assert [client.get(one.get_absolute_url()).status_code for one in (decision, revocation)] == [404, 404]


def test_letter_is_sent_and_its_outcome_recorded(client, chief, department, passed, order):
    won, lost = passed(order, "Lê An", "Vũ Bình")
    client.force_login(chief)
    client.post(url("paper-create", "submission", department.pk), {"line": [won.pk, lost.pk]})
    letter = Submission.objects.get()
    client.post(url("paper-sign", "submission", letter.pk), SIGNED | {"number": "30/TTr-CKT"})
    page = url("outcome-record", department.pk)
    assert page in {task.url for task in my_work(chief).tasks}
    typed = {f"v{won.pk}": "given", f"v{lost.pk}": "refused", f"r{lost.pk}": "Không", "number": "1500/QĐ-CTN"}
    refused = client.post(page, typed).context["form"]
    assert list(refused.errors) == [f"r{lost.pk}"]
    typed[f"r{lost.pk}"] = "Chưa đủ thời gian giữ danh hiệu."
    assert sorted(client.post(page, typed).context["form"].errors) == ["issuer"]
    client.post(
        page,
        typed | {"issuer": "Chủ tịch nước", "day": "22/12/2020", "signer": "A", "signer_post": "B", "place": "C"},
    )
    assert (Grant.objects.get().person, Decision.objects.get().outside) == (won.person, True)
    assert client.get(page).context["shown"] == []


def test_line_leads_to_its_papers(client, chief, department, passed, award):
    [line] = passed(award, "Lê An")
    decision = make_signed_decision(department, chief, line)
    client.force_login(chief)
    assert decision.get_absolute_url() in client.get(line.get_absolute_url()).content.decode()


def test_certificate_says_by_the_layout_of_the_unit_what_its_decision_leaves_open(department, chief, passed, award):
    LayoutProfile.objects.create(unit=department, place="Huế", signer_post="Cục trưởng")
    make_signed_decision(department, chief, *passed(award, "Lê An"))
    grant = Grant.objects.get()
    found = certificate_of(grant, words_of(grant.issued))
    assert (found.place_and_date, found.signer_post) == ("Huế, ngày 22 tháng 12 năm 2020", "CỤC TRƯỞNG")
    assert found.giver == f"CỤC TRƯỞNG {grant.issued.issuer}".upper()
    grant.issued.place, grant.issued.signer_post = "Vinh", "Phó Cục trưởng"
    found = certificate_of(grant, words_of(grant.issued))
    assert (found.place_and_date[:5], found.signer_post) == ("Vinh,", "PHÓ CỤC TRƯỞNG")


def test_printing_gives_numbers_that_stay(client, chief, department, passed, award):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An", "Vũ Bình", "Trần Chi"))
    first, second, third = Grant.objects.order_by("pk")
    Grant.objects.filter(pk=third.pk).update(revoked_on=DAY, revoked_why="Khai gian")
    client.force_login(chief)
    page = url("decision-certificates", decision.pk)
    assert client.post(page, {"merit": ""}).context["form"].errors
    assert client.post(page, {"grant": ["9" * 30]}).context["form"].errors
    assert client.post(page, {"grant": [second.pk]}).content.startswith(b"%PDF")
    client.post(page, {"grant": [first.pk, second.pk, third.pk], "merit": "Có thành tích xuất sắc"})
    assert list(Grant.objects.order_by("pk").values_list("register", flat=True)) == [
        "CKT-2020-0002", "CKT-2020-0001", "",
    ]  # fmt: skip


def test_register_numbers_follow_the_list_of_the_decision(client, chief, department, passed, award):
    """The list goes by the order of the award, then of the line; neither is the order in which grants came about."""
    higher = make_award("CSTDCS", level=award.level, order=award.order + 1)
    lines = [*passed(award, "Lê An", "Vũ Bình"), *passed(higher, "Trần Chi")]
    for order, line in zip((2, 1, 1), lines, strict=True):
        Nomination.objects.filter(pk=line.pk).update(order=order)
    decision = make_signed_decision(department, chief, *lines)
    client.force_login(chief)
    client.post(url("decision-register", decision.pk))
    rows = client.get(decision.get_absolute_url()).context["rows"]
    assert [(row.line.name, row.grant.register[-4:]) for row in rows] == [
        ("Trần Chi", "0001"), ("Vũ Bình", "0002"), ("Lê An", "0003"),
    ]  # fmt: skip


def test_whole_decision_is_entered_into_the_book(client, chief, department, passed, award):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An", "Vũ Bình"))
    client.force_login(chief)
    client.post(url("decision-register", decision.pk))
    assert sorted(Grant.objects.values_list("register", flat=True)) == ["CKT-2020-0001", "CKT-2020-0002"]


def test_why_an_award_is_revoked_is_for_who_judges_people(client, chief, clerk, reviewer, department, passed, award):
    """A reviewer limited to an office sees that it was, and by which decision; neither ground nor reason."""
    [line] = passed(award, "Lê An")
    make_signed_decision(department, chief, line)
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    draft = decisions.draft_revocation(department, [Grant.objects.get().pk], texts, by=clerk)
    revocation = decisions.sign_revocation(
        draft, {"number": "7/QĐ", "day": DAY, "signer": "A", "signer_post": "B", "place": "C"}, by=chief
    )
    assert "Khai sai" not in line.events.get(kind="revoked").reason
    line.events.filter(kind="revoked").update(reason="7/QĐ: Khai sai thành tích")  # as it was written before
    office = make_user("office")
    make_membership(office, department, Role.REVIEWER, office=make_office())
    seen = {}
    for user in (chief, clerk, reviewer, office):
        client.force_login(user)
        pages = [
            client.get(address).content.decode()
            for address in (revocation.get_absolute_url(), line.get_absolute_url())
        ]
        file = client.get(url("paper-file", "decision", revocation.pk, "docx")).status_code
        seen[user.username] = ("Khai gian" in pages[0], *("Khai sai" in page for page in pages), file)
    assert seen == dict.fromkeys(("chief", "clerk", "reviewer"), (True, True, True, 200)) | {
        "office": (False, False, False, 403)
    }
    page = client.get(line.get_absolute_url())
    assert [(step.icon, step.reason) for step in page.context["steps"]] == [("x-circle", "")]
    assert page.text.count('<ol class="qt-path">') == 1


@pytest.mark.parametrize("count", [1, 3])
def test_pages_run_a_constant_number_of_queries(
    client, chief, department, depot, passed, award, order, count, django_assert_num_queries
):
    """Where it is kept with every award how its bonus was found; else the rules are read, five queries more."""
    pay(award)
    names = [f"Lê An {number}" for number in range(count)]
    decision = make_signed_decision(department, chief, *passed(award, *names))
    Grant.objects.update(bonus=450_000, bonus_how="0,3 × 1.490.000")
    client.force_login(chief)
    client.post(url("paper-create", "decision", department.pk), {"line": [x.pk for x in passed(award, *names)]})
    draft = Decision.objects.get(signed_at=None)
    client.post(url("paper-create", "submission", department.pk), {"line": [x.pk for x in passed(order, *names)]})
    letter = Submission.objects.get()
    texts = {"ground": make_ground().pk, "reason": "Khai sai thành tích huấn luyện."}
    grants = list(Grant.objects.values_list("pk", flat=True))
    client.post(url("paper-create", "revocation", department.pk), texts | {"line": grants})
    revocation = Decision.objects.get(kind="revocation")
    passed(award, *names), passed(order, *names)
    person = Grant.objects.first().person
    for address, queries in (
        (url("decision-list"), 17),
        (url("submission-list"), 8),
        (url("paper-create", "decision", department.pk), 16),
        (url("paper-create", "revocation", department.pk), 9),
        (decision.get_absolute_url(), 10),
        (draft.get_absolute_url(), 14),
        (url("paper-sign", "decision", draft.pk), 22),
        (url("paper-sign", "decision", revocation.pk), 12),
        (letter.get_absolute_url(), 14),
        (revocation.get_absolute_url(), 16),
        (url("decision-certificates", decision.pk), 8),
        (url("grant-book"), 9),
        (url("grant-book") + "?export=csv", 4),
        (url("award-statistics"), 12),
        (url("grant-list", "person", person.pk), 13),
    ):
        with django_assert_num_queries(queries):
            answer = client.get(address)
            assert (answer.status_code, bool(answer.getvalue())) == (200, True)


def test_certificates_are_offered_on_a_decision_and_on_no_letter(client, chief, clerk, department, passed, award):
    [line] = passed(award, "Lê An")
    decision = make_signed_decision(department, clerk, line)
    sent = {"sent_at": timezone.now(), "sent_by": chief, "day": date(2020, 12, 24), "number": "86/TTr", "signer": "A"}
    letter = make_submission(department, clerk, line, **sent)
    client.force_login(clerk)

    assert url("decision-certificates", decision.pk) in client.get(decision.get_absolute_url()).content.decode()
    assert "certificates" not in client.get(letter.get_absolute_url()).content.decode()
