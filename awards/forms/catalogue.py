"""Forms of the award catalogue: the award, and each kind of row that belongs to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Field, Model
from django.forms.widgets import Script
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards.models import Authority, Award, AwardBasis, Bonus, Cap, Criterion, NoticeRule, VoteRule
from awards.reports.catalogue import is_judging, is_paying
from emulation.forms.catalogue import RowForm
from emulation.forms.fields import NumberField
from emulation.models.fields import PartField
from units import clock
from units.forms.fields import DayField, RowsField

VALIDITY = ["valid_from", "valid_until", "certainty", "source", "note"]

# What belongs to an award: key in the address → (model, columns of its form).
BELONGINGS: dict[str, tuple[type[Model], list[str]]] = {
    "criteria": (
        Criterion,
        [
            "kind", "parent", "order", "text", "text_en", "subject", "clause", "awards", "since_award", "rating",
            "number", "years", "below_years", "months", "gap", "ending", "merit", "level", "indicator", "comparator",
            "value", "share", "strict", "gravity", "incident_gravity", "office",
        ],
    ),
    "caps": (Cap, ["of", "share", "awards", "rounding", "clause"]),
    "bonuses": (Bonus, ["subject", "coefficient", "clause"]),
    "authorities": (Authority, ["subject", "subject_level", "level", "decides", "decides_en"]),
    "votes": (VoteRule, ["secret", "share", "clause"]),
    "notices": (NoticeRule, ["days", "clause"]),
    "bases": (AwardBasis, ["document", "article"]),
}  # fmt: skip


def field_for(column: Field, **kwargs: Any) -> forms.Field | None:
    """Numbers by the one parser, days as people type them, everything else as Django has it."""
    if isinstance(column, PartField):
        return NumberField(
            label=capfirst(column.verbose_name), required=not column.blank, help_text=column.help_text, at_least=0
        )
    if column.get_internal_type() == "DateField":
        return DayField(label=capfirst(column.verbose_name), required=not column.blank, help_text=column.help_text)
    if column.many_to_many:
        return column.formfield(form_class=RowsField, widget=forms.CheckboxSelectMultiple, **kwargs)
    return column.formfield(**kwargs)


# Columns of criteria that only some kinds read.
OF_KINDS = frozenset(name for read in Criterion.READ.values() for name in read)
SLIP = gettext_lazy("A slip is corrected: dossiers received already are judged by it, too")


class AwardForm(RowForm):
    slip = forms.BooleanField(label=SLIP, required=False)

    class Meta:
        model = Award
        fields = [
            "code", "name", "name_en", "category", "subject", "level", "order", "printed", "on_certificate", "groups",
            "lower_awards", "once",
            *VALIDITY,
        ]  # fmt: skip
        formfield_callback = field_for

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["slip"]


class LastingForm(RowForm):
    """A row that holds for a time.

    `since` makes a successor of a stored row; `slip` is asked where dossiers are judged, or bonuses found, by such
    rows.
    """

    class Media:
        js = (Script("js/kinds.js", defer=True),)

    since = DayField(
        label=gettext_lazy("The change holds from"), required=False,
        help_text=gettext_lazy("This row then ends the day before, and a new one begins with what stands below. "
                               "Empty: this row itself is changed, as if it had always said so."),
    )  # fmt: skip
    slip = forms.BooleanField(label=SLIP, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["since"]
        if is_paying(self.instance) and self.instance.pk is not None:
            self.fields["slip"].label = _("A slip is corrected: what signed decisions paid stays as it is")
        elif not is_judging(self.instance):
            del self.fields["slip"]
        self.order_fields(["since"])


class BelongingForm(LastingForm):
    """A row of an award; groups offered are those of the same award."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            groups = self.instance.award.criteria.filter(kind__in=["all_of", "any_of", "at_least"])
            self.fields["parent"].queryset = groups.exclude(pk=self.instance.pk)

        if isinstance(self.instance, Criterion):
            for name in OF_KINDS:
                kinds = [str(kind) for kind, read in Criterion.READ.items() if name in read]
                self.fields[name].widget.attrs["data-kinds"] = " ".join(kinds)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if isinstance(self.instance, Criterion):
            self._drop_unread(cleaned)
        if isinstance(self.instance, (Bonus, Cap)):
            self._refuse_unsaid(cleaned)
        naming = cleaned.get("kind") in Criterion.NAMING or cleaned.get("of") == Cap.Of.HOLDERS
        if naming and "awards" in self.fields and not cleaned.get("awards"):
            self.add_error("awards", _("Say which awards."))
        if isinstance(self.instance, Cap) and (cleaned.get("share") or 0) > 100:
            self.add_error("share", _("A share is at most 100 %."))
        return cleaned

    def _drop_unread(self, cleaned: dict[str, Any]) -> None:
        """What the chosen kind does not read is not kept: it would seem to be a rule and be none."""
        for name in OF_KINDS - {*Criterion.READ.get(cleaned.get("kind", ""), OF_KINDS)}:
            column: Any = Criterion._meta.get_field(name)
            cleaned[name] = [] if column.many_to_many else column.get_default()
            self.errors.pop(name, None)

    def _refuse_unsaid(self, cleaned: dict[str, Any]) -> None:
        """A number that is not known is said to be so; else it was forgotten."""
        name = "coefficient" if isinstance(self.instance, Bonus) else "share"
        if name not in self.errors and cleaned.get(name) is None and not cleaned.get("note"):
            self.add_error(name, _("Give the number; where it is not known, say so in the note."))


def belonging_form(key: str) -> type[forms.ModelForm]:
    model, columns = BELONGINGS[key]
    return forms.modelform_factory(
        model, form=BelongingForm, fields=[*columns, *VALIDITY], formfield_callback=field_for
    )


class WhyForm(forms.Form):
    """Why a row is deleted."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("At least 10 characters."),
    )  # fmt: skip


class DayForm(forms.Form):
    """Query string of an award's page: the day on which its rows are in force or not; empty: today."""

    day = DayField(label=gettext_lazy("As in force on"), required=False)

    @property
    def chosen(self) -> date:
        return (self.cleaned_data.get("day") if self.is_valid() else None) or clock.today()
