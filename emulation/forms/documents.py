"""Forms of the library of documents: the filter, a document, to whom it is sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from emulation.models import Document
from units.forms.fields import DayField, RowsField, UnitField
from units.forms.layout import laid_out, pair
from units.forms.seen import SeenForm
from units.models import Unit


class DocumentFilter(forms.Form):
    """Query string of the list."""

    q = forms.CharField(label=_("Number, title or issuer"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Every kind")), *Document.Kind.choices])
    level = forms.ChoiceField(
        label=_("Level"), required=False, choices=[("", _("Every level")), *Document.Level.choices]
    )
    receipt = forms.ChoiceField(
        label=_("Receipt"),
        required=False,
        choices=[("", _("All")), ("mine", _("To be acknowledged by my unit")), ("open", _("Not acknowledged by all")),
                 ("late", _("Overdue"))],
    )  # fmt: skip

    def filter(self, rows: QuerySet[Any]) -> QuerySet[Document]:
        """`rows` of `reports.documents.library` as chosen."""
        chosen = self.cleaned_data
        for column in ("kind", "level"):
            if chosen.get(column):
                rows = rows.filter(**{column: chosen[column]})
        wanted = {"mine": {"mine__gt": 0}, "late": {"late__gt": 0}}.get(chosen.get("receipt", ""))
        if wanted:
            rows = rows.filter(**wanted)
        elif chosen.get("receipt") == "open":
            rows = rows.exclude(sent=0).exclude(sent=F("received"))
        return rows.found_by(chosen.get("q", ""))  # type: ignore[attr-defined]


class DocumentForm(SeenForm):
    """A document of the library."""

    issued_on = DayField(label=_("Issued on"), required=False)

    class Meta:
        model = Document
        fields = ["kind", "number", "title", "issuer", "issued_on", "level", "summary"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4}), "title": forms.TextInput}
        labels = {
            "kind": _("Kind of document"),
            "number": _("Number"),
            "title": _("Title"),
            "issuer": _("Issued by"),
            "level": _("Level"),
            "summary": _("What it asks for"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = laid_out(pair("kind", "number"), "title", pair("issuer", "issued_on"), "level", "summary")


class SendForm(forms.Form):
    """To which units a document goes, and until when receipt is to be acknowledged.

    Offered are direct subordinates that do not have it, none of them ticked; any other unit of the branch is found
    by typing. `served` are receipts of the sender's branch: who has it already.
    """

    units = RowsField(label=_("Direct subordinates"), queryset=Unit.objects.none(), required=False,
                      widget=forms.CheckboxSelectMultiple)  # fmt: skip
    more = UnitField(label=_("Another unit of the branch"), required=False)
    due = DayField(label=_("To be acknowledged until"), required=False, help_text=_("Empty: no date."))

    def __init__(self, *args: Any, document: Document, sender: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch = Unit.objects.in_branch(sender).filter(dissolved=None).exclude(pk=sender.pk)
        receipts = document.receipts.standing().filter(unit__in=branch)
        self.served = list(receipts.select_related("unit").order_by("unit__path"))
        known = [*(row.unit_id for row in self.served), *filter(None, [document.unit_id])]
        offered = branch.children_of(sender).exclude(pk__in=known)
        self.fields["units"].queryset = offered.order_by("order", "code")
        self.fields["more"].queryset = branch
        self.fields["more"].widget.queryset = branch.exclude(pk__in=known)  # what it offers
        if not offered:
            del self.fields["units"]

    def clean_more(self) -> Unit | None:
        more = self.cleaned_data["more"]
        known = next((row for row in self.served if more and row.unit_id == more.pk), None)
        if known is not None:
            day = date_format(timezone.localdate(known.sent_at), "d/m/Y")
            raise forms.ValidationError(
                gettext("%(unit)s has it already: sent on %(day)s.") % {"unit": known.unit, "day": day}
            )
        return more

    @property
    def chosen(self) -> list[Unit]:
        more = self.cleaned_data["more"]
        return [*self.cleaned_data.get("units", ()), *([more] if more else [])]


class RecallForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}))
