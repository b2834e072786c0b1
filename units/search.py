"""Search without diacritics, by columns that keep folded text (`units.text.fold`)."""

from django.db.models import Q

from units.text import fold

READ = 100  # characters of what is typed; nothing that is looked for is longer


def words_q(text: str, *columns: str) -> Q:
    """Rows of which every word of `text` stands in one of `columns`; every row where nothing is typed."""
    found = Q()
    for word in fold(text[:READ]).split():
        anywhere = Q()
        for column in columns or ("search",):
            anywhere |= Q(**{f"{column}__contains": word})
        found &= anywhere
    return found
