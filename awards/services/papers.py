"""Drafts of letters (*tờ trình*) and of decisions: whom they name, what they say; a letter that is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards import access
from awards.models import Decision, Nomination, Submission
from awards.reports.award_papers import LETTER_ABOUT
from awards.reports.bases import basis_of, title_of
from awards.reports.bonuses import Due, unpaid_names
from awards.reports.citations import MOST, drafted
from awards.reports.days import Fact, basis_on, cited_too_early, later_than
from awards.reports.drafts import draft_of, refuse_changed
from awards.reports.notices import notice_problems, running, running_words
from awards.reports.powers import Powers
from awards.reports.ready import acting, ready, unvoted_q, with_places
from awards.reports.routes import next_above
from awards.reports.signatures import complete
from awards.services.kept_papers import keep_letter
from awards.services.steps import (
    CONFIRM,
    Kind,
    Stage,
    kept,
    lock_lines,
    over_caps,
    refuse_differing,
    step,
    together,
)
from emulation.models import IssuedPaper
from emulation.reports.paper_kinds import KINDS
from emulation.services import issued_papers
from emulation.services.stored_files import undoing_files
from units import clock
from units.access import require
from units.errors import Refused, refuse_long
from units.models import Unit, User
from units.text import normal

Paper = Submission | Decision
TEXTS = (
    "title",
    "recipient",
    "basis",
    "signer",
    "signer_post",
    "place",
    "giver",
    "ground",
    "reason",
    "issuer",
    "outside",
)
GAPLESS = ("number", "title", "recipient", "issuer", "basis", "signer")  # of what a higher authority decided, too
AnyPaper = TypeVar("AnyPaper", bound=Submission | Decision)


def is_open(paper: Paper) -> bool:
    """Whether it is a draft."""
    return (paper.sent_at if isinstance(paper, Submission) else paper.signed_at) is None


def lock_paper(paper: AnyPaper) -> AnyPaper:
    """The draft, locked. Raises `Refused` when it has been signed or sent meanwhile."""
    rows: Any = type(paper).objects.select_for_update(of=("self",)).select_related("unit")
    found = rows.filter(pk=paper.pk).first()
    if found is None:
        raise Refused(_("This draft has been discarded meanwhile."))
    if not is_open(found):
        raise Refused(_("“%(paper)s” has been signed: it is never changed.") % {"paper": found})
    return found


# ── drafts ────────────────────────────────────────────────────────────────


@transaction.atomic
def draft_decision(unit: Unit, keys: Collection[int], *, by: User) -> Decision:
    """A draft of a decision on exactly these lines. Raises `Refused` for lines that the unit does not decide."""
    require(access.drafts_papers(by, unit))
    lines = lock_ready(unit, keys)
    powers = Powers(clock.today())
    refuse_beyond(unit, lines, powers)
    decision = Decision(
        unit=unit, issuer=unit.name, year=clock.today().year, title=title_of(lines), by=by,
        basis=basis_of(unit, lines, clock.today()),
    )  # fmt: skip
    decision.full_clean()
    decision.save()
    decision.lines.set(lines)
    for line in lines:
        if not line.citation:
            line.citation = drafted(line)
            line.save(update_fields=["citation"])
    return decision


@transaction.atomic
def write_citations(decision: Decision, texts: Mapping[int, str], *, by: User) -> int:
    """Write sentences of merit (line → text) of a draft, as certificates will have them. Returns how many changed.

    An empty one is drafted anew. Each change stands in the trace of its line.
    """
    require(access.drafts_papers(by, decision.unit))
    decision = lock_paper(decision)
    keys = set(decision.lines.filter(pk__in=texts).values_list("pk", flat=True))
    lock_lines(keys)
    changed = 0
    for line in with_places(Nomination.objects.filter(pk__in=keys)).order_by("pk"):
        before, after = line.citation, normal(texts[line.pk]) or drafted(line)
        refuse_long(after, f"c{line.pk}", MOST)
        if after != before:
            line.citation = after
            line.save(update_fields=["citation"])
            step(line, Kind.CHANGED, line.stage, by=by, at=decision.unit, before={"citation": before},
                 after={"citation": after})  # fmt: skip
            changed += 1
    return changed


def refuse_beyond(unit: Unit, lines: Iterable[Nomination], powers: Powers) -> None:
    wrong = []
    for line in lines:
        needed = powers.of(line)
        if not powers.decides(unit, needed):
            words = _("“%(line)s”: decided at the level “%(level)s”, not by %(unit)s.")
            wrong.append(words % {"line": line, "level": needed.level.label, "unit": unit.short})
    if wrong:
        raise Refused(wrong)


@transaction.atomic
def draft_submission(unit: Unit, keys: Collection[int], *, by: User) -> Submission:
    """A draft of the letter that asks one level to decide exactly these lines of one occasion."""
    require(access.drafts_papers(by, unit))
    lines = lock_ready(unit, keys)
    powers = Powers(clock.today())
    needed = {line.pk: powers.of(line) for line in lines}
    own = [line for line in lines if powers.decides(unit, needed[line.pk])]
    if own:
        names = ", ".join(line.name for line in own)
        raise Refused(_("%(unit)s decides these itself: %(names)s.") % {"unit": unit.short, "names": names})
    if len({one.level.pk for one in needed.values()}) > 1:
        raise Refused(_("One letter asks one level: choose lines of the same deciding level."))
    if len({line.dossier.occasion_id for line in lines}) > 1:
        raise Refused(_("One letter is about one occasion: choose lines of the same occasion."))
    above = next_above(unit)
    decides = sorted({one.decides for one in needed.values() if one.decides})
    recipient = above.name if above else "; ".join(decides) or needed[lines[0].pk].level.name
    submission = Submission(
        unit=unit, year=clock.today().year, occasion=lines[0].dossier.occasion, level=needed[lines[0].pk].level,
        to_unit=above, recipient=recipient[:200],
        basis=basis_of(unit, lines, clock.today()), by=by,
    )  # fmt: skip
    submission.full_clean()
    submission.save()
    submission.lines.set(lines)
    for line in lines:
        step(line, Kind.PROPOSED, line.stage, by=by, at=unit)
    return submission


def lock_ready(unit: Unit, keys: Collection[int]) -> list[Nomination]:
    """These lines, locked; all of them wait at the unit for its paper. Raises `Refused` naming those that do not."""
    if not keys:
        raise Refused(_("Choose at least one line."))
    lock_lines(keys)
    lines = list(with_places(Nomination.objects.filter(pk__in=keys)).order_by("pk"))
    waiting = set(ready(acting([unit])).filter(pk__in=keys).values_list("pk", flat=True))
    wrong = [line.name for line in lines if line.pk not in waiting]
    if wrong or len(lines) != len(set(keys)):
        raise Refused(
            _("These do not wait for a paper of the unit any more: %(names)s. Nothing was changed.")
            % {"names": ", ".join(wrong) or "…"}
        )
    return lines


@transaction.atomic
def change_texts(paper: Paper, texts: Mapping[str, Any], *, by: User) -> Paper:
    """Write the texts (`TEXTS`) of a draft."""
    require(access.drafts_papers(by, paper.unit))
    paper = lock_paper(paper)
    write_texts(paper, texts)
    paper.save()
    return paper


def write_texts(paper: Paper, texts: Mapping[str, Any]) -> None:
    for name in TEXTS:
        if name in texts:
            value = texts[name]
            setattr(paper, name, normal(value) if isinstance(value, str) and name != "basis" else value)
    paper.full_clean(exclude=["lines", "taken_back"])


@transaction.atomic
def take_out(paper: Paper, keys: Collection[int], *, by: User) -> int:
    """Take lines, or awards of a revocation, out of a draft; they wait again. Returns how many."""
    require(access.drafts_papers(by, paper.unit))
    paper = lock_paper(paper)
    revokes = isinstance(paper, Decision) and paper.kind == Decision.Kind.REVOCATION
    rows: Any = paper.taken_back if revokes else paper.lines  # type: ignore[union-attr]
    found = list(rows.filter(pk__in=keys))
    if not found:
        raise Refused(_("Choose at least one line."))
    if rows.count() == len(found):
        raise Refused(_("Nobody would be left: discard the draft instead."))
    rows.remove(*found)
    if isinstance(paper, Submission):
        _trace_out(paper, [line.pk for line in found], by)
    return len(found)


def _trace_out(letter: Submission, keys: Collection[int], by: User) -> None:
    """Lines that a letter no longer names say so in their trace."""
    for line in lock_lines(keys):
        words = kept(gettext_lazy("Taken out of the draft of a letter."))
        step(line, Kind.RELEASED, line.stage, by=by, at=letter.unit, reason=words)


@transaction.atomic
def discard(paper: Paper, *, by: User) -> None:
    """Delete a draft; its lines wait again."""
    require(access.drafts_papers(by, paper.unit))
    paper = lock_paper(paper)
    if isinstance(paper, Submission):
        _trace_out(paper, list(paper.lines.values_list("pk", flat=True)), by)
    paper.delete()


def refuse_unseen(paper: Paper, seen: str) -> None:
    """Refuse to sign what the page that has the mark `seen` did not show. The paper is locked."""
    if seen:
        refuse_changed(seen, draft_of(paper).mark)


# ── what every paper needs before it is signed ────────────────────────────


def write_head(paper: Paper, head: Mapping[str, Any], lines: Collection[Nomination] = ()) -> None:
    """Number, day, signer and texts of a paper on `lines` about to be signed; its year is the day's.

    Documents that it cites as drafted are those in force on its day. Raises `Refused`, also where anything that
    the paper rests on came later.
    """
    number, day = normal(head["number"]), head["day"]
    if day > clock.today():
        raise Refused(_("The day lies in the future."), "day")
    paper.number, paper.day, paper.year = number, day, day.year
    refuse_number(paper)
    write_texts(paper, {name: value for name, value in head.items() if name in TEXTS})
    paper.basis = basis_on(paper.basis, lines, day)
    refuse_unsigned(paper)
    refuse_before(day, [*later_than(day, lines), *cited_too_early(paper.basis, day)])


def refuse_unsigned(paper: Paper) -> None:
    """Nothing is signed with dots. Raises `Refused` naming each field, and where what the unit signs is kept."""
    words = {
        "place": _("Say where it is signed, e.g. Hà Nội: type it here, or once for all papers in their layout."),
        "signer": _("Say who signs: rank and name, as they stand under the paper."),
        "signer_post": _(
            "Say the post of who signs, e.g. Cục trưởng; or keep it once for all papers in their layout."
        ),
        "giver": _("Say in whose name the awards are given, e.g. Cục trưởng Cục Kỹ thuật."),
    }
    wrong = issued_papers.gap_words({name: getattr(paper, name, "") for name in GAPLESS})
    if isinstance(paper, Submission) or not paper.outside:
        wrong |= {name: words[name] for name in complete(paper)}
    if wrong:
        raise Refused(wrong)


def refuse_before(day: date, facts: Sequence[Fact]) -> None:
    """No paper is older than what it rests on. Raises `Refused` with the first day that it may have."""
    if facts:
        words = _("A paper of %(day)s cannot rest on what came later. Date it %(first)s or later. %(what)s")
        first = max(fact.day for fact in facts)
        shown = {name: date_format(one, "SHORT_DATE_FORMAT") for name, one in (("day", day), ("first", first))}
        raise Refused(words % (shown | {"what": " ".join(fact.words for fact in facts)}), "day")


def refuse_number(paper: Paper) -> None:
    """A unit gives a number once a year, whatever it is called then. Those that differ in case alone are the same."""
    rows: Any = Submission.objects
    if isinstance(paper, Decision):
        rows = Decision.objects.filter(outside=paper.outside)
        rows = rows.filter(issuer=paper.issuer) if paper.outside else rows
    others = rows.filter(unit=paper.unit, year=paper.year).exclude(pk=paper.pk).exclude(number="")
    same = next((row for row in others if row.number.casefold() == paper.number.casefold()), None)
    if same is not None:
        words = _("The number %(number)s stands already on a paper of %(day)s: “%(title)s”. Give the next free one.")
        day = date_format(same.day, "SHORT_DATE_FORMAT") if same.day else "…"
        title = same.recipient if isinstance(same, Submission) else same.title
        raise Refused(words % {"number": paper.number, "day": day, "title": title}, "number")


def save_signed(paper: Paper, by: User) -> None:
    """Save it, and enter what the unit itself signs into its document register.

    The same number given at the same moment elsewhere is refused.
    """
    try:
        with transaction.atomic():
            paper.save()
            if isinstance(paper, Submission) or not paper.outside:
                enter_register(paper, by)
    except IntegrityError as error:
        raise Refused(_("This number has just been given to another paper."), "number") from error


def enter_register(paper: Paper, by: User) -> IssuedPaper:
    """A row of the document register for a signed paper, titled in Vietnamese as the paper is."""
    assert paper.day is not None
    letter = isinstance(paper, Submission)
    words = f"TỜ TRÌNH – {LETTER_ABOUT}, trình {paper.recipient}" if letter else f"QUYẾT ĐỊNH – {paper.title}"  # type: ignore[union-attr]
    return issued_papers.enter(
        paper.unit, KINDS["letter" if letter else "decision"], number=paper.number, day=paper.day, title=words,
        signer=paper.signer, address=paper.get_absolute_url(), by=by,
    )  # fmt: skip


def refuse_unshown(lines: Collection[Nomination], day: date, *, known_notices: bool) -> dict[int, str]:
    """Public notice that still stands in the way. One that no rule asks for is waited for, too, unless somebody says
    that it is `known_notices`; then line (key) → what its trace says of that, in Vietnamese.
    """
    problems = notice_problems(lines, day)
    wrong = [f"{line}: {problems[line.pk]}" for line in lines if problems[line.pk]]
    if wrong:
        raise Refused(wrong)
    if (words := running_words(lines, day)) and not known_notices:
        raise Refused([*words, str(CONFIRM["known_notices"])], "known_notices")
    with translation.override("vi"):
        said = _("Signed knowingly while the public notice ran until %(day)s")
        found = running(lines, day)
        return {key: said % {"day": date_format(until, "SHORT_DATE_FORMAT")} for key, until in found.items()}


def refuse_unpaid(lines: Collection[Nomination], found: Mapping[int, Due], *, known: bool) -> dict[int, str]:
    """Awards whose bonus is not known are given only where somebody says that it is `known`; then line (key) → what
    its trace says of that, in Vietnamese.
    """
    if (names := unpaid_names(lines, found)) and not known:
        raise Refused(f"{', '.join(names)}: {CONFIRM['known_unpaid']}", "known_unpaid")
    with translation.override("vi"):
        said = _("Signed knowingly though its bonus was not known")
    return {key: said for key, due in found.items() if due.amount is None}


def lines_of_draft(paper: Paper) -> list[Nomination]:
    """The lines of a locked draft, locked, all still at the unit. Raises `Refused`."""
    keys = list(paper.lines.values_list("pk", flat=True))
    if not keys:
        raise Refused(_("The paper names nobody."))
    lock_lines(keys)
    lines = list(with_places(Nomination.objects.filter(pk__in=keys)).order_by("pk"))
    open_ = (Stage.APPRAISED, Stage.PASSED, Stage.FORWARDED)
    held = acting([paper.unit])
    wrong = [line.name for line in lines if line.holder_id not in held or line.stage not in open_]
    appraised = [line.pk for line in lines if line.stage == Stage.APPRAISED]
    free = set(Nomination.objects.filter(unvoted_q(), pk__in=appraised).values_list("pk", flat=True))
    wrong += [line.name for line in lines if line.pk in set(appraised) - free]
    if wrong:
        raise Refused(
            _("These do not wait at the unit any more: %(names)s. Take them out first.") % {"names": ", ".join(wrong)}
        )
    return lines


def pass_unvoted(lines: Iterable[Nomination], by: User) -> None:
    """Appraised lines of a unit without a council have passed by their appraisal."""
    for line in lines:
        if line.stage == Stage.APPRAISED:
            step(line, Kind.PASSED, Stage.PASSED, by=by, reason=kept(gettext_lazy("No council is asked.")))


# ── sending a letter ──────────────────────────────────────────────────────


@undoing_files()
@transaction.atomic
def send(
    submission: Submission, head: Mapping[str, Any], *, known_over_caps: bool = False, known_notices: bool = False,
    known_changes: bool = False, seen: str = "", by: User,
) -> Submission:  # fmt: skip
    """Send the letter with number, day and signer: its lines are forwarded to the unit asked.

    Where nobody above is in the tree they stay with the sender, who records the outcome. Raises `Refused`,
    also where a cap is exceeded, a public notice still runs or records say something else than at the hand-in, unless
    that is known; and where the draft is not the one that its page showed (`seen`, its mark) any more.
    """
    require(access.signs(by, submission.unit))
    submission = lock_paper(submission)
    refuse_unseen(submission, seen)
    lines = lines_of_draft(submission)
    write_head(submission, head, lines)
    assert submission.day is not None
    shown = refuse_unshown(lines, submission.day, known_notices=known_notices)
    over = over_caps(submission.unit, lines, known=known_over_caps)
    differing = refuse_differing(lines, known=known_changes, by=by)
    submission.to_unit = next_above(submission.unit)
    submission.sent_by, submission.sent_at = by, timezone.now()
    save_signed(submission, by)
    pass_unvoted(lines, by)
    with translation.override("vi"):
        said = _("%(number)s of %(day)s, to: %(recipient)s") % {
            "number": submission.number, "day": date_format(submission.day, "SHORT_DATE_FORMAT"),
            "recipient": submission.recipient,
        }  # fmt: skip
    holder = submission.to_unit or submission.unit
    for line in lines:
        step(
            line,
            Kind.FORWARDED,
            Stage.FORWARDED,
            by=by,
            at=submission.unit,
            reason=together(said, over[line.pk], shown.get(line.pk, "")),
            holder=holder,
            after=differing.get(line.pk),
        )
    keep_letter(submission, by=by)
    return submission
