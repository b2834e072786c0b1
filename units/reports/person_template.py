"""The empty list of people to be filled in in Excel, with choices in its cells."""

from __future__ import annotations

from django.utils.translation import gettext as _

from units.lists import ROWS
from units.models import Person, PersonGroup, Rank, Unit
from units.models.units import UnitQuerySet
from units.person_files import TEMPLATE
from units.spreadsheets import Book

WIDTHS = {"name": 28, "post": 26, "unit": 16, "decision": 18}
LISTED = 3000  # units offered as a choice


def person_template(units: UnitQuerySet) -> bytes:
    """An xlsx file: the columns of the import, and a second sheet with what may be chosen in them."""
    book = Book()
    sheet, lists = book.sheet(_("People")), book.sheet(_("Lists"))
    head = book.format(bold=True, bg_color="#DDE6DC", border=1, text_wrap=True, valign="vcenter")
    must = book.format(bold=True, bg_color="#F4E3A8", border=1, text_wrap=True, valign="vcenter")
    text = book.format(num_format="@")
    choices = _choices(units)
    for at, column in enumerate(TEMPLATE):
        book.put(
            sheet,
            0,
            at,
            f"{column.head} *" if column.required else str(column.head),
            must if column.required else head,
        )
        # Text: Excel turns numbers with leading zeros and days of other notations into something else.
        sheet.set_column(at, at, WIDTHS.get(column.key, 14), text)
        names = choices.get(column.key)
        if not names:
            continue
        place = list(choices).index(column.key)
        book.put(lists, 0, place, str(column.head), head)
        for row, name in enumerate(names, start=1):
            book.put(lists, row, place, name)
        lists.set_column(place, place, 24)
        letter = chr(65 + place)
        source = f"='{lists.get_name()}'!${letter}$2:${letter}${len(names) + 1}"
        # A hint, no rule: other spellings are understood too, and the preview checks everything.
        rule = {"validate": "list", "source": source, "error_type": "information", "show_error": False}
        sheet.data_validation(1, at, ROWS, at, rule)
    sheet.freeze_panes(1, 2)
    return book.close()


def _choices(units: UnitQuerySet) -> dict[str, list[str]]:
    """Column → what may be chosen; units by code, in the order of the tree."""
    ranks = Rank.objects.order_by("group__order", "order").values_list("name", flat=True)
    codes = Unit.objects.filter(pk__in=units.values("pk")).order_by("path").values_list("code", flat=True)
    return {
        "gender": [str(label) for label in Person.Gender.labels],
        "group": [group.short for group in PersonGroup.objects.all()],
        "rank": list(dict.fromkeys(ranks)),
        "unit": list(codes[:LISTED]),
    }
