"""The appraisal desk: its filter, a verdict a line, and acts on many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from awards.models import Appraisal, Award, Nomination, Occasion
from awards.reports.differences import Difference
from awards.reports.dossiers import Row
from awards.reports.opinions import opinions_of
from awards.services.appraisals import APPRAISED, REJECTED, RETURNED, unexplained
from awards.services.steps import CONFIRM
from units.errors import LEAST_ORDER
from units.forms.seen import Seen
from units.reports.seen import Change
from units.search import words_q
from units.text import normal

AGREE, REFUSE = "agree", "refuse"
KNOWN = gettext_lazy("It is known that the records say something else than at the hand-in")
STATES = [
    ("", gettext_lazy("Every state")),
    ("met", gettext_lazy("Meets the rule")),
    ("no_data", gettext_lazy("No data")),
    ("not_met", gettext_lazy("Not met")),
]
SAID = [
    ("", gettext_lazy("Every opinion")),
    ("none", gettext_lazy("Not judged yet")),
    ("agree", pgettext_lazy("opinion", "Agreed")),
    ("refuse", gettext_lazy("Refused")),
]
KINDS = [("", gettext_lazy("People and units")), ("person", gettext_lazy("People")), ("unit", gettext_lazy("Units"))]


class DeskFilter(forms.Form):
    """Award, year, occasion, state of the criteria, opinion, people or units, and a name or proposing unit.

    An office that does not say which opinions it wants to see gets what it has not judged yet.
    """

    award = forms.ModelChoiceField(
        Award.objects.none(), label=gettext_lazy("Award"), required=False, to_field_name="code",
        empty_label=gettext_lazy("Every award"),
    )  # fmt: skip
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None)
    occasion = forms.ModelChoiceField(
        Occasion.objects.all(), label=gettext_lazy("Occasion"), required=False, to_field_name="code",
        empty_label=gettext_lazy("Every occasion"),
    )  # fmt: skip
    state = forms.ChoiceField(label=gettext_lazy("Criteria"), required=False, choices=STATES)
    said = forms.ChoiceField(label=gettext_lazy("Opinion"), required=False, choices=SAID)
    kind = forms.ChoiceField(label=gettext_lazy("For"), required=False, choices=KINDS)
    q = forms.CharField(label=gettext_lazy("Name or unit"), required=False, max_length=100)

    def __init__(self, data: QueryDict, *, rows: QuerySet[Nomination], office: bool) -> None:
        super().__init__({"said": "none"} | data.dict() if office else data)
        self.fields["award"].queryset = Award.objects.filter(pk__in=rows.order_by().values("award"))
        years = rows.order_by("-dossier__year").values_list("dossier__year", flat=True).distinct()
        self.fields["year"].choices = [("", _("Every year")), *((year, str(year)) for year in years)]
        if not office:
            del self.fields["said"]

    def filter(self, rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
        chosen = self.cleaned_data
        columns = {"award": chosen["award"], "dossier__year": chosen["year"], "dossier__occasion": chosen["occasion"],
                   "state": chosen["state"]}  # fmt: skip
        rows = rows.filter(**{name: value for name, value in columns.items() if value})
        if chosen["kind"]:
            rows = rows.filter(**{f"{chosen['kind']}__isnull": False})
        said = {"none": Q(said=None), "agree": Q(said=True), "refuse": Q(said=False)}.get(chosen.get("said", ""))
        if said is not None:
            rows = rows.filter(said)
        return rows.filter(words_q(chosen["q"], "person__search", "unit__search", "dossier__unit__search"))


class OpinionsForm(forms.Form):
    """An opinion a line: `v<line>` agrees or refuses, `r<line>` why. Lines without one are left out."""

    CHOICES = [(AGREE, gettext_lazy("Agree")), (REFUSE, gettext_lazy("Refuse"))]
    NEEDS_REASON: tuple[str, ...] = (REFUSE,)

    def __init__(self, data: Any, *, rows: Iterable[Row]) -> None:
        super().__init__(data)
        self.rows = list(rows)
        for row in self.rows:
            key = row.line.pk
            self.fields[f"v{key}"] = forms.ChoiceField(choices=self.CHOICES, label=str(row.line), required=False)
            self.fields[f"r{key}"] = forms.CharField(label=str(row.line), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        for row in self.rows:
            key = row.line.pk
            short = len(normal(self.cleaned_data.get(f"r{key}", ""))) < LEAST_ORDER
            if self.cleaned_data.get(f"v{key}") in self.NEEDS_REASON and short:
                words = _("Give a reason of at least %(count)d characters.") % {"count": LEAST_ORDER}
                self.add_error(f"r{key}", words)
        if not any(self.cleaned_data.get(f"v{row.line.pk}") for row in self.rows) and not self.errors:
            raise forms.ValidationError(_("Judge at least one line."))
        return self.cleaned_data

    @property
    def verdicts(self) -> dict[int, tuple[str, str]]:
        """Line (key) → (verdict, reason)."""
        found = self.cleaned_data
        return {
            key: (found[f"v{key}"], found[f"r{key}"]) for row in self.rows if found.get(f"v{(key := row.line.pk)}")
        }

    def shown(self) -> list[tuple[Row, str, str, list[str]]]:
        """Each row with what is chosen, the reason, and what is wrong with it."""
        return [(row, *self._shown(row)) for row in self.rows]

    def _shown(self, row: Row) -> tuple[str, str, list[str]]:
        key = row.line.pk
        if self.is_bound:
            wrong = [str(error) for error in self.errors.get(f"r{key}", ())]
            return self.data.get(f"v{key}", ""), self.data.get(f"r{key}", ""), wrong
        return *self.before(row), []

    def before(self, row: Row) -> tuple[str, str]:
        return "", ""


class OfficeForm(Seen, OpinionsForm):
    """Opinions of an office, its former ones shown. What stands already is not said again."""

    def __init__(self, data: Any, *, rows: Iterable[Row], office: int) -> None:
        self.office = office
        super().__init__(data, rows=rows)

    def before(self, row: Row) -> tuple[str, str]:
        return self._said(row.opinions)

    def _said(self, opinions: Iterable[Appraisal]) -> tuple[str, str]:
        said = next((one for one in opinions if one.office_id == self.office), None)
        return ("", "") if said is None else (AGREE if said.agrees else REFUSE, said.reason)

    @property
    def verdicts(self) -> dict[int, tuple[str, str]]:
        found, stands = super().verdicts, {row.line.pk: self.before(row) for row in self.rows}
        return {key: said for key, said in found.items() if said != stands[key]} or found

    def beside(self, row: dict[int, Iterable[Appraisal]]) -> dict[str, Any]:
        said = {one.line.pk: self._said(row.get(one.line.pk, ())) for one in self.rows if not one.own}
        values = {f"v{key}": verdict for key, (verdict, _reason) in said.items()}
        return values | {f"r{key}": reason for key, (_verdict, reason) in said.items()}

    def _first(self) -> dict[str, Any] | None:
        return self.beside({row.line.pk: row.opinions for row in self.rows if not row.own})

    def stored(self) -> Any:
        keys = [row.line.pk for row in self.rows]
        return opinions_of(Nomination.objects.select_for_update().filter(pk__in=keys))

    def change(self, row: dict[int, Iterable[Appraisal]], since: datetime) -> Change | None:
        later = [one for some in row.values() for one in some if one.office_id == self.office and one.at >= since]
        last = max(later, key=lambda one: one.at, default=None)
        return Change(last.by, last.at) if last else None


class ConclusionsForm(OpinionsForm):
    """Conclusions of the reviewer."""

    CHOICES = [
        (APPRAISED, gettext_lazy("Goes on")), (RETURNED, gettext_lazy("Return")),
        (REJECTED, gettext_lazy("Reject")),
    ]  # fmt: skip
    NEEDS_REASON = (RETURNED, REJECTED)

    def __init__(self, data: Any, *, rows: Iterable[Row], differing: Iterable[Difference] = ()) -> None:
        """`differing`: lines of which records say something else than at the hand-in; a box confirms it as known."""
        super().__init__(data, rows=rows)
        self.differing = {one.line.pk for one in differing}
        if self.differing:
            self.fields["known_changes"] = forms.BooleanField(required=False, label=KNOWN)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        onwards = {row.line.pk for row in self.rows if found.get(f"v{row.line.pk}") == APPRAISED}
        if onwards & self.differing and not found["known_changes"]:
            self.add_error("known_changes", CONFIRM["known_changes"])
        on = {
            row.line: found.get(f"r{row.line.pk}", "")
            for row in self.rows
            if found.get(f"v{row.line.pk}") == APPRAISED
        }
        opinions = {row.line.pk: row.opinions for row in self.rows}
        for line, words in unexplained(on, opinions).items():
            self.add_error(f"r{line.pk}", words)
        return found


class ManyForm(forms.Form):
    """One act on many lines: the reason, and the mark of exactly the lines that were shown."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    mark = forms.CharField(widget=forms.HiddenInput)
    known_changes = forms.BooleanField(required=False, label=KNOWN)
