"""Rows for tests: plain functions with valid defaults. What a test is about, it says itself."""

from tests.factories.awards import *  # noqa: F403
from tests.factories.common import *  # noqa: F403
from tests.factories.plan import *  # noqa: F403
from tests.factories.registers import *  # noqa: F403
from tests.factories.sheets import *  # noqa: F403
from tests.factories.units import *  # noqa: F403
