"""A reviewer's verdict on a sheet, the reopening of an approved one, and the filter of the queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from emulation.models import Report, Round
from emulation.models.reports import ReportQuerySet
from emulation.reports.review import Group, Review, Row
from emulation.reports.verdicts import OfficeLine
from units.errors import LEAST_ORDER
from units.forms.seen import SeenPage
from units.reports.seen import Page

APPROVE, RETURN = "approve", "return"
WAITING = "waiting"
State = Report.State


def short_reason() -> str:
    return _("Give a reason of at least %(count)d characters that says what is to be done.") % {"count": LEAST_ORDER}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line with what was chosen and typed, and what is wrong with it."""

    row: Row
    chosen: str
    reason: str
    wrong: str


class VerdictForm(forms.Form):
    """A verdict a line: `v<indicator>` says approve or return, `r<indicator>` why.

    After `is_valid`, `returned` maps the returned lines to their reasons; empty when all are approved.
    """

    def __init__(self, data: Mapping[str, str] | None, *, rows: Iterable[Row]) -> None:
        super().__init__(data)
        self.rows = list(rows)
        for row in self.rows:
            self.fields[f"v{row.key}"] = forms.ChoiceField(
                choices=[(APPROVE, APPROVE), (RETURN, RETURN)], label=row.name,
                error_messages={"required": _("Approve the line or return it.")},
            )  # fmt: skip
            self.fields[f"r{row.key}"] = forms.CharField(required=False, max_length=500, label=row.name)

    def clean(self) -> dict[str, Any]:
        for row in self.rows:
            reason = self.cleaned_data.get(f"r{row.key}")
            returned = self.cleaned_data.get(f"v{row.key}") == RETURN
            if returned and reason is not None and len(reason) < LEAST_ORDER:
                self.add_error(f"r{row.key}", short_reason())
        return self.cleaned_data

    @property
    def returned(self) -> dict[int, str]:
        found = self.cleaned_data
        return {row.key: found[f"r{row.key}"] for row in self.rows if found[f"v{row.key}"] == RETURN}

    def by_group(
        self, review: Review, *, plain: bool = False, quiet: bool = False
    ) -> list[tuple[Group, list[Verdict]]]:
        """The lines by area; `plain` approves open lines without a warning, with `quiet` nothing is called wrong."""
        return [(group, [self._verdict(row, plain, quiet) for row in group.rows]) for group in review.groups]

    def _verdict(self, row: Row, plain: bool, quiet: bool) -> Verdict:
        chosen = self.data.get(f"v{row.key}", "") if self.is_bound else APPROVE if row.passed else ""
        if plain and self.is_bound and not chosen and not row.warning:
            chosen = APPROVE
        wrong = [] if quiet else self._messages(row)
        return Verdict(row, chosen, self.data.get(f"r{row.key}", ""), " ".join(wrong))

    def _messages(self, row: Row) -> list[str]:
        return [str(text) for name in (f"v{row.key}", f"r{row.key}") for text in self.errors.get(name, [])]

    def wrong(self) -> list[tuple[int, str]]:
        """For the summary: lines with errors and what is wrong. Lines without a verdict share one sentence."""
        open_lines = [row for row in self.rows if self.errors.get(f"v{row.key}")]
        found = []
        if len(open_lines) > 1:
            said = ngettext(
                "%(count)d line has no verdict yet: approve it or return it.",
                "%(count)d lines have no verdict yet: approve or return each of them.",
                len(open_lines),
            )
            found.append((open_lines[0].key, said % {"count": len(open_lines)}))
        for row in self.rows:
            text = " ".join(self._messages(row))
            if text and (len(open_lines) < 2 or row not in open_lines):
                found.append((row.key, f"{row.name}: {text}"))
        return found


class OfficeForm(VerdictForm):
    """The same for an office, which agrees or objects, and need not judge all lines at once."""

    def __init__(self, data: Mapping[str, str] | None, *, rows: Iterable[Row]) -> None:
        super().__init__(data, rows=rows)
        for row in self.rows:
            self.fields[f"v{row.key}"].required = False

    @property
    def verdicts(self) -> dict[int, str]:
        """Line → reason of the objection, "" to agree; lines without a verdict are left out."""
        found = self.cleaned_data
        return {
            row.key: found[f"r{row.key}"].strip() if found[f"v{row.key}"] == RETURN else ""
            for row in self.rows
            if found[f"v{row.key}"]
        }

    def shown(self, review: Review, said: Mapping[int, OfficeLine]) -> list[tuple[Group, list[Verdict]]]:
        """The lines by area with what is typed, or with what the office has said before."""
        if self.is_bound:
            return self.by_group(review)
        return [
            (group, [Verdict(row, *_before(said.get(row.key)), "") for row in group.rows]) for group in review.groups
        ]


def _before(line: OfficeLine | None) -> tuple[str, str]:
    return (line.chosen, line.reason) if line else ("", "")


class WholeReturnForm(forms.Form):
    """The reason for which the whole sheet goes back."""

    whole = forms.CharField(max_length=500, required=False)

    def clean_whole(self) -> str:
        reason = self.cleaned_data["whole"].strip()
        if len(reason) < LEAST_ORDER:
            raise forms.ValidationError(short_reason())
        return reason


class ReopenForm(forms.Form):
    """Why an approved sheet is opened again, and which of its lines; none chosen means all."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    lines = forms.MultipleChoiceField(label=gettext_lazy("Lines"), required=False)

    def __init__(self, data: Any = None, *, rows: Iterable[Row]) -> None:
        super().__init__(data)
        self.fields["lines"].choices = [(str(row.key), row.name) for row in rows]

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"].strip()
        if len(reason) < LEAST_ORDER:
            raise forms.ValidationError(short_reason())
        return reason

    @property
    def chosen(self) -> dict[int, str]:
        """Indicator → reason; empty when the whole sheet is opened."""
        return {int(key): self.cleaned_data["reason"] for key in self.cleaned_data["lines"]}


class MissingForm(SeenPage, forms.Form):
    """A sheet handed in as the page shows it.

    Sheets below that are not approved: the commander hands in without those that are named, and says why.
    """

    missing = forms.MultipleChoiceField(required=False)

    def __init__(self, data: Any = None, *, waiting: list[Report], page: Page) -> None:
        super().__init__(data, page=page)
        self.waiting = waiting
        self.fields["missing"].choices = [(str(row.pk), str(row.unit)) for row in waiting]

    @property
    def named(self) -> list[int]:
        return [int(key) for key in self.cleaned_data.get("missing", [])] if self.is_bound and not self.errors else []

    @property
    def reason(self) -> str:
        """What was typed."""
        return str(self.data.get("reason", ""))


class QueueFilter(forms.Form):
    """Which sheets to list for review; what waits, in every round, unless something else is chosen."""

    STATES = {
        WAITING: (State.SUBMITTED, State.IN_REVIEW),
        "open": (State.NOT_STARTED, State.DRAFT),
        State.RETURNED.value: (State.RETURNED,),
        State.APPROVED.value: (State.APPROVED,),
    }
    round = forms.ModelChoiceField(
        Round.objects.select_related("drive"), label=gettext_lazy("Round"), required=False,
        empty_label=gettext_lazy("All rounds"),
    )  # fmt: skip
    state = forms.ChoiceField(choices=[(key, key) for key in STATES], required=False)

    @property
    def chosen_state(self) -> str:
        return (self.cleaned_data.get("state") if self.is_valid() else "") or WAITING

    def tabs(self, counts: Mapping[str, int]) -> list[tuple[str, str, int, bool]]:
        """(key, words, number of sheets, chosen) of each state; `counts` by the state of the sheet."""
        words = {
            WAITING: _("Waiting for review"), "open": _("Not handed in"), State.RETURNED.value: _("Returned"),
            State.APPROVED.value: _("Approved"),
        }  # fmt: skip
        return [
            (key, words[key], sum(counts.get(state, 0) for state in states), key == self.chosen_state)
            for key, states in self.STATES.items()
        ]

    def in_round(self, reports: ReportQuerySet) -> ReportQuerySet:
        chosen = self.cleaned_data.get("round") if self.is_valid() else None
        return reports.filter(round=chosen) if chosen else reports

    def filter(self, reports: ReportQuerySet) -> ReportQuerySet:
        return self.in_round(reports).filter(state__in=self.STATES[self.chosen_state])
