"""The address of a list as a file."""

from __future__ import annotations

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def with_export(context: template.Context, kind: str, table: str = "") -> str:
    """The page's query with `export`, from the first page on; `table` names a further table of the page."""
    query = context["request"].GET.copy()
    for name in ("page", "table"):
        query.pop(name, None)
    query["export"] = kind
    if table:
        query["table"] = table
    return query.urlencode()
