"""The sentence of merit of a certificate, drafted from the occasion for people to finish, in Vietnamese."""

from __future__ import annotations

import re

from awards.models import Nomination
from emulation.wording import lower_first

YEAR, WHAT = "{năm}", "{phong trào}"
MOST = 300


def drafted(line: Nomination) -> str:
    """«Đã có thành tích trong phong trào Thi đua Quyết thắng năm 2020», by the sentence of the occasion.

    What the dossier is about is its campaign, or, of a simplified occasion, what it is called; where that names the
    year itself, the year is not said twice.
    """
    dossier = line.dossier
    sentence = dossier.occasion.sentence or f"Đã có thành tích năm {YEAR}"
    what = dossier.campaign.name if dossier.campaign else dossier.title if dossier.occasion.simplified else ""
    return filled(sentence, what, dossier.year)[:MOST]


def filled(sentence: str, what: str, year: int) -> str:
    """The sentence with its two fields; a preposition before a gap goes with it."""
    what = lower_first(" ".join(what.split())).rstrip(" .;,")
    if not what:
        sentence = sentence.replace(f" trong {WHAT}", "").replace(WHAT, "")
    elif re.search(rf"(?<![\d–-]){year}(?!\s?[\d–-])", what):  # not in «nhiệm kỳ 2020–2025»
        sentence = sentence.replace(f" năm {YEAR}", "")
    return " ".join(sentence.replace(WHAT, what).replace(YEAR, str(year)).split())
