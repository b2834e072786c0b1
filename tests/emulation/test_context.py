"""The menu says where one is."""

from emulation.context import ADMINISTRATION, MAIN
from tests.addresses import TABLE

OF_NO_ENTRY = (
    "start", "language", "account", "account_login", "account_logout", "account_change_password",
    "emulation:notice-list", "emulation:notice-read", "emulation:notice-read-all",
)  # fmt: skip


def test_reports_on_the_figures_stand_under_the_dashboard() -> None:
    """Whoever reviews nothing has no entry «Review»."""
    shown = [entry.name for entry in MAIN if entry.current("emulation:review-report-sign")]
    assert shown == ["emulation:dashboard-home"]


def test_every_page_stands_under_one_entry_of_the_menu() -> None:
    found = {name: [entry.name for entry in (*MAIN, *ADMINISTRATION) if entry.current(name)] for name in TABLE}
    assert [name for name, entries in found.items() if len(entries) != 1] == [
        name for name in TABLE if name in OF_NO_ENTRY
    ]
