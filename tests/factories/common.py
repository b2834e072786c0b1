"""What the factories share."""

from itertools import count
from typing import Any

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PASSWORD = "quyet-thang-2020"
YEAR = 2020
GRADES = {"excellent": 4, "good": 3, "pass": 2, "fail": 1}  # the seeded scale, code → rank
NUMBERS = count(1)
Figure = Any  # see `make_result`
