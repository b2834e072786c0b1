"""Forms beside a unit's targets: titles aimed at, reasons, clusters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation.models import Cluster, RegisteredTitle, Registration
from emulation.offered_titles import Title
from emulation.services.aims import MOST as MOST_TITLES
from emulation.services.aims import Aim, aims_of
from emulation.services.clusters import MOST
from units import access
from units.forms.fields import RowsField
from units.forms.seen import SeenForm
from units.models import Role, Unit, User

OTHER = "-"
Subject = RegisteredTitle.Subject


class TitleForm(forms.Form):
    """One title. With an amount it is for people, without one for the unit. An empty line is no title."""

    code = forms.ChoiceField(label=gettext_lazy("Title of the catalogue"), required=False)
    words = forms.CharField(label=gettext_lazy("Other title"), required=False, max_length=200)
    amount = forms.CharField(label=gettext_lazy("How many people"), required=False, max_length=10)

    def __init__(self, *args: Any, titles: list[Title], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.titles = {title.code: title for title in titles}
        groups = [
            (_("For the unit"), [(title.code, title.name) for title in titles if not title.people]),
            (_("For people"), [(title.code, title.name) for title in titles if title.people]),
        ]
        other = _("Another title …")
        self.fields["code"].choices = [("", "–"), *(group for group in groups if group[1]), (OTHER, other)]
        self.fields["amount"].widget.attrs["placeholder"] = _("12 or 30 %")

    def clean_amount(self) -> tuple[int | None, int | None]:
        """(number, share)."""
        text = self.cleaned_data["amount"].replace(" ", "")
        digits = text.removesuffix("%")
        if not text:
            return None, None
        if not (digits.isascii() and digits.isdecimal()) or not 1 <= int(digits) <= (100 if "%" in text else 30000):
            raise ValidationError(_("Enter a number of people, or a share such as 30 %."))
        return (None, int(digits)) if "%" in text else (int(digits), None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.aim: Aim | None = None
        code, words = cleaned.get("code", ""), cleaned.get("words", "").strip()
        amount = cleaned.get("amount", (None, None))
        title = self.titles.get(code)
        if self.errors:
            return cleaned
        if title is None and not words:
            if code == OTHER or any(amount):
                self.add_error("words" if code == OTHER else "code", _("Say which title."))
            return cleaned
        if title is not None and words:
            self.add_error("words", _("Choose a title of the list, or name another one, not both."))
        if title is not None and title.people != any(amount):
            message = _("Say for how many people.") if title.people else _("This title is for the unit: no number.")
            self.add_error("amount", message)
        name = title.name if title else words
        self.aim = Aim(title.code if title else "", name, Subject.PEOPLE if any(amount) else Subject.UNIT, *amount)
        return cleaned


class TitleFormSet(forms.BaseFormSet):
    """The titles of a registration, with three empty lines. After `is_valid`, `aims` holds them."""

    @property
    def aims(self) -> list[Aim]:
        return [form.aim for form in self.forms if getattr(form, "aim", None) is not None]


def titles_form(data: Any, registration: Registration, titles: list[Title]) -> TitleFormSet:
    known = {title.code for title in titles}
    initial = [
        {
            "code": aim.code if aim.code in known else OTHER,
            "words": "" if aim.code in known else aim.title,
            "amount": f"{aim.share} %" if aim.share else aim.number or "",
        }
        for aim in (aims_of(registration) if registration.pk else [])
    ]
    made = forms.formset_factory(TitleForm, formset=TitleFormSet, extra=3, max_num=MOST_TITLES, validate_max=True)
    found = made(data, initial=initial, prefix="titles", form_kwargs={"titles": titles})
    assert isinstance(found, TitleFormSet)
    return found


class DecisionForm(forms.Form):
    """Why an amendment is refused."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class YearFilter(forms.Form):
    """Query string of the list of clusters."""

    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1945, max_value=2099)


class ClusterForm(SeenForm):
    """A cluster. Offered as keeper are the units whose staff the user is; members stand below it."""

    keeper = forms.ModelChoiceField(
        label=gettext_lazy("Superior that keeps it"), queryset=Unit.objects.none(),
        help_text=gettext_lazy("The superior below which all members stand."),
    )  # fmt: skip
    members = RowsField(
        label=gettext_lazy("Members"), queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    lead = forms.ModelChoiceField(label=gettext_lazy("Lead unit"), queryset=Unit.objects.none())

    class Meta:
        model = Cluster
        fields = ["name", "year", "keeper", "members", "lead"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
        below = Unit.objects.filter(access.figures_q(user), dissolved=None).filter(
            placements__parent__in=mine, placements__until=None
        )
        choices = below.distinct().order_by("order", "code")
        self.fields["keeper"].queryset = Unit.objects.filter(pk__in=mine)
        if len(mine) == 1:
            self.initial["keeper"] = self.initial.get("keeper") or mine[0]
        self.fields["members"].queryset = self.fields["lead"].queryset = choices
        self.fields["members"].help_text = _("Direct subordinates; at most %(count)d.") % {"count": MOST}

    def _post_clean(self) -> None:
        """Constraints are checked by the service, in its own transaction and with its own words."""

    def filled(self) -> Cluster:
        """The cluster with what was typed, unsaved."""
        for name in ("name", "year", "keeper", "lead"):
            setattr(self.instance, name, self.cleaned_data[name])
        return self.instance
