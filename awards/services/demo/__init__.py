"""What the demonstration holds of awards: ten years of history, and the season of 2020 at every stage of its path.

Units and people are invented; the texts say «minh họa» where they could be taken for real ones.
"""

from __future__ import annotations

from django.utils import translation

from awards.services.demo.actors import create_actors, know_council
from awards.services.demo.history import create_history
from awards.services.demo.season import create_season
from emulation.services.demo.people import Cast


def create_awards(cast: Cast) -> None:
    """In Vietnamese, the language of the dossiers: services draft some of their texts."""
    with translation.override("vi"):
        know_council(cast)
        create_history(cast)
        create_season(create_actors(cast))
