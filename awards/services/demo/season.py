"""The season of 2020 at every stage of its path, walked by the services by those who would walk it.

The services know only now: dates are set back afterwards, around the day of seeding for what is under way, into
2020 for the drive that is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random

from django.db.models import Max
from django.utils import timezone

from awards.models import (
    Appraisal,
    Attestation,
    Award,
    Ballot,
    Criterion,
    Dossier,
    Grant,
    Nomination,
    NominationEvent,
    Occasion,
    RevocationGround,
    RuleChoice,
    Session,
)
from awards.reports.bases import basis_of
from awards.reports.minutes import draft_minutes
from awards.reports.sessions import session_page
from awards.services import appraisals, ballots, decisions, dossiers, notices, papers, registers, sessions
from awards.services.appraisals import APPRAISED, RETURNED
from awards.services.demo.actors import Actors
from awards.services.demo.history import WORKERS, Record, records
from awards.services.dossiers import Pick
from emulation.models import Campaign
from emulation.services.demo.plan import moment
from units import clock
from units.models import Office, Person, Posting, Unit, User
from units.services.persons import save_record

SEED = 4
YEAR = 2020
END = date(YEAR, 12, 31)
UNTESTED = ("PKTBC", "T2")  # units whose test results are not in yet
SUMMED_UP = date(YEAR, 7, 9)  # of the drive, once every sheet of its quarter was approved
MOST = 8  # lines of a dossier; enough to look at
DRIVE = "chào mừng Đại hội Đảng bộ Cục Kỹ thuật"  # of the drive that is over
RUNNING = "toàn quân lần thứ X"  # of the drive that is not
Lines = list[Nomination]
Choice = Ballot.Choice
How = sessions.How


class Diary:
    """Sets the steps taken since the last entry to a day, in the order in which they were taken."""

    def __init__(self) -> None:
        self.last = 0

    def write(self, day: date, hour: int = 9) -> datetime:
        at = min(moment(day, hour, 20), timezone.now() - timedelta(minutes=5))
        NominationEvent.objects.filter(pk__gt=self.last).update(at=at)
        self.last = NominationEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        return at


class Season:
    """Everybody who acts, everything that is known, and the day that the demonstration calls today."""

    def __init__(self, actors: Actors) -> None:
        self.actors, self.today, self.diary, self.rng = actors, clock.today(), Diary(), Random(SEED)
        self.units = actors.cast.units
        self.awards = {award.code: award for award in Award.objects.all()}
        self.occasions = {row.code: row for row in Occasion.objects.all()}
        self.office = Office.objects.get(code="politics")
        self.minutes = 0  # how many there are
        self.failed: set[int | None] = set()  # people who failed the tests of the year
        self.by_unit: dict[str, list[Record]] = {code: [] for code in self.units}
        for record in records().values():
            if record.person.left is None:
                self.by_unit[record.person.unit.code].append(record)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    # ── rules and attestations ────────────────────────────────────────────

    def choose_rules(self) -> None:
        """Judge the season by the rules of its year, whenever it is looked at."""
        for choice in RuleChoice.objects.all():
            choice.by, choice.certainty = RuleChoice.By.PERIOD, "U"
            choice.clause, choice.note = "", "Minh họa: mùa khen thưởng 2020 xét theo quy định của năm 2020."
            choice.save()

    def attest(self) -> None:
        """Tests of the year for most; a few failed them, of some units nothing is known yet."""
        criterion = self._by_hand("CSTT")
        rows = []
        for code, members in self.by_unit.items():
            if code in UNTESTED:
                continue
            by = self.actors.staff(self.units[code])
            for record in members:
                if record.person.group.code in WORKERS or YEAR not in record.ratings:
                    continue
                passed = self.rng.random() < (0.93 if record.good(YEAR) else 0.6)
                total = self.rng.choice((18, 20, 24))
                best = total * self.rng.randint(76, 95) // 100 if passed else total * self.rng.randint(60, 74) // 100
                words = f"Sổ điểm kiểm tra năm 2020 (minh họa): {total} nội dung đạt yêu cầu, {best} khá, giỏi"
                rows.append(
                    Attestation(
                        award=self.awards["CSTT"], criterion=criterion, person=record.person, year=YEAR,
                        holds=best * 100 >= 75 * total, evidence=words, by=by,
                    )
                )  # fmt: skip
        self._write_down(rows, self.ago(34))
        self.failed = {row.person_id for row in rows if not row.holds}

    def _write_down(self, rows: Collection[Attestation], day: date) -> None:
        """Keep the attestations as given on the day: before anything was handed in that rests on them."""
        keys = [row.pk for row in Attestation.objects.bulk_create(rows)]
        Attestation.objects.filter(pk__in=keys).update(at=moment(day, 7))

    def _by_hand(self, award: str) -> Criterion:
        rows = Criterion.objects.on(END).filter(award__code=award, kind=Criterion.Kind.ATTESTED)
        return rows.order_by("order", "pk")[0]

    def confirm(self, award: str, subjects: Iterable[Person | Unit], evidence: str, day: date) -> None:
        """What only people can confirm of an award, as they did on the day."""
        criterion = self._by_hand(award)
        rows = [
            Attestation(
                award=self.awards[award], criterion=criterion, year=YEAR, evidence=evidence, by=self.actors.reviewer,
                person=one if isinstance(one, Person) else None, unit=one if isinstance(one, Unit) else None,
            )
            for one in subjects
        ]  # fmt: skip
        self._write_down(rows, day)

    # ── dossiers ──────────────────────────────────────────────────────────

    def pick_yearly(self, code: str) -> list[Pick]:
        """Base emulation fighters, then the titles of soldiers and of workers, of those who deserve them."""
        members = [r for r in self.by_unit[code] if r.good(YEAR) and r.person.pk not in self.failed]
        members.sort(key=lambda record: (record.ratings[YEAR] != "excellent", record.person.pk))
        fighters = [r for r in members if r.ratings[YEAR] == "excellent" and r.merits.get(YEAR)][:2]
        picks = [Pick(record.person, self.awards["CSTDCS"]) for record in fighters]
        for record in members:
            if record not in fighters:
                worker = record.person.group.code in WORKERS
                picks.append(Pick(record.person, self.awards["LDTT" if worker else "CSTT"]))
        return picks[:MOST]

    def open(
        self, code: str, day: date, picks: Sequence[Pick], *, campaign: Campaign | None = None, ready: bool = True
    ) -> tuple[Dossier, Lines]:
        """A dossier with its lines; `ready` to be handed in, with the minutes of the base."""
        unit = self.units[code]
        by = self.actors.staff(unit)
        occasion = self.occasions["drive" if campaign else "yearly"]
        dossier = dossiers.open_dossier(unit, year=YEAR, occasion=occasion, campaign=campaign, by=by)
        lines, _there = dossiers.add_lines(dossier, picks, by=by)
        for line in lines:
            if campaign is not None:
                merit = f"Đã có thành tích trong {campaign.name[0].lower()}{campaign.name[1:]} (minh họa)"
                dossiers.change_line(line, columns={"merit": merit}, by=by)
            elif line.award.code == "CSTDCS":
                dossiers.change_line(line, columns={"report": self._self_report(line)}, by=by)
        at = self.diary.write(day, 8)
        if ready:
            self._review(dossier, lines, day, by)
            dossiers.confirm_read(dossier, by=by)
            self.diary.write(day, 15)
        dossier.refresh_from_db()
        dossier.at, dossier.read_at = at, at if ready else None
        dossier.save(update_fields=["at", "read_at"])
        return dossier, lines

    def _review(self, dossier: Dossier, lines: Lines, day: date, by: User) -> None:
        strength = max(len(self.by_unit[dossier.unit.code]), 7)
        present = strength - 1 - dossier.unit.order % 2
        minutes = {
            "review_day": day, "review_place": f"Hội trường {dossier.unit.short}",
            "review_chair": str(self.actors.commander(dossier.unit)), "review_clerk": str(by),
            "review_members": strength, "review_present": present,
            "review_text": "Hội nghị nghe tự nhận xét, thảo luận và biểu quyết từng trường hợp (minh họa).",
        }  # fmt: skip
        votes = {line.pk: present - self.rng.randint(0, 2) for line in lines}
        dossiers.record_review(dossier, minutes=minutes, votes=votes, by=by)

    def _self_report(self, line: Nomination) -> str:
        return (
            f"Tôi là {line.name}, {line.post}, {line.place}. Năm 2020 tôi hoàn thành xuất sắc nhiệm vụ được giao, có "
            "sáng kiến được công nhận, chấp hành nghiêm kỷ luật. (Bản tự báo cáo minh họa.)"
        )

    def add_weak(self, dossier: Dossier) -> Lines:
        """A line that does not meet the criteria, proposed all the same, with the reason."""
        unit = dossier.unit
        weak = next(
            record.person
            for record in self.by_unit[unit.code]
            if record.ratings.get(YEAR) == "completed" and record.person.group.code not in WORKERS
        )
        by = self.actors.staff(unit)
        lines, _there = dossiers.add_lines(dossier, [Pick(weak, self.awards["CSTT"])], by=by)
        why = "Hoàn thành nhiệm vụ đột xuất ngoài kế hoạch năm; chi bộ nhất trí đề nghị xem xét (minh họa)."
        votes = (dossier.review_present or 0) // 2 + 1
        dossiers.change_line(lines[0], columns={"why_unmet": why, "votes_for": votes}, by=by)
        return lines

    def hand_in(self, dossier: Dossier, lines: Lines, day: date) -> None:
        dossiers.hand_in(dossier, lines=_keys(lines), known_over_caps=True, by=self.actors.commander(dossier.unit))
        dossier.refresh_from_db()
        dossier.received_on = day
        dossier.save(update_fields=["received_on"])
        self.diary.write(day, 10)

    def appraise(self, lines: Lines, day: date) -> None:
        self.agree(lines, day)
        appraisals.conclude(_keys(lines), verdict=APPRAISED, by=self.actors.reviewer)
        self.diary.write(day, 14)

    def agree(self, lines: Lines, day: date) -> None:
        self.speak(dict.fromkeys(_keys(lines), ""), day)

    def speak(self, reasons: dict[int, str], day: date) -> None:
        """Opinions of the political office: line → why it refuses it, "" where it agrees."""
        appraisals.give_opinions(reasons, self.office, by=self.actors.appraiser)
        Appraisal.objects.filter(line__in=reasons).update(at=self.diary.write(day, 9))

    def bring(self, code: str, days: Sequence[int], picks: Sequence[Pick]) -> Lines:
        """A dossier as far as `days` (ago) go: written, handed in, appraised."""
        dossier, lines = self.open(code, self.ago(days[0]), picks)
        self.hand_in(dossier, lines, self.ago(days[1]))
        if len(days) > 2:
            self.appraise(lines, self.ago(days[2]))
        return lines

    # ── the council ───────────────────────────────────────────────────────

    def open_session(self, title: str, day: date, lines: Lines, how: dict[str, str]) -> Session:
        """A session with the lines on its agenda, voting open. `how`: unit → attendance of who is not present."""
        by, council = self.actors.secretary, self.actors.council
        session = sessions.plan_session(council, title=title, day=day, place="Phòng họp Cục Kỹ thuật", by=by)
        sessions.add_lines(session, _keys(lines), by=by)
        commanders = {self.actors.commander(self.units[code]).pk: value for code, value in how.items()}
        there = {seat.pk: commanders.get(seat.user_id, How.PRESENT) for seat in council.members.on(day)}
        sessions.set_attendance(session, there, by=by)
        session = sessions.open_voting(session, by=by)
        session.opened_at = self.diary.write(day, 8)
        session.save(update_fields=["opened_at"])
        return session

    def vote(self, session: Session, unwanted: Collection[int] = (), lowered: Collection[int] = ()) -> None:
        """Everybody present votes: in favour but for one at times, against `unwanted`, for less where `lowered`."""
        items = list(session.items.all())
        seats = list(session.attendances.filter(how=How.PRESENT).select_related("member__user"))
        alone = {item.line_id: self.rng.randrange(len(seats) * 3) for item in items}  # whose vote differs, if any
        for place, seat in enumerate(seats):
            choices = {item.pk: _choice(item.line_id, place, unwanted, lowered, alone) for item in items}
            ballots.cast(session, choices, by=seat.member.user)

    def close(self, session: Session) -> None:
        by = self.actors.secretary
        ballots.close_voting(session, by=by)
        session.refresh_from_db()
        session.closed_at = self.diary.write(session.day, 11)
        session.save(update_fields=["closed_at"])
        text = draft_minutes(session_page(session, by))
        text = text.replace("luận: ……", "luận: nhất trí với báo cáo thẩm định của cơ quan (minh họa).")
        for hours in ("08 giờ 00", "11 giờ 30"):  # of the beginning, and of the end
            text = text.replace("…… giờ ……", hours, 1)
        self.minutes += 1
        sessions.save_minutes(session, text=text, number=f"{self.minutes:02}/BB-HĐTĐKT", by=by)
        sessions.end_session(session, by=by)

    def head(self, number: str, day: date, lines: Lines = ()) -> dict[str, object]:  # type: ignore[assignment]
        basis = {"basis": basis_of(self.actors.department, lines, day)} if lines else {}
        return basis | {
            "number": number, "day": day, "signer": f"Đại tá {self.actors.chair}", "signer_post": "CỤC TRƯỞNG",
            "place": "Hà Nội", "giver": "Cục trưởng Cục Kỹ thuật",
        }  # fmt: skip


def _keys(lines: Iterable[Nomination]) -> list[int]:
    return [line.pk for line in lines]


def _choice(
    line: int, place: int, unwanted: Collection[int], lowered: Collection[int], alone: Mapping[int, int]
) -> str:
    if line in unwanted:
        return Choice.AGAINST if place else Choice.BLANK
    if line in lowered:
        return Choice.LOWER if place > 1 else Choice.FOR
    return Choice.FOR if alone[line] != place else Choice.BLANK if place % 2 else Choice.AGAINST


# ── the stories ───────────────────────────────────────────────────────────


def create_season(actors: Actors) -> None:
    season = Season(actors)
    season.choose_rules()
    season.attest()
    finish_drive(season)
    revoke_earlier(season)
    pass_and_forward(season)
    vote_now(season)
    show_publicly(season)
    return_some(season)
    wait_on_desk(season)
    draft(season)


def finish_drive(season: Season) -> None:
    """A drive of the second quarter: its certificates are decided, registered and printed."""
    actors, codes = season.actors, ("K1", "K2", "K3", "X1", "X2", "T1", "TD1.C1", "TD1.C2", "PXM", "BHC")
    chosen = [[r.person for r in season.by_unit[code] if r.good(YEAR)][3] for code in codes]
    subjects: list[Person | Unit] = [*chosen, season.units["X1"], season.units["TD1.C1"]]
    season.confirm("GIAY_KHEN", subjects, "Bảng tổng hợp kết quả đợt thi đua cao điểm (minh họa)", SUMMED_UP)
    award = season.awards["GIAY_KHEN"]
    campaign = Campaign.objects.get(year=YEAR, name__contains=DRIVE)
    dossier, lines = season.open("CKT", SUMMED_UP, [Pick(one, award) for one in subjects], campaign=campaign)
    season.hand_in(dossier, lines, date(YEAR, 7, 10))
    season.appraise(lines, date(YEAR, 7, 13))
    session = season.open_session("Phiên xét khen thưởng đợt thi đua cao điểm quý II", date(YEAR, 7, 14), lines, {})
    season.vote(session)
    season.close(session)
    day = date(YEAR, 7, 15)
    decision = papers.draft_decision(actors.department, _keys(lines), by=actors.secretary)
    head = season.head("412/QĐ-CKT", day, lines)
    decision = decisions.sign(decision, head, known_over_caps=True, known_unpaid=True, by=actors.chair)
    decision.signed_at = season.diary.write(day, 16)
    decision.save(update_fields=["signed_at"])
    registers.register_grants(list(decision.grants.values_list("pk", flat=True)), by=actors.secretary)


def revoke_earlier(season: Season) -> None:
    """A title of 2018 is taken back; a certificate that rested on it is named for review."""
    actors = season.actors
    rested = Grant.objects.filter(award__code="BANG_KHEN_BQP", year=2019).values("person")
    grant = Grant.objects.filter(award__code="CSTDCS", year=2018, person__in=rested).order_by("pk").first()
    if grant is None:
        return
    texts = {
        "ground": RevocationGround.objects.get(code="fault-found"),
        "reason": "Kết luận kiểm tra: sáng kiến kê khai năm 2018 trùng sáng kiến đã được công nhận (minh họa)",
    }
    decision = decisions.draft_revocation(actors.department, [grant.pk], texts, by=actors.secretary)
    day = season.ago(20)
    decision = decisions.sign_revocation(decision, season.head("1021/QĐ-CKT", day), by=actors.chair)
    decision.signed_at = moment(day, 16)
    decision.save(update_fields=["signed_at"])


def pass_and_forward(season: Season) -> None:
    """The first session of the season: passed, lowered and refused; a letter goes up, decisions are drafted."""
    actors = season.actors
    picks = season.pick_yearly("K3")
    named = {pick.subject.pk for pick in picks if isinstance(pick.subject, Person)}
    best = [r.person for r in season.by_unit["K3"] if r.good(YEAR) and r.person.pk not in named][:2]
    higher: list[Person | Unit] = [*best, season.units["K3"]]
    season.confirm("BANG_KHEN_QK", higher, "Báo cáo kết quả phong trào của Quân khu (minh họa)", season.ago(31))
    picks += [Pick(one, season.awards["BANG_KHEN_QK"]) for one in higher]
    lines = season.bring("K3", (30, 27, 23), picks)
    lines += season.bring("TD1.C1", (29, 27, 23), season.pick_yearly("TD1.C1"))
    lines += season.bring("X2", (29, 26, 22), season.pick_yearly("X2"))
    session = season.open_session(
        "Phiên thứ nhất xét khen thưởng năm 2020", season.ago(12), lines, {"PQK": How.ABSENT}
    )
    fighters = [line.pk for line in lines if line.award.code == "CSTDCS"]
    season.vote(session, unwanted=[lines[2].pk], lowered=fighters[-1:])
    season.close(session)
    passed = {line.pk: line for line in Nomination.objects.filter(pk__in=_keys(lines), stage="passed")}
    sent = [line.pk for line in lines if line.award.code == "BANG_KHEN_QK" and line.pk in passed]
    letter = papers.draft_submission(actors.department, sent, by=actors.secretary)
    letter = papers.send(letter, season.head("86/TTr-CKT", season.ago(8)), known_over_caps=True, by=actors.chair)
    letter.sent_at = season.diary.write(season.ago(8), 16)
    letter.save(update_fields=["sent_at"])
    region = season.units["QK"]
    papers.draft_decision(region, sent, by=actors.staff(region))
    own = [line.pk for line in lines if line.dossier.unit.code == "K3" and line.pk in passed and line.pk not in sent]
    papers.draft_decision(actors.department, own, by=actors.secretary)


def vote_now(season: Season) -> None:
    """The second session is voting: three have voted, the paper of one who is absent is awaited."""
    lines = season.bring("T1", (14, 12, 8), season.pick_yearly("T1"))
    lines += season.bring("PVT", (14, 11, 8), season.pick_yearly("PVT"))
    session = season.open_session("Phiên thứ hai xét khen thưởng năm 2020", season.today, lines, {"PQK": How.WRITTEN})
    items = list(session.items.values_list("pk", flat=True))
    for code in ("PCT", "X1", "TD1"):
        against = season.rng.choice(items)
        choices = {item: str(Choice.AGAINST if item == against else Choice.FOR) for item in items}
        ballots.cast(session, choices, by=season.actors.commander(season.units[code]))


def show_publicly(season: Season) -> None:
    """Nominees shown to the public; one objection has been answered, one not yet."""
    actors = season.actors
    lines = season.bring("PXM", (11, 9, 6), season.pick_yearly("PXM"))
    notice = notices.post_notice(
        actors.department, _keys(lines), place="Bảng tin Cục Kỹ thuật", since=season.ago(4),
        until=season.today + timedelta(days=6), by=actors.reviewer,
    )  # fmt: skip
    texts = [
        "Đề nghị làm rõ thời gian công tác trong năm của đồng chí này (minh họa).",
        "Đề nghị xem lại kết quả hoàn thành nhiệm vụ quý III của đồng chí này (minh họa).",
    ]
    for line, text, days in zip(lines, texts, (3, 1), strict=False):
        found = notices.record_objection(
            notice, line, whose="Một quân nhân của phòng", text=text, received=season.ago(days), by=actors.reviewer
        )
        if days > 1:
            answer = "Đã đối chiếu quyết định điều động: đủ 10 tháng công tác trong năm."
            found = notices.answer_objection(found, upheld=False, answer=answer, by=actors.reviewer)
            found.answered_at = moment(season.ago(2), 10)
            found.save(update_fields=["answered_at"])


def return_some(season: Season) -> None:
    """Some lines of a dossier come back with the reason, the rest is appraised and waits for the council."""
    dossier, lines = season.open("K2", season.ago(10), season.pick_yearly("K2"))
    lines += season.add_weak(dossier)
    season.diary.write(season.ago(10), 16)
    season.hand_in(dossier, lines, season.ago(7))
    back = [lines[0], lines[-1]]
    season.agree(lines, season.ago(5))
    reason = "Xếp loại và minh chứng chưa khớp với sổ theo dõi của kho; bổ sung quyết định công nhận rồi trình lại."
    appraisals.conclude(_keys(back), verdict=RETURNED, reason=reason, by=season.actors.reviewer)
    season.diary.write(season.ago(3), 14)
    rest = [line for line in lines if line not in back]
    appraisals.conclude(_keys(rest), verdict=APPRAISED, by=season.actors.reviewer)
    season.diary.write(season.ago(3), 15)


def wait_on_desk(season: Season) -> None:
    """Handed in and not yet judged: one office has spoken on some of the lines, against one of them."""
    dossier, lines = season.open("X1", season.ago(6), season.pick_yearly("X1"))
    lines += season.add_weak(dossier)
    season.hand_in(dossier, lines, season.ago(2))
    moved = season.bring("T2", (5, 2), season.pick_yearly("T2"))[-1].person
    assert moved is not None
    there = Posting(person=moved, unit=season.units["T1"], post=moved.post, since=season.ago(1))
    save_record(there, by=season.actors.secretary)  # who moves meanwhile takes nothing of the line along
    said = dict.fromkeys(_keys(lines[:4]), "")
    said[lines[3].pk] = "Chưa có xác nhận kết quả kiểm tra năm 2020 của cơ quan huấn luyện."
    season.speak(said, season.ago(1))


def draft(season: Season) -> None:
    """The dossier to walk through, ready to be handed in, and one for the drive that is still being written."""
    season.open("K1", season.ago(1), season.pick_yearly("K1"))
    campaign = Campaign.objects.get(year=YEAR, name__contains=RUNNING)
    people = [record.person for record in season.by_unit["K1"] if record.good(YEAR)][-3:]
    picks = [Pick(person, season.awards["GIAY_KHEN"]) for person in people]
    season.open("K1", season.ago(0), picks, campaign=campaign, ready=False)
