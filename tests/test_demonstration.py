"""The base that several files of tests share."""

from pathlib import Path

import pytest

from emulation.services import demo
from tests.demonstration import demonstration


@pytest.mark.django_db(transaction=True)
def test_everybody_is_told_why_it_cannot_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first who asks leaves no half copy that others would take for the demonstration."""

    def broken() -> None:
        raise RuntimeError("the seed is broken")

    monkeypatch.setattr(demo, "seed", broken)
    for _process in range(2):
        with pytest.raises(RuntimeError, match="the seed is broken"), demonstration(tmp_path / "demonstration"):
            pass
