"""Forms of the register of initiatives."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation.forms.fields import NumberField
from emulation.models import ContestEntry, InitiativeWork, Recognition, ScoreCriterion, ScoreSheet, ScoreTemplate
from emulation.models.initiatives import WorkQuerySet
from emulation.numbers import format_part
from emulation.reports.initiatives import levels_from, recognised_between, used_between
from emulation.services.initiatives import Author
from units.forms.fields import BranchField, DayField, UnitField, branches_named
from units.forms.layout import laid_out, pair
from units.forms.seen import SeenFields, SeenForm
from units.keys import key_of
from units.models import Initiative, Person, Role, Unit, User
from units.text import fold, normal

SERVICE_NUMBER = re.compile("[0-9]{4,20}")
NO_NAME = re.compile(r"[0-9%=:|/+]|^[^A-Za-zÀ-ỹ]*$")  # figures, signs of a share or a list; nothing but signs
WAITING, APPLIED = "waiting", "applied"


class WorkFilter(forms.Form):
    """Query string of the list. `only`, `since`, `until` and `by` come from a fed figure: what makes it up."""

    q = forms.CharField(label=gettext_lazy("Title or author"), required=False, max_length=100)
    unit = BranchField()
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1945, max_value=2100)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False,
        choices=[
            ("", gettext_lazy("Every state")), *InitiativeWork.State.choices,
            (WAITING, gettext_lazy("Waiting for the council")), (APPLIED, gettext_lazy("In use")),
        ],
    )  # fmt: skip
    level = forms.ChoiceField(
        label=gettext_lazy("Level at least"), required=False,
        choices=[("", gettext_lazy("Every level")), *Initiative.Level.choices],
    )  # fmt: skip
    only = forms.CharField(required=False, widget=forms.HiddenInput)
    since = forms.DateField(required=False, widget=forms.HiddenInput, input_formats=["%d/%m/%Y"])
    until = forms.DateField(required=False, widget=forms.HiddenInput, input_formats=["%d/%m/%Y"])
    by = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[("recognised", ""), ("saved", "")]
    )  # fmt: skip

    def filter(self, rows: WorkQuerySet, viewer: User) -> WorkQuerySet:
        chosen = self.cleaned_data
        if chosen["unit"]:
            rows = rows.filter(branches_named(viewer, chosen["unit"]))
        if chosen["only"]:
            rows = rows.filter(unit=key_of(chosen["only"]) or 0)
        if chosen["year"]:
            rows = rows.filter(year=chosen["year"])
        if chosen["state"] == WAITING:
            rows = rows.waiting()
        elif chosen["state"] == APPLIED:
            rows = rows.filter(state=InitiativeWork.State.RECOGNISED, applied_since__isnull=False)
        elif chosen["state"]:
            rows = rows.filter(state=chosen["state"])
        return self._by_days(rows).found_by(chosen["q"])

    def _by_days(self, rows: WorkQuerySet) -> WorkQuerySet:
        """As the source of fed figures takes them; else those recognised at the level or a higher one."""
        chosen = self.cleaned_data
        levels = levels_from([chosen["level"]])
        days = chosen["since"], chosen["until"]
        if all(days) and chosen["by"] == "saved":
            return used_between(rows, *days)
        if all(days):
            return recognised_between(rows, *days, levels)
        return rows.filter(recognitions__level__in=levels).distinct() if chosen["level"] else rows


class WorkForm(SeenForm):
    """A work with its authors, one a line: «service number or name; share»."""

    unit = UnitField(label=gettext_lazy("Unit"))
    authors = forms.CharField(
        label=gettext_lazy("Authors, one per line"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Service number or full name, then a semicolon and the share in per cent where it is known: "
            "“Nguyễn Văn An; 60”. A name not found in the branch is taken for somebody from outside."
        ),
    )  # fmt: skip

    events = "events"

    class Meta:
        model = InitiativeWork
        fields = ["title", "kind", "year", "problem", "solution"]
        widgets = {name: forms.Textarea(attrs={"rows": 5}) for name in ("problem", "solution")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.people = user, list[Author]()
        own = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
        if self.instance.pk:
            del self.fields["unit"]
            self.initial |= self.beside(self.instance)
        else:
            self.fields["unit"].queryset = Unit.objects.filter(pk__in=own)
            self.initial.setdefault("unit", own[0] if own else None)
        first = [] if self.instance.pk else ["unit"]
        self.helper = laid_out(
            *first, "title", pair("kind", "year"), "authors",
            Fieldset(_("What it is about"), "problem", "solution"),
        )  # fmt: skip

    def beside(self, row: InitiativeWork) -> dict[str, Any]:
        return {"authors": "\n".join(map(_line, row.authors.select_related("person")))}

    def clean_authors(self) -> str:
        """Fill `people`; every line that cannot be read is named.

        A name that the work has already stays possible, such as a group's from a record: the rest can be changed.
        """
        own = self.instance.authors.filter(person=None).values_list("name", flat=True) if self.instance.pk else ()
        kept = set(own)
        text, wrong = str(self.cleaned_data["authors"]), []
        for line in filter(None, map(normal, text.splitlines())):
            name, _sign, share = (part.strip() for part in line.partition(";"))
            share = share.rstrip("% ").strip()
            if share and not re.fullmatch("[0-9]{1,3}", share):
                wrong.append(_("“%(text)s” is no share in per cent.") % {"text": share[:40]})
                continue
            if NO_NAME.search(name) and not SERVICE_NUMBER.fullmatch(name) and name not in kept:
                wrong.append(
                    _("“%(line)s” is no name: write the full name or the service number alone, then a semicolon and "
                      "the share, like “Nguyễn Văn An; 60”.") % {"line": line[:80]}
                )  # fmt: skip
                continue
            if share and not 1 <= int(share) <= 100:
                wrong.append(_("“%(line)s”: a share is a percentage from 1 to 100.") % {"line": line[:80]})
                continue
            if len(name) > 120:
                wrong.append(_("“%(line)s …”: a name has at most 120 characters.") % {"line": line[:80]})
                continue
            found = self._author(name, int(share) if share else None)
            if isinstance(found, str):
                wrong.append(found)
            else:
                self.people.append(found)
        if wrong:
            raise forms.ValidationError(wrong)
        return text

    def _author(self, name: str, share: int | None) -> Author | str:
        people = Person.objects.visible_to(self.user)
        if SERVICE_NUMBER.fullmatch(name):
            person = people.filter(service_number=name).first()
            if person is None:
                return _("Nobody whom you can see has the service number %(number)s.") % {"number": name}
            return Author(person.full_name, person, share)
        same = [row for row in people.found_by(name)[:20] if fold(row.full_name) == fold(name)]
        if len(same) > 1:
            return _("%(count)d people are called %(name)s: type the service number.") % {
                "count": len(same), "name": name,
            }  # fmt: skip
        return Author(same[0].full_name, same[0], share) if same else Author(name, None, share)

    def columns(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _line(author: Any) -> str:
    who = author.person.service_number if author.person else author.name
    return f"{who}; {author.share}" if author.share else who


class ApplyForm(SeenForm):
    applied_where = forms.CharField(label=gettext_lazy("Where it is used"), max_length=300)
    applied_since = DayField(label=gettext_lazy("In use since"))
    saved = NumberField(label=gettext_lazy("Saved (million dong)"), required=False, at_least=0)

    class Meta:
        model = InitiativeWork
        fields = ["applied_where", "applied_since", "saved", "effect"]

    def validate_constraints(self) -> None:
        """Left to the service."""


class RecognitionForm(SeenForm):
    day = DayField(label=gettext_lazy("Recognised on"))

    class Meta:
        model = Recognition
        fields = ["level", "decision", "day", "issuer"]

    def validate_constraints(self) -> None:
        """Left to the service, which knows the work."""


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why the work is not recognised"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why the recognition is revoked"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


class ContestForm(SeenForm):
    class Meta:
        model = ContestEntry
        fields = ["contest", "year", "stage", "result"]

    def validate_constraints(self) -> None:
        """Left to the service, which knows the work."""


class ScoreForm(SeenFields):
    """One member's sheet: a field for each criterion. `row` is the sheet, None for a new one."""

    member = forms.CharField(label=gettext_lazy("Member of the council"), max_length=120)
    remark = forms.CharField(label=gettext_lazy("Remark"), max_length=500, required=False)

    def __init__(self, *args: Any, template: ScoreTemplate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria: dict[str, ScoreCriterion] = {f"c{row.pk}": row for row in template.criteria.all()}
        for name, row in self.criteria.items():
            label = _("%(name)s (0 to %(most)d)") % {"name": row.name, "most": row.most}
            self.fields[name] = NumberField(label=label, decimals=1, at_least=0)
        self.order_fields(["member", *self.criteria, "remark"])

    def beside(self, row: ScoreSheet) -> dict[str, Any]:
        points = {f"c{score.criterion_id}": score.points for score in row.scores.all()}
        return {"member": row.member, "remark": row.remark} | points

    def clean(self) -> dict[str, Any]:
        for name, row in self.criteria.items():
            value = self.cleaned_data.get(name)
            if value is not None and value > row.most:
                self.add_error(
                    name, _("At most %(most)s points.") % {"most": format_part(Decimal(row.most))}
                )  # fmt: skip
        return self.cleaned_data

    def points(self) -> dict[ScoreCriterion, Decimal]:
        return {row: self.cleaned_data[name] for name, row in self.criteria.items()}
