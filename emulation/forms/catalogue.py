"""Forms of the catalogues and of indicators."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from emulation.models import Area, ChecklistTemplate, Indicator
from emulation.services.definitions import Item
from units.forms.fields import normal_texts
from units.forms.layout import laid_out, pair
from units.forms.seen import SeenForm
from units.text import fold, normal


class RowForm(SeenForm):
    """A row of any catalogue; text is stored in NFC."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].error_messages["unique"] = _("Another row has this code; choose a different one.")

    def clean(self) -> dict[str, Any]:
        return normal_texts(super().clean() or self.cleaned_data)


def row_form(
    model: type[Model], fields: tuple[str, ...], form: type[forms.ModelForm] = RowForm
) -> type[forms.ModelForm]:
    """The form of a catalogue's rows; `form` where more is asked than its columns."""
    return forms.modelform_factory(model, form=form, fields=fields)


class IndicatorFilter(forms.Form):
    """Query string of the list of indicators."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=100)
    area = forms.ModelChoiceField(
        Area.objects.all(), label=_("Area of work"), required=False, empty_label=_("Every area")
    )
    measure = forms.ChoiceField(
        label=_("Measure"), required=False, choices=[("", _("Every measure")), *Indicator.Measure.choices]
    )
    retired = forms.BooleanField(label=_("Also those no longer used"), required=False)

    def filter(self, indicators: QuerySet[Indicator]) -> list[Indicator]:
        """The catalogue holds some hundred rows at most: text is compared here, blind to diacritics."""
        chosen = self.cleaned_data
        if chosen["area"]:
            indicators = indicators.filter(area=chosen["area"])
        if chosen["measure"]:
            indicators = indicators.filter(measure=chosen["measure"])
        if not chosen["retired"]:
            indicators = indicators.filter(retired=False)
        words = fold(chosen["q"]).split()
        return [row for row in indicators if all(w in fold(f"{row.code} {row.name} {row.name_en}") for w in words)]


class IndicatorForm(RowForm):
    class Meta:
        model = Indicator
        fields = [
            "code", "name", "name_en", "area", "office", "order", "measure", "scale", "accrual", "direction",
            "comparator", "asked", "unit_of_measure", "unit_of_measure_en", "decimals", "shown_decimals", "capped",
            "numerator_label", "numerator_label_en", "denominator_label", "denominator_label_en", "grade_scale",
            "headline_share", "source", "certainty", "predecessor", "retired",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Indicator.objects.select_related("area").order_by("code")
        self.fields["predecessor"].queryset = others.exclude(pk=self.instance.pk)
        self.fields["predecessor"].label_from_instance = lambda row: f"{row.code} – {row.label}"
        self.helper = laid_out(
            Fieldset(
                _("Name and place"),
                pair("code", "order"), "name", "name_en", pair("area", "office"),
            ),
            Fieldset(
                _("What is measured"),
                pair("measure", "scale"), pair("unit_of_measure", "unit_of_measure_en"),
                pair("decimals", "shown_decimals"), "grade_scale",
                pair("numerator_label", "numerator_label_en"), pair("denominator_label", "denominator_label_en"),
                "capped",
            ),
            Fieldset(
                _("How it adds up and is judged"),
                pair("accrual", "headline_share"), pair("direction", "comparator"), "asked",
            ),
            Fieldset(_("Origin"), pair("source", "certainty"), "predecessor", "retired"),
        )  # fmt: skip


class ChecklistForm(RowForm):
    texts = forms.CharField(
        label=_("Items, one per line"), widget=forms.Textarea(attrs={"rows": 8}), max_length=10000
    )
    texts_en = forms.CharField(
        label=_("The same in English, line by line"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=10000,
        required=False,
    )

    class Meta:
        model = ChecklistTemplate
        fields = ["since"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial |= self.beside(self.instance)

    def beside(self, row: ChecklistTemplate) -> dict[str, Any]:
        items = list(row.items.all())
        return {
            "texts": "\n".join(item.text for item in items),
            "texts_en": "\n".join(item.text_en for item in items).rstrip("\n"),
        }

    def clean(self) -> dict[str, Any]:
        forms.ModelForm.clean(self)
        for name in ("texts", "texts_en"):
            for line in self.cleaned_data.get(name, "").splitlines():
                if len(normal(line)) > 200:
                    self.add_error(name, _("An item has at most 200 characters."))
                    break
        return self.cleaned_data

    def items(self) -> list[Item]:
        """Every line that is not empty."""
        english = [normal(line) for line in self.cleaned_data["texts_en"].splitlines()]
        texts = [normal(line) for line in self.cleaned_data["texts"].splitlines()]
        pairs = zip(texts, [*english, *[""] * len(texts)], strict=False)
        return [Item(text, text_en) for text, text_en in pairs if text]
