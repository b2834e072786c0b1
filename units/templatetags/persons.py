"""Words of the register of people."""

from django import template

from units.reports.persons import rating_word

register = template.Library()
register.filter("rating_word", rating_word)
