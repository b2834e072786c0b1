"""Forms of incidents: filter, report, people, conclusion, reasons, statements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation.forms.fields import NumberField
from emulation.models import Incident, IncidentGravity, IncidentKind, IncidentPerson
from emulation.models.incidents import IncidentQuerySet
from emulation.reports.incidents import fed_rows, narrowing
from units import clock
from units.forms.fields import BranchField, DayField, JudgedReasonField, branches_named
from units.forms.layout import laid_out, pair
from units.forms.seen import SeenForm
from units.models import Person, User
from units.text import normal

COUNTING = "counting"
REASON = 300  # characters of a reason at most


class IncidentFilter(forms.Form):
    """Query string of the list. `very` and `of` come from a fed figure: exactly the entries that make it; `person`
    from a criterion: those in which that person was at fault.
    """

    q = forms.CharField(label=_("Place, words"), required=False, max_length=100)
    unit = BranchField()
    kind = forms.ModelChoiceField(
        IncidentKind.objects.all(), label=_("Kind"), required=False, empty_label=_("Every kind")
    )
    gravity = forms.ModelChoiceField(
        IncidentGravity.objects.all(), label=_("From the gravity"), required=False, empty_label=_("Every gravity")
    )
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[("", _("All")), ("open", _("Open")), (COUNTING, _("Counting")), *Incident.State.choices],
    )  # fmt: skip
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    very = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    person = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    of = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.fields["of"].choices = [(code, code) for code in narrowing()]

    def filter(self, rows: IncidentQuerySet) -> IncidentQuerySet:
        chosen = self.cleaned_data
        conditions = {
            "kind": chosen["kind"], "happened_on__gte": chosen["since"], "happened_on__lte": chosen["until"],
            "unit": chosen["very"], "gravity__rank__gte": chosen["gravity"].rank if chosen["gravity"] else None,
        }  # fmt: skip
        rows = rows.filter(**{name: value for name, value in conditions.items() if value})
        if chosen["person"]:
            at_fault = IncidentPerson.objects.filter(person=chosen["person"], part=IncidentPerson.Part.AT_FAULT)
            rows = rows.filter(pk__in=at_fault.values("incident"))
        if chosen["of"] and chosen["since"] and chosen["until"]:
            rows = rows.filter(pk__in=fed_rows(chosen["since"], chosen["until"], tuple(chosen["of"])).values("pk"))
        if chosen["state"] == "open":
            rows = rows.open()
        elif chosen["state"] == COUNTING:
            rows = rows.counting()
        elif chosen["state"]:
            rows = rows.filter(state=chosen["state"])
        if chosen["unit"]:
            rows = rows.filter(branches_named(self.viewer, chosen["unit"]))
        return rows.found_by(chosen["q"])


class IncidentForm(SeenForm):
    """What is reported of an incident."""

    happened_on = DayField(label=_("Happened on"))
    reported_on = DayField(label=_("Reported on"))
    damage = NumberField(
        label=_("Damage (million VND)"), required=False, at_least=0, help_text=_("Empty while it is not known."),
    )  # fmt: skip
    events = "events"

    class Meta:
        model = Incident
        fields = [
            "kind", "gravity", "happened_on", "reported_on", "place", "words", "dead", "injured", "offenders",
            "damage", "cause",
        ]  # fmt: skip
        widgets = {"words": forms.Textarea({"rows": 4}), "cause": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = IncidentKind.objects.filter(retired=False)
        if self.instance.kind_id:
            kinds |= IncidentKind.objects.filter(pk=self.instance.kind_id)
        else:
            self.initial["reported_on"] = clock.today()
        self.fields["kind"].queryset = kinds
        for name in ("dead", "injured", "offenders"):
            self.fields[name].help_text = _("0 where there were none.")
        self.helper = laid_out(
            pair("kind", "gravity"), pair("happened_on", "reported_on"),
            "place", "words", pair("dead", "injured"),
            pair("offenders", "damage"), "cause",
        )  # fmt: skip

    def clean_place(self) -> str:
        return normal(self.cleaned_data["place"])

    def _get_validation_exclusions(self) -> set[str]:
        """Rules that rest on the state or on two days are the service's, which names the field."""
        return super()._get_validation_exclusions() | {"state", "reported_on"}  # type: ignore[misc]  # not in the stubs


class CorrectionForm(IncidentForm):
    """The columns of an open incident, and why where the correction makes it lighter."""

    reason = forms.CharField(
        label=_("Reason of the correction"), max_length=REASON, required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("Needed where the incident becomes lighter."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout.append("reason")


class PersonNamedForm(forms.Form):
    """Somebody of the viewer's branch by service number, and the part they had."""

    number = forms.CharField(label=_("Service number"), max_length=20)
    part = forms.ChoiceField(label=_("Part"), choices=IncidentPerson.Part.choices)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def clean_number(self) -> Person:
        number = normal(self.cleaned_data["number"])
        person = Person.objects.visible_to(self.viewer).filter(service_number__iexact=number).first()
        if person is None:
            raise forms.ValidationError(_("Nobody of your branch has this service number."))
        return person


class ConcludeForm(forms.Form):
    number = forms.CharField(label=_("Number of the conclusion"), max_length=60)
    on = DayField(label=_("Concluded on"))
    gravity = forms.ModelChoiceField(IncidentGravity.objects.all(), label=_("Gravity"))
    words = forms.CharField(label=_("Conclusion"), max_length=4000, widget=forms.Textarea({"rows": 4}))
    cause = forms.CharField(label=_("Cause"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = laid_out(pair("number", "on"), "gravity", "words", "cause")


class ReasonForm(forms.Form):
    reason = JudgedReasonField(max_length=REASON)


class YearForm(forms.Form):
    year = forms.IntegerField(min_value=1945, max_value=2100)
