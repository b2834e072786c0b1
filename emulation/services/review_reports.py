"""The review report as people work on it: begun from the draft, edited, brought up to date, signed off."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation import drafting
from emulation.models import (
    Campaign,
    Lineage,
    Phrase,
    Report,
    ReportEvent,
    ReviewEvent,
    ReviewParagraph,
    ReviewReport,
)
from emulation.periods import FIVE_YEARS, QUARTERS
from emulation.reports.coverage import coverage_of
from emulation.reports.drafts import draft_of
from emulation.reports.drives import drive_of
from emulation.reports.paper_kinds import KINDS
from emulation.reports.papers import as_pdf, as_word, title_of
from emulation.reports.review_paper import Paper
from emulation.reports.rounds import summed_up_from
from emulation.reports.saved_reports import annex_rows, paper_of, pending
from emulation.services.issued_papers import issue, refuse_day, void
from emulation.services.stored_files import undoing_files
from emulation.services.summaries import hold_figures
from emulation.wording import Paragraph
from units import clock
from units.access import commands, require, works_at
from units.errors import Refused, reason_of
from units.locking import locked
from units.models import Role, Unit, User
from units.paths import branches_q

Kind = ReviewEvent.Kind


def may_edit(user: User, unit: Unit) -> bool:
    """Staff and commander of the very unit write its report."""
    return works_at(user, unit, Role.STAFF, Role.COMMANDER)


@transaction.atomic
def begin(unit: Unit, year: int, period: str, *, by: User) -> ReviewReport:
    """Keep today's draft as the report that people work on. Raises `Refused` where somebody has begun it."""
    require(may_edit(by, unit))
    report, fresh = ReviewReport.objects.get_or_create(unit=unit, year=year, period=period)
    if not fresh:
        raise Refused(_("Somebody has begun this report already."))
    drafted = enumerate(draft_of(unit, year, period).body, start=1)
    ReviewParagraph.objects.bulk_create(_drafted(report, one, order) for order, one in drafted)
    _trace(report, Kind.BEGUN, by)
    return report


def _drafted(report: ReviewReport, one: Paragraph, order: int) -> ReviewParagraph:
    text = drafting.template_of(one.parts)
    return ReviewParagraph(
        report=report, key=one.key, order=order, level=one.level, text=text, drafted=text,
        seen=drafting.values_in(text),
    )  # fmt: skip


def _trace(
    report: ReviewReport, kind: str, by: User, key: str = "", before: str = "", after: str = "", reason: str = ""
) -> None:
    ReviewEvent.objects.create(
        report=report, kind=kind, key=key, before=before, after=after, reason=reason, by=by, at=timezone.now()
    )


def refuse_signed(report: ReviewReport) -> None:
    """Raises `Refused` where the report stands still."""
    if report.is_signed:
        raise Refused(_("The report has been signed off. The commander may reopen it."))


def refuse_draft(report: ReviewReport) -> None:
    """Raises `Refused` where there is nothing to be reopened."""
    if not report.is_signed:
        raise Refused(_("The report is a draft already."))


def _lock(report: ReviewReport, by: User) -> ReviewReport:
    """The report, locked, as long as it is a draft that the user may edit."""
    require(may_edit(by, report.unit))
    report = locked(report, "unit")
    refuse_signed(report)
    return report


def _paragraph(report: ReviewReport, key: str, version: int) -> ReviewParagraph:
    found = report.paragraphs.filter(key=key).first()
    if found is None:
        raise Refused(_("This paragraph is no longer in the report."))
    if found.version != version:
        raise Refused(
            _(
                "Somebody changed this paragraph meanwhile. It now reads: “%(text)s” Copy what you typed, load the "
                "page again and join both."
            )
            % {"text": drafting.plain(found.text)},
            "text",
        )  # fmt: skip
    return found


def _keep(row: ReviewParagraph, text: str, kind: str, by: User, **columns: object) -> None:
    """Write a new text with its trace; where nothing changes, nothing is written."""
    before = "" if row.left_out else row.text
    for name, value in columns.items():
        setattr(row, name, value)
    row.text, row.version = text, row.version + 1
    row.save()
    _trace(row.report, kind, by, row.key, before, "" if row.left_out else text)


@transaction.atomic
def edit(report: ReviewReport, key: str, text: str, version: int, *, by: User) -> None:
    """Words of a paragraph, as typed; fields keep the values they had. Raises `Refused`, with the field `text`."""
    report = _lock(report, by)
    row = _paragraph(report, key, version)
    now, said = draft_of(report.unit, report.year, report.period).fields, drafting.values_in(row.text)
    try:
        new = drafting.typed(" ".join(text.split()), said, now)
    except drafting.Unknown as error:
        raise Refused(_no_field(error.keys, [*said, *now]), "text") from error
    if not drafting.plain(new):
        raise Refused(_("The paragraph is empty. Leave it out instead."), "text")
    if new != row.text:
        _keep(row, new, Kind.EDITED, by, seen=drafting.values_in(new) | _still(row.seen, new))


def _no_field(wrong: list[str], known: list[str]) -> str:
    """What is no field, and the fields that look like it, else some that exist."""
    alike = [one for key in wrong for one in get_close_matches(key, known, 3)] or known[:4]
    return _("There is no field %(wrong)s. A field is the code of an indicator in braces. Similar: %(alike)s.") % {
        "wrong": ", ".join(wrong),
        "alike": ", ".join(f"{{{key}}}" for key in dict.fromkeys(alike)),
    }


def _still(seen: dict[str, str | None], text: str) -> dict[str, str | None]:
    """What was decided about fields that the text still has."""
    return {key: said for key, said in seen.items() if key in drafting.values_in(text)}


@transaction.atomic
def add(report: ReviewReport, after: str, text: str, *, by: User) -> str:
    """A paragraph of one's own behind the paragraph `after`; returns its key."""
    report = _lock(report, by)
    place = report.paragraphs.filter(key=after).first()
    if place is None:
        raise Refused(_("This paragraph is no longer in the report."))
    rows = list(report.paragraphs.filter(order__gt=place.order))
    for row in rows:
        row.order += 1
    ReviewParagraph.objects.bulk_update(rows, ["order"])
    own = report.paragraphs.filter(key__startswith="own.").aggregate(last=Max("pk"))["last"] or 0
    row = ReviewParagraph.objects.create(report=report, key=f"own.{own + 1}", order=place.order + 1, text="…")
    edit(report, row.key, text, row.version, by=by)
    return row.key


@transaction.atomic
def leave_out(report: ReviewReport, key: str, version: int, *, by: User) -> None:
    """Take a paragraph out of the report; it may be put back."""
    row = _paragraph(_lock(report, by), key, version)
    _keep(row, row.text, Kind.LEFT_OUT, by, left_out=True)


@transaction.atomic
def settle(report: ReviewReport, key: str, how: str, *, by: User) -> None:
    """Decide about a paragraph whose figures or draft have changed.

    `how`: `figures` puts today's figures into the officer's words, `draft` takes today's draft, `kept` leaves it as
    it is and is recorded.
    """
    report = _lock(report, by)
    _settle(report, draft_of(report.unit, report.year, report.period), key, how, by)


@transaction.atomic
def settle_all(report: ReviewReport, *, by: User) -> int:
    """Today's draft for what nobody edited, today's figures for the rest; returns how many paragraphs."""
    report = _lock(report, by)
    draft = draft_of(report.unit, report.year, report.period)
    marked = pending(report, draft)
    for one in marked:
        _settle(report, draft, one.key, "draft" if one.row is None or not one.row.is_edited else "figures", by)
    return len(marked)


def _settle(report: ReviewReport, draft: Paper, key: str, how: str, by: User) -> None:
    row = report.paragraphs.filter(key=key).first()
    fresh = next((one for one in draft.body if one.key == key), None)
    if row is None:
        if fresh is not None:
            _insert(report, draft, fresh, left_out=how == "kept", by=by)
        return
    drafted = drafting.template_of(fresh.parts) if fresh else ""
    if how == "draft" and fresh is None:
        _keep(row, row.text, Kind.LEFT_OUT, by, left_out=True, drafted="")
        return
    text = {"draft": drafted, "figures": drafting.renewed(row.text, draft.fields)}.get(how, row.text)
    now = {key: draft.fields.get(key) for key in drafting.values_in(text)}
    _keep(row, text, how, by, drafted=drafted, seen=now, left_out=row.left_out and how != "draft")


def _insert(report: ReviewReport, draft: Paper, fresh: Paragraph, *, left_out: bool, by: User) -> None:
    """Put a newly drafted paragraph behind the one it follows in the draft."""
    keys = [one.key for one in draft.body]
    before = set(keys[: keys.index(fresh.key)])
    rows = list(report.paragraphs.all())
    order = max((row.order for row in rows if row.key in before), default=0)
    for row in rows:
        row.order += row.order > order
    ReviewParagraph.objects.bulk_update(rows, ["order"])
    row = _drafted(report, fresh, order + 1)
    row.left_out = left_out
    row.save()
    _trace(report, Kind.KEPT if left_out else Kind.ADDED, by, row.key, after=row.text)


@undoing_files()
@transaction.atomic
def sign_off(
    report: ReviewReport, *, number: str, day: date, signer: str, signer_post: str, place: str, by: User
) -> None:
    """The commander signs the report: words and annex stand still from now on. Raises `Refused`."""
    require(commands(by, report.unit))
    report = _lock(report, by)
    hold_figures(report.unit)  # the draft is read in several steps: all of them see the same figures
    draft = draft_of(report.unit, report.year, report.period)
    marked = pending(report, draft)
    if marked:
        raise Refused(_("Figures have changed since: decide about the marked paragraphs first."))
    _refuse_early(report, day)
    report.number, report.day, report.signer, report.signer_post, report.place = (
        number,
        day,
        signer,
        signer_post,
        place,
    )
    report.state, report.signed_by, report.signed_at = ReviewReport.State.SIGNED, by, timezone.now()
    report.annex = annex_rows(draft)
    report.full_clean()
    report.save()
    coverage = coverage_of(report.unit, report.year, report.period)
    _trace(report, Kind.SIGNED, by, after=number, reason="" if coverage.complete else f"{coverage.text} phiếu")
    paper = paper_of(report, draft)
    issue(
        report.unit, KINDS["report"], number=number, day=day, title=title_of(paper), signer=signer,
        signer_post=signer_post, place=place,
        files={"word": as_word(paper), "pdf": as_pdf(paper)}, by=by, address=report.get_absolute_url(), report=report,
    )  # fmt: skip


def _refuse_early(report: ReviewReport, day: date) -> None:
    """No day before the period is summed up, and none before the last figure that the report counts was approved.

    Today is always late enough: also while the period lasts.
    """
    drive = drive_of(report.unit, report.year, report.period)
    since = summed_up_from(report.year, report.period, drive)
    refuse_day(day, since, _("The last round of the period opens on %(day)s: its report bears no earlier day."))
    approved = min(_last_approved(report, drive), clock.today())
    refuse_day(
        day, approved, _("Figures of the report were approved on %(day)s and not before: it bears no earlier day.")
    )


def _last_approved(report: ReviewReport, drive: Campaign | None) -> date:
    """The last day that dates figures of a sheet of the branch that counts in the period. Two queries."""
    places = Lineage.objects.filter(round__drive=drive)
    if drive is None:
        first = report.year - 4 if report.period == FIVE_YEARS else report.year
        quarters = QUARTERS.get(report.period, QUARTERS["Y"])
        places = places.filter(round__year__range=(first, report.year), round__quarter__in=quarters)
    paths = places.filter(unit=report.unit).values_list("path", flat=True).distinct()
    sheets = Report.objects.filter(branches_q(paths, "lineage__path"), state=Report.State.APPROVED)
    sheets = sheets.filter(lineage__in=places)
    steps = ReportEvent.objects.filter(report__in=sheets, kind__in=ReportEvent.DATING)
    last = steps.aggregate(last=Max("at"))["last"]
    return timezone.localdate(last) if last else date.min


@transaction.atomic
def reopen(report: ReviewReport, *, reason: str, by: User) -> None:
    """Make a signed report a draft again, for a reason."""
    require(commands(by, report.unit))
    report = locked(report, "unit")
    refuse_draft(report)
    reason = reason_of(reason)
    report.state, report.signed_by, report.signed_at, report.annex = ReviewReport.State.DRAFT, None, None, None
    report.save()
    for paper in report.issued.select_for_update(of=("self",)).filter(cancelled_at=None):
        void(paper, why=reason, by=by)
    _trace(report, Kind.REOPENED, by, before=report.number, reason=reason)


@transaction.atomic
def put_back(report: ReviewReport, key: str, version: int, *, by: User) -> None:
    """Put a paragraph that was left out back into the report."""
    row = _paragraph(_lock(report, by), key, version)
    if row.left_out:
        row.left_out = False
        _keep(row, row.text, Kind.ADDED, by)


@transaction.atomic
def say(unit: Unit, key: str, text: str, *, by: User) -> None:
    """A phrase in the unit's own words; an empty text goes back to those of the unit above."""
    require(may_edit(by, unit))
    locked(unit)  # sent twice, the second one finds the first
    row = Phrase.objects.filter(unit=unit, key=key).first() or Phrase(unit=unit, key=key)
    if text:
        row.text = text
        row.full_clean()
        row.save()
    elif row.pk:
        row.delete()
