"""Pages of councils and sessions: what is asked, what is shown to whom, and what it costs."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from awards.models import AgendaItem, Ballot, Council, CouncilMember, Nomination, Session
from awards.reports.minutes import council_lines, number_of
from awards.services import ballots, sessions
from emulation.models import LayoutProfile
from emulation.reports.work import my_work
from tests.factories import (
    make_award,
    make_closed_session,
    make_council,
    make_criterion,
    make_dossier,
    make_nomination,
    make_nomination_file,
    make_objection,
    make_person,
    make_public_notice,
    make_user,
    root_administrator,
)
from tests.layers import built_once
from units import clock
from units.errors import Refused
from units.models import Role
from units.services import dissolve_unit

DAY = date(2020, 12, 20)


@built_once
def members(department):
    return [make_user(f"m{number}", (department, Role.STAFF)) for number in range(3)]


@built_once
def council(department, members):
    council = make_council(department, *members)
    council.members.filter(user=members[1]).update(function=CouncilMember.Function.SECRETARY)
    return council


@pytest.fixture
def award():
    return make_award("CSTDCS", subject="person", name="Chiến sĩ thi đua cơ sở")


def waiting(unit, by, award, holder, *names, year=2020):
    dossier = make_dossier(unit, by, year=year)
    place = {"stage": Nomination.Stage.APPRAISED, "holder": holder}
    return [make_nomination(dossier, award, make_person(unit, name), **place) for name in names]


@pytest.fixture
def lines(depot, staff, award, department):
    return waiting(depot, staff, award, department, "Lê An", "Vũ Bình", "Trần Chi")


@pytest.fixture
def session(council, members):
    return sessions.plan_session(council, title="Phiên 1", day=DAY, by=members[1])


@pytest.fixture
def opened(session, members, lines):
    sessions.add_lines(session, [line.pk for line in lines], by=members[1])
    seats = session.council.members.all()
    sessions.set_attendance(session, dict.fromkeys((seat.pk for seat in seats), "present"), by=members[0])
    return sessions.open_voting(session, by=members[0])


def to(name, pk):
    return reverse(f"awards:{name}", args=[pk])


def vote_all(session, members, choice="for"):
    for user in members:
        ballots.cast(session, {item.pk: choice for item in session.items.all()}, by=user)


def test_reviewer_founds_a_council_with_its_decision_and_seats_members(client, reviewer, department, members):
    client.force_login(reviewer)
    columns = {"name": "Hội đồng", "quorum": 66, "share": 66, "secret": "on", "since": "01/12/2020"}
    address = reverse("awards:council-create", args=[department.pk])
    assert list(client.post(address, columns).context["form"].errors) == ["decision"]
    client.post(address, columns | {"decision": "1/QĐ"})
    council = Council.objects.get()
    for user, function in ((members[0], "chair"), (members[1], "chair")):
        last = client.post(
            to("council-seat", council.pk), {"user": user.pk, "function": function, "since": "01/12/2020"}
        )
    assert list(last.context["form"].errors) == ["function"]
    assert [seat.user for seat in council.members.all()] == [members[0]]


def test_candidates_stand_with_role_and_unit_and_nobody_of_a_dissolved_unit_alone(
    client, reviewer, council, department, depot, workshop
):
    chief, gone = make_user("", (depot, "commander")), make_user("", (workshop, "commander"))
    dissolve_unit(workshop, effective=clock.today(), by=root_administrator(), decision="1", keep_roles=True)
    client.force_login(reviewer)
    choices = client.get(to("council-seat", council.pk)).context["form"].fields["user"].choices
    labels = {getattr(key, "value", key): label for key, label in choices}
    assert labels[chief.pk] == f"{chief} – Chỉ huy, {depot.short}"
    assert gone.pk not in labels


def test_seats_are_for_those_near_the_unit(client, reviewer, council, outsider):
    client.force_login(reviewer)
    answer = client.post(
        to("council-seat", council.pk), {"user": outsider.pk, "function": "member", "since": "01/12/2020"}
    )
    assert list(answer.context["form"].errors) == ["user"]


def test_agenda_asks_with_number_award_and_year_and_takes_exactly_the_ticked(
    client, session, lines, members, depot, staff, award, department
):
    other = waiting(depot, staff, award, department, "Lê Anh", year=2019)
    client.force_login(members[1])
    address = to("session-agenda", session.pk)
    assert client.get(address, {"q": "le an"}).context["found"] == [lines[0], *other]
    ticked = [lines[0].pk, lines[1].pk, other[0].pk]
    asked = client.post(address, {"line": ticked})
    assert asked.context["parts"] == [(award.label, 2020, 2), (award.label, 2019, 1)]
    assert not AgendaItem.objects.exists()
    client.post(address, {"line": ticked, "confirmed": "1"})
    assert set(session.items.values_list("line", flat=True)) == set(ticked)
    again = client.post(address, {"line": ticked, "confirmed": "1"})
    assert list(again.context["ticked"].errors) == ["line"]


def test_member_votes_for_all_corrects_one_and_confirms(client, opened, members):
    client.force_login(members[2])
    address = to("session-vote", opened.pk)
    first, *rest = opened.items.all()
    page = client.post(address, {"all": "1"}).content.decode()
    assert len(re.findall(r'value="for"[^>]*checked', page)) == 3
    assert set(client.post(address, {f"i{first.pk}": "for"}).context["form"].errors) == {f"i{i.pk}" for i in rest}
    chosen = {f"i{first.pk}": "against"} | {f"i{item.pk}": "for" for item in rest}
    assert "awards/councils/vote_confirm.html" in [t.name for t in client.post(address, chosen).templates]
    assert not Ballot.objects.exists()
    answer = client.post(address, chosen | {"confirmed": "1"})
    assert answer["Location"] == opened.get_absolute_url()
    assert sorted(Ballot.objects.values_list("choice", flat=True)) == ["against", "for", "for"]
    again = client.post(address, chosen | {"confirmed": "1"})
    assert "awards/councils/voted.html" in [t.name for t in again.templates]
    assert Ballot.objects.count() == 3


def test_choices_are_kept_nowhere_but_in_ballots(client, opened, members):
    client.force_login(members[2])
    answer = client.post(to("session-vote", opened.pk), {"all": "1"})
    assert "no-store" in answer["Cache-Control"]
    assert set(client.session.keys()) == {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}


def test_nobody_sees_how_it_stands_before_the_closing(client, opened, members, reviewer):
    vote_all(opened, members[:2])
    for user in (members[0], reviewer):
        client.force_login(user)
        page = client.get(opened.get_absolute_url())
        assert [entry.tally for entry in page.context["page"].entries] == [None] * 3
        assert page.context["page"].voted == 2
        for name in ("session-minutes",):
            assert client.get(to(name, opened.pk)).status_code == 404


def test_numbers_of_votes_are_shown_to_those_who_need_them(client, opened, members, reviewer, department):
    vote_all(opened, members)
    ballots.close_voting(opened, by=members[0])
    seen = {}
    for user in (members[2], reviewer, make_user("clerk", (department, Role.STAFF))):
        client.force_login(user)
        entry = client.get(opened.get_absolute_url()).context["page"].entries[0]
        seen[user.username] = (entry.item.result, entry.tally and entry.tally.favour, entry.percent)
    assert seen == {"m2": ("passed", 3, "100,0"), "reviewer": ("passed", 3, "100,0"), "clerk": ("passed", None, "")}
    assert client.get(to("session-minutes", opened.pk)).status_code == 403


@pytest.mark.parametrize("more", [{}, {"back": "1"}])
def test_size_of_a_page_does_not_tell_the_vote(client, opened, members, more):
    """Web servers log who was sent how many bytes: those of the same ballots differ each time."""
    client.force_login(members[2])
    chosen = {f"i{item.pk}": "for" for item in opened.items.all()}
    sizes = {len(client.post(to("session-vote", opened.pk), chosen | more).content) for _time in range(5)}
    assert len(sizes) > 1


def test_vote_answers_the_criterion_of_the_council(client, opened, members, reviewer, staff, award, lines):
    make_criterion(award, "council_vote", share=90, strict=True)
    vote_all(opened, members)
    ballots.close_voting(opened, by=members[0])
    address = reverse("awards:due-detail", args=["person", lines[0].person_id, award.code, 2020])
    found = {}
    for user in (reviewer, staff):
        client.force_login(user)
        [leaf] = client.get(address).context["leaves"]
        found[user.username] = (leaf.state, leaf.sources)
    assert found == {"reviewer": ("met", (opened.get_absolute_url(),)), "staff": ("no_data", ())}


def late_file(line, by):
    """A file of the line, as if it had been attached before the hand-in."""
    line.stage = Nomination.Stage.DRAFT
    line.save()
    file = make_nomination_file(line, by)
    Nomination.objects.filter(pk=line.pk).update(stage=Nomination.Stage.AT_COUNCIL)
    return file


def test_member_who_does_not_read_the_unit_reads_the_documents(client, opened, council, lines, staff, workshop):
    """Findings in full, discipline among them, and files: who votes judges."""
    member = make_user("head", (workshop, Role.STAFF))
    CouncilMember.objects.create(council=council, user=member, since=date(2000, 1, 1))
    side = {"state": "met", "leaves": []}
    file = late_file(lines[0], staff)
    Nomination.objects.filter(pk=lines[0].pk).update(findings={"full": side | {"state": "not_met"}, "open": side})
    item = opened.items.get(line=lines[0])
    client.force_login(member)
    page = client.get(to("session-item", item.pk))
    assert (page.context["findings"]["state"], list(page.context["files"])) == ("not_met", [file])
    assert client.get(reverse("awards:session-file", args=[item.pk, file.pk])).status_code == 200
    other = opened.items.get(line=lines[1])
    assert client.get(reverse("awards:session-file", args=[other.pk, file.pk])).status_code == 404


@pytest.mark.parametrize("near", [True, False])
def test_records_are_opened_from_the_documents_where_they_are_within_reach(
    client, opened, council, lines, members, workshop, near
):
    leaf = {"award": "CSTDCS", "key": 1, "group": "", "text": "X", "actual": "", "state": "not_met", "kind": "merit",
            "spare": True, "sources": ["/units/people/1/"]}  # fmt: skip
    full = {"state": "met", "leaves": [leaf]}
    achieved = [
        {"kind": "rating", "label": "Xếp loại", "value": "Tốt", "url": "/units/people/2/", "en": {"label": "R"}}
    ]
    Nomination.objects.filter(pk=lines[0].pk).update(findings={"full": full, "open": full}, achievements=achieved)
    member = members[0] if near else make_user("head", (workshop, Role.STAFF))
    CouncilMember.objects.get_or_create(council=council, user=member, defaults={"since": date(2000, 1, 1)})
    client.force_login(member)
    page = client.get(to("session-item", opened.items.get(line=lines[0]).pk)).text
    hrefs = [f'href="{one}"' in page for one in ("/units/people/1/", "/units/people/2/", lines[0].get_absolute_url())]
    assert (hrefs, "không bắt buộc: đã đạt theo cách khác" in page) == ([near] * 3, True)


def test_open_ballot_waits_in_my_work_until_it_is_cast(opened, members, reviewer):
    assert [task.url for task in my_work(members[2]).tasks] == [to("session-vote", opened.pk)]
    vote_all(opened, members[2:])
    assert not my_work(members[2]).tasks
    assert not my_work(reviewer).tasks


def assert_around(document, council, number):
    """The unit's own layout stands around the words of its council, which itself stands under the unit."""
    section = document.sections[0]
    left, right = (cell.text.split("\n") for cell in document.tables[0].rows[0].cells)
    issuer = council_lines(council).split("\n")
    assert left == ["CỤC KỸ THUẬT QUÂN KHU", *issuer, "_________", f"Số: {number}"]
    assert right[1:] == ["Độc lập - Tự do - Hạnh phúc", "__________________", ""]  # minutes have no day line
    assert (round(section.left_margin.mm), round(section.top_margin.mm)) == (34, 25)
    assert [row.cells[0].text for row in document.tables[1].rows][0] == "TT"
    assert document.tables[-1].rows[0].cells[0].text.split("\n") == ["Nơi nhận:", "- Thủ trưởng Cục;", "- Lưu: VT."]
    [signatures] = [[cell.text.split("\n")[0] for cell in document.tables[-2].rows[0].cells]]
    assert signatures in (["THƯ KÝ", "CHỦ TỊCH HỘI ĐỒNG"], ["NGƯỜI KIỂM PHIẾU", "CHỦ TỊCH HỘI ĐỒNG"])


def test_the_name_of_a_council_is_broken_where_it_may_be(department):
    department.name = "Cục Kỹ thuật"
    council = Council(unit=department, name="Hội đồng Thi đua – Khen thưởng Cục Kỹ thuật")
    assert council_lines(council) == "HỘI ĐỒNG\nTHI ĐUA – KHEN THƯỞNG\nCỤC KỸ THUẬT"


def test_papers_say_what_came_out(client, opened, members, department):
    LayoutProfile.objects.create(
        unit=department, own_line="Cục Kỹ thuật Quân khu", abbreviation="KT", place="Huế", left=34, top=25,
        recipients="- Thủ trưởng Cục;\n- Lưu: VT.",
    )  # fmt: skip
    vote_all(opened, members)
    ballots.close_voting(opened, by=members[0])
    client.force_login(members[1])
    address = to("session-minutes", opened.pk)
    form = client.get(address).context["form"]
    draft = form.initial["text"]
    assert "Tổng số thành viên Hội đồng: 3 đồng chí; có mặt 3" in draft
    assert "thông qua 3, hạ mức 0, không thông qua 0" in draft
    client.post(address, {"number": "3/BB-HĐ", "text": draft})
    assert len(client.get(address).context["gaps"]) == 4
    client.post(to("session-end", opened.pk))
    opened.refresh_from_db()
    assert opened.state == "closed"  # nobody has said that the gaps are known
    client.post(address, {"number": "3/BB-HĐ", "text": draft.replace("……", "nhất trí cao")})
    for paper in ("minutes", "tally"):
        for kind, mark in (("pdf", b"%PDF"), ("docx", b"PK")):
            file = client.get(reverse("awards:session-paper", args=[opened.pk, paper, kind]))
            assert file.content[: len(mark)] == mark
            if kind == "docx":
                document = Document(BytesIO(file.content))
                assert_around(document, opened.council, "3/BB-HĐ" if paper == "minutes" else "……/BB-HĐ")
    assert any("tiến hành kiểm phiếu các đề nghị" in paragraph.text for paragraph in document.paragraphs)
    drafted = "DỰ THẢO" in client.get(address).text
    client.post(to("session-end", opened.pk))
    opened.refresh_from_db()
    assert (opened.state, "nhất trí cao" in opened.minutes) == ("ended", True)
    ended = client.get(address)
    assert (ended.context["form"], drafted, "DỰ THẢO" in ended.text) == (None, True, False)


def test_who_has_not_voted_is_neither_for_nor_against(client, opened, members):
    """Art. 45(8) of Decree 91/2017: shares are of all members; the page says what the table and the tally count."""
    vote_all(opened, members[:2])
    client.force_login(members[0])
    said = "không tính là phiếu đồng ý, cũng không tính là phiếu không đồng ý"
    assert said in client.get(to("session-close", opened.pk)).text
    ballots.close_voting(opened, by=members[0])
    item = opened.items.first()
    assert (item.members, item.votes_for, item.votes_against, item.votes_blank, item.result) == (3, 2, 0, 0, "passed")


def test_a_number_of_minutes_is_given_once_a_year(client, opened, members, council, department):
    """Also where it was given before that was refused; a session that was broken off gave none."""
    kept = {"minutes": "Biên bản", "number": "02/BB-HĐTĐKT"}
    earlier = make_closed_session(council, members[0], **kept)
    vote_all(opened, members)
    ballots.close_voting(opened, by=members[0])
    client.force_login(members[0])
    page = to("session-minutes", opened.pk)
    typed = {"text": "Biên bản", "number": "02 / bb-hđtđkt"}
    assert list(client.post(page, typed).context["form"].errors) == ["number"]
    opened.refresh_from_db()
    assert opened.number == ""
    type(opened).objects.filter(pk=opened.pk).update(**kept)
    with pytest.raises(Refused) as refused:
        sessions.end_session(opened, by=members[0])
    assert refused.value.field == "number"
    type(opened).objects.filter(pk=earlier.pk).update(state="broken", broken_why="Mất điện")
    sessions.end_session(opened, by=members[0])
    opened.refresh_from_db()
    assert (opened.state, opened.number) == ("ended", "02/BB-HĐTĐKT")


@pytest.mark.parametrize(
    ("number", "minutes", "tally"),
    [
        ("02/BB-HĐTĐKT", "02/BB-HĐTĐKT", "……/BB-HĐTĐKT"),
        ("02/BB-HĐ", "02/BB-HĐ", "……/BB-HĐ"),
        ("2", "2", "……/BB-HĐTĐKT"),
        ("", "……/BB-HĐTĐKT", "……/BB-HĐTĐKT"),
    ],
)
def test_minutes_and_tally_of_a_council_are_numbered_alike(number, minutes, tally):
    session = Session(number=number)
    assert (number_of(session, tally=False), number_of(session, tally=True)) == (minutes, tally)


def test_a_wrong_count_is_said_beside_its_field_too(client, opened, members):
    client.force_login(members[1])
    item = opened.items.order_by("order")[0]
    page = client.post(to("session-counts", opened.pk), {f"f{item.pk}": "abc", "seen": ""}).text
    assert (page.count("invalid-feedback"), f'id="id_f{item.pk}_error"' in page) == (1, True)


def test_votes_without_a_ticked_paper_are_answered_at_the_papers(client, session, members, lines):
    sessions.add_lines(session, [line.pk for line in lines], by=members[1])
    first, *others = session.council.members.order_by("pk")
    how = {first.pk: "written"} | {seat.pk: "present" for seat in others}
    sessions.set_attendance(session, how, by=members[0])
    opened = sessions.open_voting(session, by=members[0])
    client.force_login(members[1])
    items = [item.pk for item in opened.items.all()]
    address = to("session-counts", opened.pk)
    page = client.post(address, {f"f{key}": 1 for key in items} | {"seen": client.get(address).context["form"].seen})
    assert list(page.context["form"].errors) == ["papers", *(f"f{key}" for key in items)]
    assert ('href="#id_papers"' in page.text, 'id="id_papers"' in page.text) == (True, True)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_run_a_constant_number_of_queries(client, session, members, lines, count, django_assert_num_queries):
    sessions.add_lines(session, [line.pk for line in lines[:count]], by=members[1])
    seats = session.council.members.all()
    client.force_login(members[1])
    queries = {"session-agenda": 10, "session-detail": 12, "session-attendance": 9}
    for name, number in queries.items():
        with django_assert_num_queries(number):
            client.get(to(name, session.pk))
    sessions.set_attendance(session, dict.fromkeys((seat.pk for seat in seats), "present"), by=members[0])
    sessions.open_voting(session, by=members[0])
    for name, number in {"session-vote": 11, "session-counts": 12, "session-close": 12}.items():
        with django_assert_num_queries(number):
            client.get(to(name, session.pk))
    vote_all(session, members)
    ballots.close_voting(session, by=members[0])
    with django_assert_num_queries(11):
        client.get(to("session-minutes", session.pk))


def test_nominees_to_whom_objections_stand_are_named_before_the_voting(client, session, members, lines, department):
    sessions.add_lines(session, [line.pk for line in lines], by=members[1])
    notice = make_public_notice(department, members[0], *lines)
    first = make_objection(notice, lines[0], members[0])
    client.force_login(members[0])

    def named():
        found = client.get(to("session-detail", session.pk)).context["objected"]
        return found.unanswered, found.upheld

    assert named() == (("Lê An",), ())
    first.upheld, first.answer, first.answered_by, first.answered_at = True, "Đúng", members[0], timezone.now()
    first.save()
    assert named() == ((), ("Lê An",))


def test_old_links_lead_to_no_form_once_the_voting_is_open(client, members, opened):
    client.force_login(members[1])
    item = opened.items.first()
    for page in (
        to("session-agenda", opened.pk),
        to("session-attendance", opened.pk),
        to("session-item-update", item.pk),
    ):
        assert client.get(page)["Location"] == opened.get_absolute_url()


@pytest.mark.parametrize(("written", "secret", "warned"), [(0, True, 0), (1, True, 1), (2, True, 0), (1, False, 0)])
def test_a_single_written_ballot_cannot_be_kept_secret_and_that_is_said(
    client, session, members, lines, written, secret, warned
):
    Council.objects.update(secret=secret)
    session.council.refresh_from_db()
    sessions.add_lines(session, [line.pk for line in lines], by=members[1])
    seats = list(session.council.members.order_by("pk"))
    how = {seat.pk: "written" if number < written else "present" for number, seat in enumerate(seats)}
    sessions.set_attendance(session, how, by=members[0])
    sessions.open_voting(session, by=members[0])
    client.force_login(members[1])
    words = "Chỉ một thành viên biểu quyết bằng văn bản"
    pages = [client.get(session.get_absolute_url()), client.get(to("session-counts", session.pk))]
    assert [page.text.count(words) for page in pages] == [warned] * 2
    client.force_login(members[2])
    assert words not in client.get(session.get_absolute_url()).text


def test_votes_and_results_stack_on_a_phone(client, opened, members):
    """Each number says which column it belongs to: nothing stands off the screen."""
    vote_all(opened, members)
    ballots.close_voting(opened, by=members[0])
    client.force_login(members[1])
    table = client.get(opened.get_absolute_url()).text.partition('aria-label="Chương trình"')[2]
    table = table.partition("</table>")[0]
    cells = re.findall(r'data-label="([^"]+)"', table.partition("</tr>")[2].partition("</tr>")[0])
    assert ("qt-table--cards" in table, cells[-6:]) == (
        True, ["Đồng ý", "Mức thấp hơn", "Không đồng ý", "Phiếu trắng", "% tổng số thành viên", "Kết quả"],
    )  # fmt: skip


def test_councils_and_sessions_beyond_the_first_page_are_there(
    client, reviewer, department, council, members, monkeypatch
):
    monkeypatch.setattr("awards.views.councils.LISTED", 1)
    ended = make_council(department, name="Hội đồng cũ", until=date(2019, 12, 31))
    held = [sessions.plan_session(council, title=f"Phiên {n}", day=DAY, by=members[1]) for n in (1, 2)]
    client.force_login(reviewer)
    found = {"council-list": [], "council-detail": []}
    for number in (1, 2):
        page = client.get(reverse("awards:council-list"), {"page": number})
        found["council-list"] += page.context["councils"]
        assert page.context["without"] == []  # its council stands on the first page alone
        found["council-detail"] += client.get(to("council-detail", council.pk), {"page": number}).context["sessions"]
    assert found == {"council-list": [council, ended], "council-detail": held[::-1]}
