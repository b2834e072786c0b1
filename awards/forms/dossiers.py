"""Dossiers of nominations: filters, heads, minutes of the base, lines, and whom to propose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards.models import Award, Dossier, Nomination, NominationFile, Occasion
from awards.models.dossiers import MEETING
from awards.reports.checks import beyond, strength_on
from awards.services.dossiers import REVIEW, Pick, votes_problem
from emulation.forms.evidence import ENDINGS, FilesField, FilesInput
from emulation.models import Campaign
from units import clock
from units.errors import LEAST_ORDER
from units.forms.fields import DayField, JudgedReasonField
from units.forms.seen import SeenForm
from units.keys import key_of
from units.models import Person, Unit
from units.text import fold

Stage = Nomination.Stage
AREA = {"rows": 3}
MOST_PICKS = 500  # lines added at once
PLACES = 3  # digits of a place in a list


class DossierFilter(forms.Form):
    """Year, occasion, stage of a line, and the name of a unit."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None)
    occasion = forms.ModelChoiceField(
        Occasion.objects.all(), label=gettext_lazy("Occasion"), required=False, to_field_name="code",
        empty_label=gettext_lazy("Every occasion"),
    )  # fmt: skip
    stage = forms.ChoiceField(
        label=gettext_lazy("With lines that are"), required=False,
        choices=[("", gettext_lazy("Every stage")), *Stage.choices],
    )  # fmt: skip
    q = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=100)

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("Every year")), *((year, str(year)) for year in years)]  # type: ignore[attr-defined]

    def filter(self, rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
        chosen = self.cleaned_data
        if chosen["year"]:
            rows = rows.filter(year=chosen["year"])
        if chosen["occasion"]:
            rows = rows.filter(occasion=chosen["occasion"])
        if chosen["stage"]:
            rows = rows.filter(pk__in=Nomination.objects.filter(stage=chosen["stage"]).values("dossier"))
        for word in fold(chosen["q"]).split():
            rows = rows.filter(unit__search__contains=word)
        return rows


class DossierForm(forms.Form):
    """A new dossier: of one of the units for which the user writes."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"), empty_label=None)
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1945, max_value=2100)
    occasion = forms.ModelChoiceField(Occasion.objects.all(), label=gettext_lazy("Occasion"), empty_label=None)
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label=gettext_lazy("Campaign"), required=False,
        help_text=gettext_lazy("For drives and thematic movements."),
    )  # fmt: skip
    title = forms.CharField(
        label=gettext_lazy("Title of the dossier"), required=False, max_length=200,
        help_text=gettext_lazy("Empty: occasion, year and unit."),
    )  # fmt: skip

    def __init__(self, *args: Any, units: QuerySet[Unit], campaigns: QuerySet[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]


class TitleForm(SeenForm):
    class Meta:
        model = Dossier
        fields = ["title"]
        labels = {"title": gettext_lazy("Title of the dossier")}
        help_texts = {"title": gettext_lazy("Empty: occasion, year and unit.")}


class LineFilter(forms.Form):
    """Award, stage and name within one dossier."""

    award = forms.ModelChoiceField(
        Award.objects.none(), label=gettext_lazy("Award"), required=False, to_field_name="code",
        empty_label=gettext_lazy("Every award"),
    )  # fmt: skip
    stage = forms.ChoiceField(
        label=gettext_lazy("Stage"), required=False,
        choices=[("", gettext_lazy("All that have not been withdrawn")), *Stage.choices],
    )  # fmt: skip
    q = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=100)

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        awards = Award.objects.filter(pk__in=dossier.lines.values("award"))
        self.fields["award"].queryset = awards  # type: ignore[attr-defined]

    def filter(self, rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
        chosen = self.cleaned_data
        rows = rows.filter(stage=chosen["stage"]) if chosen["stage"] else rows.exclude(stage=Stage.WITHDRAWN)
        if chosen["award"]:
            rows = rows.filter(award=chosen["award"])
        for word in fold(chosen["q"]).split():
            rows = rows.filter(Q(person__search__contains=word) | Q(unit__search__contains=word))
        return rows


# ── whom to propose ───────────────────────────────────────────────────────


class PicksForm(forms.Form):
    """Ticked offers: `pick` is sent once for each, as `person-12-CSTT`. What they mean is asked of the base."""

    def __init__(self, data: Any, *, people: QuerySet[Person], units: QuerySet[Unit]) -> None:
        super().__init__(data)
        self.people, self.units = people, units
        self.picks: list[Pick] = []

    def clean(self) -> dict[str, Any]:
        wanted = list(dict.fromkeys(self.data.getlist("pick")))
        if len(wanted) > MOST_PICKS:
            raise forms.ValidationError(_("At most %(count)d lines at once.") % {"count": MOST_PICKS})
        parts = [parts for key in wanted if len(parts := key.split("-", 2)) == 3 and key_of(parts[1])]
        found = {
            "person": self._by_key(self.people.select_related("group", "rank", "unit"), parts, "person"),
            "unit": self._by_key(self.units, parts, "unit"),
        }
        awards = {row.code: row for row in Award.objects.filter(code__in={code for _k, _pk, code in parts})}
        for kind, key, code in parts:
            subject = found.get(kind, {}).get(int(key))
            if subject is None or code not in awards:
                raise forms.ValidationError(
                    _("Somebody you ticked does not belong to the unit. Load the page again.")
                )
            self.picks.append(Pick(subject, awards[code]))
        if not self.picks:
            raise forms.ValidationError(_("Tick at least one person or unit."))
        return self.cleaned_data

    @staticmethod
    def _by_key(rows: QuerySet[Any], parts: Sequence[Sequence[str]], kind: str) -> dict[int, Any]:
        keys = [int(key) for one, key, _code in parts if one == kind]
        return {row.pk: row for row in rows.filter(pk__in=keys)} if keys else {}


class PasteForm(forms.Form):
    """Lines pasted from Excel: a service number, a unit's code or a name in any column.

    A name that several people have is answered with a choice `c<row>`. After `is_valid`, `picks` holds all of
    them; `ambiguous` lists (row, text, candidates), `unknown` what nobody answers to – all at once.
    """

    award = forms.ModelChoiceField(
        Award.objects.none(), label=gettext_lazy("Award"), empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("List from Excel"), max_length=60000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("One person or unit a line: service number, code or full name, in any column."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, awards: QuerySet[Award], people: QuerySet[Person], units: QuerySet[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["award"].queryset = awards  # type: ignore[attr-defined]
        self.people, self.units = people, units
        self.picks: list[Pick] = []
        self.ambiguous: list[tuple[int, str, list[tuple[str, str]], str]] = []
        self.unknown: list[str] = []

    def clean(self) -> dict[str, Any]:
        text, award = self.cleaned_data.get("text"), self.cleaned_data.get("award")
        if not text or award is None:
            return self.cleaned_data
        rows = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if len(rows) > MOST_PICKS:
            raise forms.ValidationError(_("At most %(count)d lines at once.") % {"count": MOST_PICKS})
        known = Known(self.people, self.units)
        for number, line in rows:
            self._resolve(number, line.strip()[:80], award, known.look_up(line, award))
        if self.unknown:
            self.add_error("text", self.unknown)
        if any(not chosen for _row, _text, _people, chosen in self.ambiguous):
            self.add_error(None, _("Some names belong to several people: choose below whom you mean."))
        return self.cleaned_data

    def _resolve(self, number: int, line: str, award: Award, found: list[Any]) -> None:
        if not found:
            self.unknown.append(_("Line %(row)d: nobody of the unit is “%(text)s”.") % {"row": number, "text": line})
        elif len(found) == 1:
            self.picks.append(Pick(found[0], award))
        else:
            chosen = self.data.get(f"c{number}", "")
            match = [row for row in found if str(row.pk) == chosen]
            self.ambiguous.append((number, line, [_candidate(row) for row in found], chosen if match else ""))
            self.picks += [Pick(row, award) for row in match]


def _candidate(row: Person | Unit) -> tuple[str, str]:
    """Key of somebody who may be meant, and what tells namesakes apart."""
    if isinstance(row, Unit):
        return str(row.pk), f"{row.name} · {row.code}"
    parts = (row.full_name, row.service_number, row.unit.short, row.post)
    return str(row.pk), " · ".join(part for part in parts if part)


class Known:
    """People and units of a branch by number, code and name. Two queries."""

    def __init__(self, people: QuerySet[Person], units: QuerySet[Unit]) -> None:
        self.codes = {fold(unit.code): unit for unit in units}
        self.numbers: dict[str, Person] = {}
        self.people: dict[str, list[Any]] = {}
        self.units: dict[str, list[Any]] = {}
        for unit in units:
            self.units.setdefault(fold(unit.name), []).append(unit)
        for person in people.select_related("unit", "group", "rank"):
            self.numbers[fold(person.service_number)] = person
            self.people.setdefault(fold(person.full_name), []).append(person)

    def look_up(self, line: str, award: Award) -> list[Any]:
        """Who a row of cells means: somebody by number, else by name, in any cell; nobody: empty.

        Short numbers are places in the list, not service numbers. Lists of people name their units in a column: a
        row means the unit only where it begins with it, and the award is not for people alone.
        """
        folded = [fold(cell) for cell in line.replace(";", "\t").split("\t") if cell.strip()]
        folded = [cell for cell in folded if not (cell.isdecimal() and len(cell) <= PLACES)]
        for cell in folded:
            if cell in self.numbers:
                return [self.numbers[cell]]
        named = next((self.people[cell] for cell in folded if cell in self.people), [])
        if named or award.subject == "person" or not folded:
            return named
        return [self.codes[folded[0]]] if folded[0] in self.codes else self.units.get(folded[0], [])


# ── the review at the base ────────────────────────────────────────────────


class ReviewForm(SeenForm):
    """The minutes of the review at the base, and the votes of each line that can still be changed."""

    review_day = DayField(label=gettext_lazy("Reviewed at the base on"), required=False)

    class Meta:
        model = Dossier
        fields = list(REVIEW)
        widgets = {"review_text": forms.Textarea(attrs=AREA)}

    def __init__(self, *args: Any, lines: Collection[Nomination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"v{line.pk}"] = forms.IntegerField(
                label=str(line), min_value=0, max_value=MEETING, required=False, initial=line.votes_for,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "form-control form-control-sm n"}),
            )  # fmt: skip

    def beside(self, row: Dossier) -> dict[str, Any]:
        keys = [line.pk for line in self.lines]
        return {f"v{pk}": votes for pk, votes in row.lines.filter(pk__in=keys).values_list("pk", "votes_for")}

    def clean(self) -> dict[str, Any]:
        """More votes than members present is told beside every other fault, not after it."""
        cleaned = super().clean() or self.cleaned_data
        present, members = cleaned.get("review_present"), cleaned.get("review_members")
        if present is not None and (members is None or present > members):
            self.add_error("review_present", _("Not more members are present than the meeting has."))
        self._ask_strength(members, cleaned.get("review_day") or clock.today())
        for line in self.lines:
            if words := votes_problem(cleaned.get(f"v{line.pk}"), present):
                self.add_error(f"v{line.pk}", words)
        return cleaned

    def _ask_strength(self, members: int | None, day: date) -> None:
        """More members than people who served that day are asked about once: people of other units may have come."""
        if members is None or not {"review_members", "review_day"} & set(self.changed_data):
            return
        if about := beyond(members, strength_on(self.instance.unit, day), day):
            label = _("It is known that this is more than the unit’s strength")
            self.fields["known_strength"] = forms.BooleanField(label=label, required=False)
            if "known_strength" not in self.data:
                self.add_error("known_strength", _("%(about)s Correct the number, or confirm it.") % {"about": about})

    @property
    def votes(self) -> dict[int, int | None]:
        return {line.pk: self.cleaned_data[f"v{line.pk}"] for line in self.lines}

    @property
    def minutes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in REVIEW}

    def rows(self) -> list[tuple[Nomination, Any]]:
        return [(line, self[f"v{line.pk}"]) for line in self.lines]

    def head(self) -> list[Any]:
        return [self[name] for name in (*REVIEW, "known_strength") if name in self.fields]


# ── one line ──────────────────────────────────────────────────────────────


class LineForm(SeenForm):
    """What the unit writes of a line, and the award."""

    class Meta:
        model = Nomination
        fields = ["award", "merit", "report", "votes_for", "why_second", "why_unmet"]
        widgets = {"merit": forms.Textarea(attrs={"rows": 5}), "report": forms.Textarea(attrs={"rows": 6}),
                   "why_unmet": forms.Textarea(attrs={"rows": 2})}  # fmt: skip

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = "person" if self.instance.person_id else "unit"
        field = self.fields["award"]
        field.queryset = Award.objects.on(day).filter(subject__in=["", kind])  # type: ignore[attr-defined]
        field.empty_label = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """More votes than members were present is told beside every other fault, not after it."""
        cleaned = super().clean() or self.cleaned_data
        present = self.instance.dossier.review_present
        if words := votes_problem(cleaned.get("votes_for"), present):
            self.add_error("votes_for", words)
        return cleaned

    def columns(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "award"}


class ReasonForm(forms.Form):
    """Why a line is withdrawn."""

    reason = JudgedReasonField(required=False, max_length=500)

    def __init__(self, *args: Any, least: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if least:
            words = _("At least %(count)d characters.") % {"count": LEAST_ORDER}
            self.fields["reason"].help_text = words
            self.fields["reason"].required = True


class FilesForm(forms.Form):
    """Files of a line or of a dossier, and what they are."""

    what = forms.ChoiceField(
        label=gettext_lazy("What it is"), choices=NominationFile.Kind,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    files = FilesField(  # type: ignore[assignment]  # not `BaseForm.files`: fields stand apart
        label=gettext_lazy("Files"), required=False, allow_empty_file=True,
        widget=FilesInput(attrs={"multiple": True, "accept": ENDINGS, "class": "form-control"}),
    )  # fmt: skip
