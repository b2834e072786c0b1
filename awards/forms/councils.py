"""Forms of councils and their sessions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards.models import (
    AgendaItem,
    Attendance,
    Award,
    Ballot,
    Council,
    CouncilMember,
    HandCount,
    Nomination,
    Session,
)
from awards.services.ballots import ByHand
from awards.services.councils import candidates
from emulation.forms.catalogue import RowForm
from units.forms.fields import DayField, RowsField
from units.forms.seen import SeenFields, SeenForm
from units.models import Unit
from units.text import fold, normal

MOST = 999  # votes that a field takes
NUMERIC = {"inputmode": "numeric", "autocomplete": "off", "class": "form-control form-control-sm"}


class CouncilForm(RowForm):
    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("Until"), required=False)

    class Meta:
        model = Council
        fields = ["name", "decision", "quorum", "share", "secret", "since", "until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].required = True
        if self.instance.pk is None:
            del self.fields["until"]


class SeatForm(forms.ModelForm):
    since = DayField(label=gettext_lazy("From"))

    class Meta:
        model = CouncilMember
        fields = ["user", "function", "since"]

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = candidates(unit)
        self.fields["user"].label_from_instance = with_roles


def with_roles(user: Any) -> str:
    """A candidate with the roles by which they may sit: names alone do not tell two people apart."""
    return f"{user} – {'; '.join(f'{row.get_role_display()}, {row.unit.short}' for row in user.serving)}"


class SeatEndForm(forms.Form):
    until = DayField(label=gettext_lazy("Last day"))


class SessionForm(RowForm):
    day = DayField(label=gettext_lazy("Day"))

    class Meta:
        model = Session
        fields = ["title", "day", "place"]


class BreakForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Reason"), min_length=10, max_length=300)

    def clean_why(self) -> str:
        return normal(self.cleaned_data["why"])


class MinutesForm(SeenFields):
    number = forms.CharField(
        label=gettext_lazy("Number of the minutes"), required=False, max_length=60,
        help_text=gettext_lazy("e.g. 12/BB-HĐTĐKT"),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Text of the minutes"), max_length=20000,
        widget=forms.Textarea(attrs={"rows": 22, "lang": "vi"}),
        help_text=gettext_lazy("One paragraph a line. The table of results and signatures follow by themselves."),
    )  # fmt: skip

    def beside(self, row: Session) -> dict[str, Any]:
        return {"number": row.number, "text": row.minutes}


class ItemForm(SeenForm):
    offers_lower = forms.BooleanField(label=gettext_lazy("Members may vote for the lower award"), required=False)

    class Meta:
        model = AgendaItem
        fields = ["order"]

    def beside(self, row: AgendaItem) -> dict[str, Any]:
        return {"offers_lower": row.lower_id is not None}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= self.beside(self.instance)
        if self.instance.lower_id is None and not self.instance.award.lower_awards.exists():
            self.fields["offers_lower"].disabled = True
            self.fields["offers_lower"].help_text = _("The catalogue names no lower award for this one.")


# ── the agenda ────────────────────────────────────────────────────────────


class AgendaFilter(forms.Form):
    """Award, year and a name among the lines that wait for the council."""

    award = forms.ModelChoiceField(
        Award.objects.none(), label=gettext_lazy("Award"), required=False, empty_label=gettext_lazy("Every award")
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1945, max_value=2100)
    q = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=100)

    def __init__(self, *args: Any, lines: QuerySet[Nomination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = Award.objects.filter(pk__in=lines.order_by().values("award"))
        self.fields["award"].queryset = waiting.order_by("-order")

    def filter(self, lines: QuerySet[Nomination]) -> list[Nomination]:
        chosen = self.cleaned_data
        if chosen["award"]:
            lines = lines.filter(award=chosen["award"])
        if chosen["year"]:
            lines = lines.filter(dossier__year=chosen["year"])
        words = fold(chosen["q"]).split()
        return [line for line in lines if all(word in fold(line.name) for word in words)]


class LinesForm(forms.Form):
    """The lines ticked; `confirmed` once the question has been answered."""

    line = RowsField(
        Nomination.objects.none(), label=gettext_lazy("Nominations"),
        error_messages={
            "required": gettext_lazy("Tick the nominations that are to go on the agenda."),
            "invalid_choice": gettext_lazy(
                "One of them does not wait for the council any more: load the page again."
            ),
        },
    )  # fmt: skip
    confirmed = forms.BooleanField(required=False)

    def __init__(self, *args: Any, lines: QuerySet[Nomination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = lines


class AttendanceForm(SeenFields):
    """One choice a member who holds a seat on the day; present unless something else is recorded."""

    def __init__(self, *args: Any, seats: Iterable[CouncilMember], **kwargs: Any) -> None:
        self.seats = list(seats)
        super().__init__(*args, **kwargs)
        for seat in self.seats:
            self.fields[f"s{seat.pk}"] = forms.ChoiceField(
                label=str(seat.user), choices=Attendance.How.choices, widget=forms.RadioSelect,
            )  # fmt: skip

    def beside(self, row: Session) -> dict[str, Any]:
        how = dict(row.attendances.values_list("member", "how"))
        return {f"s{seat.pk}": how.get(seat.pk, Attendance.How.PRESENT.value) for seat in self.seats}

    def rows(self) -> list[tuple[CouncilMember, forms.BoundField]]:
        return [(seat, self[f"s{seat.pk}"]) for seat in self.seats]

    def how(self) -> dict[int, str]:
        return {seat.pk: self.cleaned_data[f"s{seat.pk}"] for seat in self.seats}


# ── voting ────────────────────────────────────────────────────────────────


class BallotForm(forms.Form):
    """One choice an item. `all_for` chooses «in favour» everywhere, for exceptions to be corrected."""

    def __init__(self, *args: Any, items: Iterable[AgendaItem], all_for: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(items)
        for item in self.items:
            choices = [c for c in Ballot.Choice.choices if c[0] != Ballot.Choice.LOWER or item.lower_id]
            self.fields[f"i{item.pk}"] = forms.ChoiceField(
                label=item.line.name, choices=choices, widget=forms.RadioSelect,
                initial=Ballot.Choice.FOR if all_for else None,
                error_messages={"required": _("Choose on this line, also where you leave it blank.")},
            )  # fmt: skip

    def rows(self) -> list[tuple[AgendaItem, forms.BoundField]]:
        return [(item, self[f"i{item.pk}"]) for item in self.items]

    def choices(self) -> dict[int, str]:
        return {item.pk: self.cleaned_data[f"i{item.pk}"] for item in self.items}

    def chosen(self) -> list[tuple[AgendaItem, str, str, str]]:
        """(item, name of the field, choice, in words) of a valid form."""
        words = dict(Ballot.Choice.choices)
        return [(item, f"i{item.pk}", choice, str(words[choice])) for item, choice in self._pairs()]

    def _pairs(self) -> list[tuple[AgendaItem, str]]:
        return [(item, self.cleaned_data[f"i{item.pk}"]) for item in self.items]


class CountsForm(SeenFields):
    """Votes counted by hand on every item, and whose papers came."""

    def __init__(self, *args: Any, items: Iterable[AgendaItem], written: QuerySet[Attendance], **kwargs: Any) -> None:
        self.items, self.written = list(items), written
        super().__init__(*args, **kwargs)
        self.fields["papers"] = _Papers(
            written, label=_("Papers that have come"), required=False, widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        for item in self.items:
            for part in self._parts(item):
                self.fields[f"{part}{item.pk}"] = forms.IntegerField(
                    label=f"{item.line.name}: {PARTS[part]}", min_value=0, max_value=MOST, required=False,
                    widget=forms.TextInput(attrs=NUMERIC),
                )  # fmt: skip

    def beside(self, row: Session) -> dict[str, Any]:
        stored = {count.item_id: count for count in HandCount.objects.filter(item__session=row)}
        votes = {
            f"{part}{item.pk}": getattr(stored.get(item.pk), COLUMNS[part], None)
            for item in self.items
            for part in self._parts(item)
        }
        return votes | {"papers": sorted(one.pk for one in self.written.all() if one.voted)}

    @staticmethod
    def _parts(item: AgendaItem) -> str:
        return "fla" if item.lower_id else "fa"

    def rows(self) -> list[tuple[AgendaItem, list[forms.BoundField | None]]]:
        return [
            (item, [self[f"{part}{item.pk}"] if part in self._parts(item) else None for part in "fla"])
            for item in self.items
        ]

    def counts(self) -> dict[int, ByHand]:
        return {
            item.pk: ByHand(*(self.cleaned_data.get(f"{part}{item.pk}") or 0 for part in "fla"))
            for item in self.items
        }

    def papers(self) -> list[int]:
        return [row.pk for row in self.cleaned_data["papers"]]


PARTS = {"f": Ballot.Choice.FOR.label, "l": Ballot.Choice.LOWER.label, "a": Ballot.Choice.AGAINST.label}
COLUMNS = {"f": "votes_for", "l": "votes_lower", "a": "votes_against"}


class _Papers(RowsField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.member.user)
