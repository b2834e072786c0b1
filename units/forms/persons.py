"""Forms of the register of people and of what is recorded about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Div, Fieldset
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from units import access, clock
from units.forms.fields import BranchField, DayField, FileInput, UnitField, branches_named
from units.forms.layout import laid_out, pair
from units.forms.seen import SeenChoices, SeenForm
from units.keys import BIGGEST
from units.models import (
    Discipline,
    Initiative,
    Person,
    PersonGroup,
    Posting,
    Rank,
    RankChange,
    TaskRating,
    Unit,
    User,
)
from units.models.persons import PersonQuerySet
from units.models.units import UnitQuerySet
from units.paths import branches_q
from units.person_lines import number_wrong
from units.reports.persons import touched_by
from units.text import split_name


def kept_units(user: User) -> UnitQuerySet:
    """Units whose people the user keeps: what a form may offer."""
    return Unit.objects.filter(branches_q(access.kept_paths(user)), dissolved=None)


class PersonFilter(forms.Form):
    """Query string of the list of people. `year` says whose ratings are shown.

    `disciplined` comes from a criterion: those under discipline from that year to `year`, as far as the viewer sees.
    """

    NONE = "none"  # people without a rating of the year

    q = forms.CharField(label=_("Name, number or post"), required=False, max_length=100)
    unit = BranchField()
    group = forms.ModelChoiceField(
        PersonGroup.objects.all(), label=_("Group"), required=False, empty_label=_("Every group")
    )
    year = forms.IntegerField(
        label=_("Ratings of the year"),
        required=False,
        validators=[MinValueValidator(1945), MaxValueValidator(2100)],
        widget=forms.NumberInput(attrs={"placeholder": _("this year")}),
    )
    rating = forms.ChoiceField(
        label=_("Rating"),
        required=False,
        choices=[("", _("With and without")), *TaskRating.Rating.choices, (NONE, _("Not rated yet"))],
    )
    serving = forms.ChoiceField(
        label=_("Serving or left"),
        required=False,
        choices=[("", _("Serving")), ("left", _("Have left")), ("all", _("All"))],
    )
    imported = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST, widget=forms.HiddenInput)
    disciplined = forms.IntegerField(required=False, min_value=1945, max_value=2100, widget=forms.HiddenInput)

    @property
    def chosen_year(self) -> int:
        return self.cleaned_data["year"] or clock.today().year

    def filter(self, people: PersonQuerySet, viewer: User) -> PersonQuerySet:
        """`people` as chosen; a unit stands for its whole branch."""
        chosen = self.cleaned_data
        if chosen["unit"]:
            people = people.filter(branches_named(viewer, chosen["unit"]))
        if chosen["group"]:
            people = people.filter(group=chosen["group"])
        if chosen["serving"] != "all":
            people = people.filter(left__isnull=chosen["serving"] != "left")
        if chosen["imported"]:
            people = people.filter(touched_by(chosen["imported"]))
        if chosen["disciplined"]:
            first, last = date(chosen["disciplined"], 1, 1), date(self.chosen_year, 12, 31)
            decisions = Discipline.objects.in_force_between(first, last).filter(
                person__unit__in=access.discipline_units(viewer).values("pk")
            )
            people = people.filter(pk__in=decisions.values("person"))
        if chosen["rating"]:
            ratings = TaskRating.objects.filter(year=self.chosen_year)
            if chosen["rating"] == self.NONE:
                people = people.exclude(pk__in=ratings.values("person"))
            else:
                people = people.filter(pk__in=ratings.filter(rating=chosen["rating"]).values("person"))
        return people.found_by(chosen["q"])


class RankField(forms.ModelChoiceField):
    """A rank, said with its group: a major may be an officer or a professional soldier."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Rank.objects.select_related("group").order_by("group__order", "order"), **kwargs)

    def label_from_instance(self, obj: Rank) -> str:
        return f"{obj.label} ({obj.group.short})"


class PersonFields(SeenForm):
    """Columns of a person that are no dated record."""

    enlisted = DayField(
        label=_("Enlisted or recruited"), required=False, help_text=_("Continuous service is counted from this day.")
    )
    party_since = DayField(label=_("Party member since"), required=False)

    class Meta:
        model = Person
        fields = [
            "service_number", "family_name", "middle_name", "given_name", "gender", "birth_year", "group", "enlisted",
            "party_since",
        ]  # fmt: skip

    def clean_service_number(self) -> str:
        """The rule of the lists; a number recorded before does not keep from correcting something else."""
        number = self.cleaned_data["service_number"]
        if "service_number" in self.changed_data and (words := number_wrong(number)):
            raise forms.ValidationError(words)
        return number


class PersonUpdateForm(PersonFields):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = laid_out(
            Div("family_name", "middle_name", "given_name", css_class="qt-pair qt-pair--3"),
            pair("service_number", "group"), pair("gender", "birth_year"), pair("enlisted", "party_since"),
        )  # fmt: skip


class PersonCreateForm(PersonFields):
    field_order = ("full_name", "service_number", "group")  # as on the page, for the list of errors
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        help_text=_("Family name first, given name last. The parts can be corrected later."),
    )
    unit = UnitField(label=_("Unit"), scope="people")
    post = forms.CharField(label=_("Post"), max_length=120, required=False)
    since = DayField(label=_("In this post since"), required=False, help_text=_("Empty: not known."))
    decision = forms.CharField(label=_("Decision number"), max_length=60, required=False)
    rank = RankField(label=_("Rank"), required=False)
    rank_since = DayField(label=_("Rank since"), required=False, help_text=_("Empty: not known."))

    class Meta(PersonFields.Meta):
        fields = ["service_number", "gender", "birth_year", "group", "enlisted", "party_since"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = kept_units(user)
        self.helper = laid_out(
            Fieldset(
                _("Person"),
                "full_name", pair("service_number", "group"), pair("gender", "birth_year"),
                pair("enlisted", "party_since"),
            ),
            Fieldset(_("Present posting"), "unit", "post", pair("since", "decision")),
            Fieldset(_("Present rank"), pair("rank", "rank_since")),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Arguments of the service: the full name as its three parts."""
        values = dict(self.cleaned_data)
        family, middle, given = split_name(values.pop("full_name"))
        return values | {"family_name": family, "middle_name": middle, "given_name": given}

    def clean_full_name(self) -> str:
        family, middle, given = split_name(self.cleaned_data["full_name"])
        if not family:
            raise forms.ValidationError(_("Type family name and given name."))
        if len(family) > 40 or len(middle) > 60 or len(given) > 40:
            raise forms.ValidationError(_("A part of this name is too long."))
        return str(self.cleaned_data["full_name"])


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("The list of people"), allow_empty_file=True,
        error_messages={"required": _("Choose the file."), "missing": _("Choose the file.")},
        widget=FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv", "class": "form-control"}),
    )  # fmt: skip


class ReleaseForm(forms.Form):
    until = DayField(label=_("Last day"), initial=clock.today)


class RemoveForm(forms.Form):
    why = forms.CharField(
        label=_("Why it is removed"), max_length=300, help_text=_("It stays in the audit log with this reason.")
    )


class RatingsForm(SeenChoices):
    """The task rating of a year for some people, one field a person; empty leaves things as they are."""

    LEAVE = ("", "–")

    fill = forms.ChoiceField(
        label=_("For everybody here without a rating"), required=False, choices=[LEAVE, *TaskRating.Rating.choices]
    )
    decision = forms.CharField(label=_("Decision or minutes"), max_length=120, required=False)

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        """`people` come from `reports.persons.for_list`: they have their `rating`."""
        super().__init__(*args, **kwargs)
        self.people = {f"rating-{person.pk}": person for person in people}
        for name, person in self.people.items():
            # The initial value travels along: a rating that somebody else changes meanwhile is not undone.
            self.fields[name] = forms.ChoiceField(
                label=person.full_name, required=False, choices=[self.LEAVE, *TaskRating.Rating.choices],
                initial=person.rating or "", show_hidden_initial=True,  # type: ignore[attr-defined]
            )  # fmt: skip

    def rows(self) -> list[tuple[Person, forms.BoundField]]:
        return [(person, self[name]) for name, person in self.people.items()]

    def ratings(self) -> dict[Person, str]:
        """The ratings that were chosen, and the one for all where somebody has none."""
        found = {self.people[name]: self.cleaned_data[name] for name in self.changed_data if name in self.people}
        if fill := self.cleaned_data["fill"]:
            blank = (p for name, p in self.people.items() if not self.cleaned_data[name] and not p.rating)  # type: ignore[attr-defined]
            found |= dict.fromkeys(blank, fill)
        return {person: rating for person, rating in found.items() if rating}


# ── dated rows ────────────────────────────────────────────────────────────


class RecordForm(SeenForm):
    """A row about a person, new or corrected; the service checks and saves `instance`."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def validate_constraints(self) -> None:
        """Left to the service, which first closes the posting that a new one follows."""


class PostingForm(RecordForm):
    unit = UnitField(label=_("Unit"), scope="people")
    since = DayField(label=_("From"), required=False, help_text=_("Empty: not known."))
    until = DayField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: the present posting. The one before ends the day before."),
    )

    class Meta:
        model = Posting
        fields = ["unit", "post", "since", "until", "decision"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        units = kept_units(user)
        if self.instance.pk:
            units = Unit.objects.filter(Q(pk__in=units.values("pk")) | Q(pk=self.instance.unit_id))
        self.fields["unit"].queryset = units
        if not self.instance.pk:
            self.initial |= {"since": clock.today(), "unit": self.instance.person.unit_id}


class RankForm(RecordForm):
    rank = RankField(label=_("Rank"))
    since = DayField(label=_("From"), required=False, help_text=_("Empty: not known."))

    class Meta:
        model = RankChange
        fields = ["rank", "since", "decision"]


class RatingForm(RecordForm):
    class Meta:
        model = TaskRating
        fields = ["year", "rating", "decision"]


class InitiativeForm(RecordForm):
    recognised = DayField(label=_("Recognised on"), required=False)

    class Meta:
        model = Initiative
        fields = ["title", "kind", "year", "level", "share", "decision", "recognised"]


class DisciplineRecordForm(RecordForm):
    decided = DayField(label=_("Decided on"))
    cleared = DayField(
        label=_("Cleared on"), required=False, help_text=_("The first day on which it no longer counts.")
    )

    class Meta:
        model = Discipline
        fields = ["form", "decided", "decision", "reason", "cleared"]


RECORD_FORMS: dict[str, type[RecordForm]] = {
    "postings": PostingForm,
    "ranks": RankForm,
    "ratings": RatingForm,
    "initiatives": InitiativeForm,
    "discipline": DisciplineRecordForm,
}
