import re

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from awards.forms.catalogue import AwardForm
from emulation.forms.weak_points import BreakthroughForm
from emulation.models import Campaign, Registration, Report
from emulation.states import STATES
from emulation.templatetags.ui import filter_box


def render(source, **context):
    return Template("{% load ui crispy_forms_filters %}" + source).render(Context(context)).strip()


def test_state_is_icon_word_and_colour():
    with translation.override("en"):
        assert render('{% state "met" %}') == (
            '<span class="qt-st qt-st--met"><i class="bi bi-check-circle-fill" aria-hidden="true"></i>Met</span>'
        )


def test_bare_state_of_a_sheet_takes_another_word():
    assert render('{% state key "sheet" label=word bare=True %}', key="approved", word="Đã <duyệt>") == (
        '<span class="qt-st qt-st--met qt-st--bare"><i class="bi bi-patch-check-fill" aria-hidden="true"></i>'
        "Đã &lt;duyệt&gt;</span>"
    )


@pytest.mark.parametrize(
    ("kind", "states"),
    [("sheet", Report.State), ("campaign", Campaign.State), ("registration", Registration.State)],
)
def test_every_state_of_a_model_has_its_look_and_its_word(kind, states):
    with translation.override("en"):
        assert {key: str(STATES[kind][key][2]) for key in states.values} == dict(states.choices)


def test_not_reported_is_never_green():
    assert [STATES["result"][key][1] for key in ("none", "nil", "na")] == ["none", "none", "none"]


def test_crumbs_link_all_but_the_last():
    html = render('{% crumbs "Account" "account" "Units" "/units/" "X1" %}')
    assert (
        '<li><a href="/account/" title="Account">Account</a></li><li><a href="/units/" title="Units">Units</a></li>'
        in html
    )
    assert '<li aria-current="page">X1</li>' in html


def test_bullet_writes_decimal_points_in_vietnamese():
    with translation.override("vi"):
        html = render_to_string(
            "includes/bullet.html", {"width": 83.5, "target": 70.25, "state": "near", "label": "x"}
        )
    assert 'class="v near" y="28%" height="44%" width="83.5%"' in html
    assert 'x="70.25%"' in html


def test_bullet_without_target_has_no_tick():
    assert 'class="t"' not in render_to_string("includes/bullet.html", {"width": 10, "label": "x"})


def test_target_at_the_start_of_the_scale_has_a_tick():
    assert 'class="t" x="0%"' in render_to_string("includes/bullet.html", {"width": 10, "target": 0, "label": "x"})


class Form(forms.Form):
    name = forms.CharField(label="Name")

    def clean(self):
        raise forms.ValidationError("Dates do not fit.")


def test_crispy_form_begins_with_a_summary_that_leads_to_the_fields():
    with translation.override("en"):
        html = render("{{ form|crispy }}", form=Form({}))
    assert "There are errors to correct" in html
    assert "<li>Dates do not fit.</li>" in html
    assert '<a href="#id_name">Name: This field is required.</a>' in html


def test_form_without_errors_has_no_summary():
    assert "qt-errors" not in render("{{ form|crispy }}", form=Form())


def test_pagination_keeps_the_filter(rf):
    request = rf.get("/units/?q=kho&page=2")
    with translation.override("vi"):
        html = render_to_string("includes/pagination.html", {"page": Paginator(range(3000), 50).page(2)}, request)
    assert 'href="?q=kho&amp;page=3"' in html
    assert "3.000" in html


@pytest.mark.parametrize(
    ("query", "used"),
    [("", 0), ("?page=2", 0), ("?state=all&q=", 0), ("?state=open&q=kho", 2)],
)
def test_filter_box_counts_what_filters(query, used):
    class Filter(forms.Form):
        state = forms.CharField(initial="all")
        q = forms.CharField()

    request = RequestFactory().get(f"/{query}")
    found = filter_box({"request": request}, Filter(request.GET))
    assert found == {"used": used}


SCRIPTS = settings.BASE_DIR / "static" / "js"


def declared(script: str) -> set[str]:
    """Names that a script declares for all scripts of its page."""
    text = (SCRIPTS / script).read_text(encoding="utf-8")
    return set(re.findall(r"^(?:const|let|class|(?:async )?function)\s+\{?\s*(\w+)", text, re.MULTILINE))


@pytest.mark.parametrize("script", sorted({path.name for path in SCRIPTS.iterdir()} - {"base.js"}))
def test_no_page_script_declares_a_name_of_the_script_of_every_page(script):
    """Scripts of a page share one scope: the second to declare a name does not run at all."""
    assert declared(script) & declared("base.js") == set()


@pytest.mark.parametrize("form", [BreakthroughForm, AwardForm])
def test_several_rows_are_chosen_by_boxes(form):
    """A list to be marked with Ctrl held down cuts its last row, and is lost by one careless click."""
    several = {type(f.widget) for f in form.base_fields.values() if isinstance(f, forms.ModelMultipleChoiceField)}
    assert several == {forms.CheckboxSelectMultiple}
