"""Letters, decisions and revocations: whom they name, what they say, number and signature, recorded outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from awards.models import Award, AwardLevel, Decision, Grant, Nomination, Occasion, RevocationGround, Submission
from awards.reports.citations import drafted
from awards.reports.drafts import refuse_changed
from awards.reports.ready import Ready
from awards.reports.signatures import names
from awards.services.steps import CONFIRM
from units import clock
from units.errors import LEAST_ORDER
from units.forms.fields import DayField, refusals
from units.forms.seen import SEEN, SeenForm
from units.models import User
from units.search import words_q
from units.text import fold, normal

AREA = forms.Textarea(attrs={"rows": 5})


class PapersFilter(forms.Form):
    """Year of the number, drafts or signed ones, a number or the name of somebody on the list."""

    STATES = [("", gettext_lazy("Drafts and signed")), ("draft", gettext_lazy("Drafts")),
              ("signed", gettext_lazy("Signed"))]  # fmt: skip

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=STATES)
    q = forms.CharField(label=gettext_lazy("Number or name"), required=False, max_length=100)

    def __init__(self, *args: Any, rows: QuerySet, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        years = rows.order_by("-year").values_list("year", flat=True).distinct()
        self.fields["year"].choices = [("", _("Every year")), *((year, str(year)) for year in years)]

    def filter(self, rows: QuerySet) -> QuerySet:
        chosen, done = self.cleaned_data, "sent_at" if rows.model is Submission else "signed_at"
        if chosen["year"]:
            rows = rows.filter(year=chosen["year"])
        if chosen["state"]:
            rows = rows.filter(**{f"{done}__isnull": chosen["state"] == "draft"})
        if fold(chosen["q"]):
            lines = Nomination.objects.visible_to(self.user).filter(
                words_q(chosen["q"], "person__search", "unit__search")
            )
            named = lines.values("submissions" if rows.model is Submission else "decisions")
            rows = rows.filter(Q(number__contains=normal(chosen["q"])) | Q(pk__in=named))
        return rows


class ReadyFilter(forms.Form):
    """Lines that wait at a unit: year, occasion, deciding level, award, name or unit."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None)
    occasion = forms.ModelChoiceField(
        Occasion.objects.all(), label=gettext_lazy("Occasion"), required=False,
        empty_label=gettext_lazy("Every occasion"),
    )  # fmt: skip
    level = forms.ModelChoiceField(
        AwardLevel.objects.all(), label=gettext_lazy("Level"), required=False, to_field_name="code",
        empty_label=gettext_lazy("Every level"),
    )  # fmt: skip
    decides = forms.ChoiceField(label=gettext_lazy("Who decides"), required=False)
    award = forms.ModelChoiceField(
        Award.objects.none(), label=gettext_lazy("Award"), required=False, to_field_name="code",
        empty_label=gettext_lazy("Every award"),
    )  # fmt: skip
    q = forms.CharField(label=gettext_lazy("Name or unit"), required=False, max_length=100)

    def __init__(self, *args: Any, rows: Iterable[Ready], own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(rows)
        years = sorted({row.line.dossier.year for row in rows}, reverse=True)
        self.fields["year"].choices = [("", _("Every year")), *((year, str(year)) for year in years)]
        self.fields["award"].queryset = Award.objects.filter(pk__in={row.line.award_id for row in rows})
        decides = sorted({(row.needed.decides, row.needed.label) for row in rows})
        self.fields["decides"].choices = [("", _("Everybody")), *(one for one in decides if one[0])]
        if own:
            del self.fields["level"], self.fields["decides"]

    def filter(self, rows: Iterable[Ready]) -> list[Ready]:
        chosen = self.cleaned_data
        words = fold(chosen["q"]).split()

        def fits(row: Ready) -> bool:
            line = row.line
            return (
                chosen["year"] in (None, line.dossier.year)
                and (not chosen["occasion"] or chosen["occasion"].pk == line.dossier.occasion_id)
                and (not chosen.get("level") or chosen["level"].pk == row.needed.level.pk)
                and (not chosen.get("decides") or chosen["decides"] == row.needed.decides)
                and (not chosen["award"] or chosen["award"].pk == line.award_id)
                and all(word in fold(f"{line.name} {line.place} {line.dossier.unit.name}") for word in words)
            )

        return [row for row in rows if fits(row)]


class TextsForm(SeenForm):
    """What a draft says beside its list."""

    class Meta:
        model = Decision
        fields = ["title", "basis", "giver", "signer", "signer_post", "place"]
        widgets = {"basis": AREA}
        help_texts = {
            "basis": gettext_lazy("One document a line; each line becomes a paragraph."),
            "signer": gettext_lazy("As it stands under the paper: rank and name."),
        }


class LetterTextsForm(TextsForm):
    class Meta(TextsForm.Meta):
        model = Submission  # type: ignore[assignment]
        fields = ["recipient", "basis", "signer", "signer_post", "place"]


class RevocationTextsForm(TextsForm):
    class Meta(TextsForm.Meta):
        fields = ["title", "ground", "reason", "basis", "giver", "signer", "signer_post", "place"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].required = self.fields["reason"].required = True


class SignForm(forms.Form):
    """Number, day and signature: what makes a draft a paper that is never changed."""

    number = forms.CharField(
        label=gettext_lazy("Paper number"), max_length=60, help_text=gettext_lazy("e.g. 125/QĐ-CKT")
    )
    day = DayField(label=gettext_lazy("Day"))
    giver = forms.CharField(
        label=gettext_lazy("In whose name"), max_length=200, required=False,
        help_text=gettext_lazy("As it stands over decision and certificates, e.g. Cục trưởng Cục Kỹ thuật."),
    )  # fmt: skip
    signer = forms.CharField(
        label=gettext_lazy("Signed by"), max_length=120,
        help_text=gettext_lazy("As it stands under the paper: rank and name."),
    )  # fmt: skip
    signer_post = forms.CharField(label=gettext_lazy("Post of the signer"), max_length=120, required=False)
    place = forms.CharField(label=gettext_lazy("Place of signing"), max_length=120, required=False)

    def __init__(
        self,
        *args: Any,
        gives: bool = True,
        own: bool = True,
        over: Sequence[str] = (),
        running: Sequence[str] = (),
        mark: str = "",
        unpaid: Sequence[str] = (),
        differing: Sequence[str] = (),
        by: str = "",
        **kwargs: Any,
    ) -> None:
        """`gives`: it is a decision, made in somebody's name; `own`: the unit signs it itself, so nothing stays open;
        `by`: the name of who signs, who confirms that another name is to stand under the paper where one does.

        `over`: caps that are exceeded, `running`: public notices that have not ended; whoever signs confirms that
        this is known. `unpaid`: whose bonus is not known, `differing`: of whom records say something else than at the
        hand-in, likewise. `mark`: of the draft as its page shows it now.
        """
        super().__init__(*args, **kwargs)
        self.seen = mark
        if not gives:
            del self.fields["giver"]
        for name in ("giver", "signer_post", "place"):
            if own and name in self.fields:
                self.fields[name].required = True
        bonuses = ngettext(
            "It is accepted that the bonus of %(count)d is not known",
            "It is accepted that the bonuses of %(count)d are not known", len(unpaid),
        ) % {"count": len(unpaid)}  # fmt: skip
        signer = str((self.data if self.is_bound else self.initial).get("signer", ""))
        other = own and not names(signer, by)
        if other:
            told = _("Rank and name as under the paper. You are %(name)s: another name stands here.")
            self.fields["signer"].help_text = told % {"name": by}
        self._ask("known_notices", _("It is known that the public notice has not ended"), " ".join(running))
        caps = format_html_join("", '<span class="d-block">{}</span>', ((one,) for one in over))
        self._ask("over_caps", _("The cap is exceeded knowingly"), caps)
        words = _("It is known that the records say something else than at the hand-in")
        self._ask("known_changes", words, ", ".join(differing))
        self._ask("known_unpaid", bonuses, ", ".join(unpaid))
        if other and signer:
            words = _("It is known that you sign as %(name)s, and that “%(signer)s” stands under the paper")
            account = _("The page of the paper says by whose account it was signed.")
            self._ask("known_signer", words % {"name": by, "signer": signer}, account)

    def _ask(self, name: str, label: str, about: str) -> None:
        """A box that confirms `about` as known, where it says anything: asked for beside every other fault."""
        if about:
            errors = {"required": CONFIRM[name]}
            self.fields[name] = forms.BooleanField(label=label, help_text=about, error_messages=errors)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        with refusals(self):
            refuse_changed(self.data.get(SEEN, ""), self.seen)
        return cleaned


class CitationsForm(forms.Form):
    """The sentence of merit of each line of a draft: `c<line>`."""

    def __init__(self, *args: Any, lines: Sequence[Nomination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            self.fields[f"c{line.pk}"] = forms.CharField(
                label=line.name, required=False, max_length=300, initial=line.citation or drafted(line),
                widget=forms.Textarea(attrs={"rows": 2, "lang": "vi", "class": "form-control"}),
            )  # fmt: skip

    @property
    def texts(self) -> dict[int, str]:
        return {int(name[1:]): text for name, text in self.cleaned_data.items()}


class OutcomeForm(forms.Form):
    """What a higher authority decided: `v<line>` given or refused, `r<line>` why; the head of its decision."""

    GIVEN, REFUSED = "given", "refused"
    CHOICES = [
        ("", gettext_lazy("No outcome yet")),
        (GIVEN, gettext_lazy("Award given")),
        (REFUSED, gettext_lazy("Award refused")),
    ]

    issuer = forms.CharField(
        label=gettext_lazy("Who decided"), max_length=200, required=False,
        help_text=gettext_lazy("As it stands over the decision, e.g. Bộ trưởng Bộ Quốc phòng."),
    )  # fmt: skip
    number = forms.CharField(label=gettext_lazy("Decision number"), max_length=60, required=False)
    day = DayField(label=gettext_lazy("Day"), required=False)
    signer = forms.CharField(label=gettext_lazy("Signed by"), max_length=120, required=False)

    def __init__(self, data: Any, *, lines: Sequence[Nomination], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"v{line.pk}"] = forms.ChoiceField(label=str(line), choices=self.CHOICES, required=False)
            self.fields[f"r{line.pk}"] = forms.CharField(label=str(line), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        for line in self.lines:
            refused = self.cleaned_data.get(f"v{line.pk}") == self.REFUSED
            if refused and len(normal(self.cleaned_data.get(f"r{line.pk}", ""))) < LEAST_ORDER:
                words = _("Give a reason of at least %(count)d characters.") % {"count": LEAST_ORDER}
                self.add_error(f"r{line.pk}", words)
        return self.cleaned_data

    @property
    def given(self) -> list[int]:
        return [line.pk for line in self.lines if self.cleaned_data.get(f"v{line.pk}") == self.GIVEN]

    @property
    def refused(self) -> dict[int, str]:
        found = self.cleaned_data
        return {line.pk: found[f"r{line.pk}"] for line in self.lines if found.get(f"v{line.pk}") == self.REFUSED}

    @property
    def head(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("issuer", "number", "day", "signer")}

    def shown(self) -> list[tuple[Nomination, str, str, list[str]]]:
        """Each line with what is chosen, the reason, and what is wrong with it."""

        def typed(name: str) -> str:
            return self.data.get(name, "") if self.is_bound else ""

        return [
            (line, typed(f"v{line.pk}"), typed(f"r{line.pk}"), list(map(str, self.errors.get(f"r{line.pk}", ()))))
            for line in self.lines
        ]


class GrantsFilter(forms.Form):
    """Awards that may be taken back: award, year, number of the decision or name."""

    award = forms.ModelChoiceField(
        Award.objects.all(), label=gettext_lazy("Award"), required=False, to_field_name="code",
        empty_label=gettext_lazy("Every award"),
    )  # fmt: skip
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1945, max_value=2100)
    decision = forms.CharField(label=gettext_lazy("Decision number"), required=False, max_length=60)
    q = forms.CharField(label=gettext_lazy("Name or number"), required=False, max_length=100)

    def filter(self, rows: QuerySet[Grant]) -> QuerySet[Grant]:
        chosen = self.cleaned_data
        columns = {"award": chosen["award"], "year": chosen["year"], "decision__contains": normal(chosen["decision"])}
        rows = rows.filter(**{name: value for name, value in columns.items() if value})
        return rows.filter(words_q(chosen["q"], "person__search", "unit__search"))


class RevocationForm(forms.Form):
    """Why awards are taken back, and by whom."""

    ground = forms.ModelChoiceField(RevocationGround.objects.none(), label=gettext_lazy("Ground of revocation"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What was found, and by whom."),
    )  # fmt: skip
    outside = forms.BooleanField(
        label=gettext_lazy("A higher authority has decided this; it is only recorded here"), required=False
    )
    issuer = forms.CharField(label=gettext_lazy("Which authority"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].queryset = RevocationGround.objects.on(clock.today())

    def clean_reason(self) -> str:
        return normal(self.cleaned_data["reason"])


class CertificatesForm(forms.Form):
    """Which awards of a decision are printed, and what stands on the certificates."""

    merit = forms.CharField(
        label=gettext_lazy("For which merit"), required=False, max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The same words on every certificate; empty: the merit of each."),
    )  # fmt: skip

    def clean_merit(self) -> str:
        return normal(self.cleaned_data["merit"])
