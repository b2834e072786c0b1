"""Forms of checklists of their own and of party cells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from emulation.forms.catalogue import RowForm
from emulation.models import Checklist, ChecklistTemplate, PartyCell
from emulation.numbers import NumberError, input_number, parse_number
from emulation.services.checklists import Class
from emulation.services.definitions import Item
from units import access
from units.forms.fields import DayField, UnitField
from units.forms.layout import laid_out, pair
from units.models import Role, Unit, User
from units.text import normal

GROUP = "#"  # a line of items that begins with it names the group of those below


class TemplateForm(RowForm):
    """What a checklist is. Its items are a version."""

    ended = DayField(label=_("Last day in use"), required=False, help_text=_("Empty: it is in use."))
    owner = UnitField(label=_("Owner unit"), required=False)

    class Meta:
        model = Checklist
        fields = ["code", "name", "name_en", "slogan", "order", "body", "answers", "owner", "ended"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        root = access.administers_root(user)
        staffed = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
        self.fields["owner"].queryset = Unit.objects.all() if root else Unit.objects.filter(pk__in=staffed)
        self.fields["owner"].help_text = _("The units of its branch use the list. Empty: every unit.")
        self.helper = laid_out(
            pair("code", "order"), "name", "name_en", "slogan", pair("body", "answers"), "owner", "ended"
        )


class NumberField(forms.CharField):
    """A score or mark: up to three decimals, in Vietnamese or plain marks."""

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_number(text, 3)
        except NumberError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return input_number(value) if isinstance(value, Decimal) else value


class VersionForm(RowForm):
    """A version of a checklist: since when, how sure its words are, items by group, the rule, the classes."""

    texts = forms.CharField(
        label=_("Items, one per line"), widget=forms.Textarea(attrs={"rows": 10}), max_length=10000,
        help_text=_("A line that begins with # names the group of the lines below it: # 4 tốt"),
    )  # fmt: skip
    texts_en = forms.CharField(
        label=_("The same in English, line by line"), required=False, max_length=10000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    maximum = NumberField(label=_("Highest score of an item"), required=False, max_length=20)
    mark = NumberField(label=_("The model is met from the mean"), required=False, max_length=20)
    classes = forms.CharField(
        label=_("Classes of the mean, one per line"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Least mean; name; name in English. For example: 8; Hoàn thành tốt; Completed well"),
    )  # fmt: skip

    class Meta:
        model = ChecklistTemplate
        fields = ["since", "quarter", "wording", "source", "rule", "least", "rule_group", "maximum", "mark"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial |= self.beside(self.instance)
        scored = self.instance.checklist.answers == Checklist.Answers.SCORE
        self.fields["rule"].choices = [
            choice
            for choice in ChecklistTemplate.Rule.choices
            if (choice[0] == ChecklistTemplate.Rule.MEAN) == scored
        ]
        for name in ("least", "rule_group") if scored else ("maximum", "mark", "classes"):
            del self.fields[name]
        rule = ["rule", pair("maximum", "mark"), "classes"] if scored else ["rule", pair("least", "rule_group")]
        self.helper = laid_out(pair("since", "quarter"), pair("wording", "source"), "texts", "texts_en", *rule)

    def beside(self, row: ChecklistTemplate) -> dict[str, Any]:
        return initial_of(row)

    def clean(self) -> dict[str, Any]:
        forms.ModelForm.clean(self)
        for name in ("texts", "texts_en"):
            if any(len(normal(line)) > 200 for line in self.cleaned_data.get(name, "").splitlines()):
                self.add_error(name, _("An item has at most 200 characters."))
            if any(len(line) > 80 + len(GROUP) for line in self._groups(name)):
                self.add_error(name, _("The name of a group has at most 80 characters."))
        return self.cleaned_data

    def _groups(self, name: str) -> list[str]:
        lines = self.cleaned_data.get(name, "").splitlines()
        return [text for line in lines if (text := normal(line)).startswith(GROUP)]

    def clean_classes(self) -> list[Class]:
        found = []
        for line in self.cleaned_data["classes"].splitlines():
            if not line.strip():
                continue
            least, name, name_en = [*(normal(part) for part in line.split(";")), "", ""][:3]
            try:
                found.append((name, name_en, parse_number(least, 3)))
            except NumberError as error:
                raise forms.ValidationError(str(error)) from error
            if not name:
                words = gettext("“%(line)s”: the class has no name.") % {"line": line.strip()[:60]}
                raise forms.ValidationError(words)
        return found

    def items(self) -> list[Item]:
        """Every line that is not empty, with the group named above it."""
        english = [normal(line) for line in self.cleaned_data["texts_en"].splitlines()]
        texts = [normal(line) for line in self.cleaned_data["texts"].splitlines()]
        found, group = [], ("", "")
        for text, text_en in zip(texts, [*english, *[""] * len(texts)], strict=False):
            if text.startswith(GROUP):
                group = text.removeprefix(GROUP).strip(), text_en.removeprefix(GROUP).strip()
            elif text:
                found.append(Item(text, text_en, *group))
        return found

    @property
    def class_rows(self) -> list[Class]:
        return self.cleaned_data.get("classes") or []


def initial_of(template: ChecklistTemplate) -> dict[str, str]:
    """Items and classes of a version as they are typed."""
    lines: list[tuple[str, str]] = []
    group = ""
    for item in template.items.all():
        if item.group != group:
            group = item.group
            lines.append((f"{GROUP} {item.group}", f"{GROUP} {item.group_en}" if item.group_en else ""))
        lines.append((item.text, item.text_en))
    classes = [f"{input_number(row.least)}; {row.name}; {row.name_en}".rstrip("; ") for row in template.classes.all()]
    return {
        "texts": "\n".join(text for text, _english in lines),
        "texts_en": "\n".join(english for _text, english in lines).rstrip("\n"),
        "classes": "\n".join(classes),
    }


class CellForm(RowForm):
    """A party cell of a unit whose staff the user is."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"))
    established = DayField(label=_("Established"), required=False)
    ended = DayField(
        label=_("Ended"), required=False, help_text=_("The first day on which the cell no longer exists.")
    )

    class Meta:
        model = PartyCell
        fields = ["unit", "name", "established", "ended", "order"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staffed = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=staffed)
        if self.instance.pk is not None:
            self.fields["unit"].disabled = True
        elif len(set(staffed)) == 1:
            self.initial["unit"] = self.initial.get("unit") or staffed[0]
        self.helper = laid_out("unit", "name", pair("established", "ended"), "order")
