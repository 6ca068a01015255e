"""A fault of ours in an upload: a sentence on its page, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.confining import stumble
from tests.web.conftest import Desk
from tests.web.sent import read, sent

from tidewaiter.node.uploads import arrivals, jobs

SignIn = Callable[..., Desk]
DATA = Path(__file__).parents[2] / "data"
FILES = [
    ("messages/manifest.x12", {"format": "x12"}),
    ("messages/wco.xml", {}),
    ("formats/dcsa-ebl.json", {}),
]


def _told(one: Desk, upload: dict[str, Any]) -> tuple[dict[str, Any], str]:
    where = f"/screen/{upload['id']}"
    return one.get(f"{where}.json").json()["upload"], one.get(where).text


@pytest.mark.parametrize(("path", "how"), FILES, ids=["X12", "XML", "JSON"])
def test_a_fault_in_a_look_or_a_screening_is_told_and_the_file_can_be_read_later(
    path: str,
    how: dict[str, str],
    desk: SignIn,
    work: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once it is fixed, the same upload continues."""
    one, file = desk("analyst"), DATA / path
    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "_inspect", stumble)
        upload = sent(one, file.read_bytes(), file.name)
    seen, page = _told(one, upload)
    assert (seen["state"], seen["held"]) == ("received", True)
    assert "internal error: KeyError" in page.replace("Internal", "internal")
    assert "bug in Tidewaiter" in page
    assert read(one, upload, "look", **how).json()["state"] == "mapped"
    upload, _ = _told(one, upload)
    assert read(one, upload, "screen", **how, day="2026-11-25").status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "screen_file", stumble)
        work()
    seen, page = _told(one, upload)
    assert (seen["state"], seen["held"]) == ("failed", True)
    assert "internal error: KeyError" in page.replace("Internal", "internal")
    assert "bug in Tidewaiter" in page
    assert read(one, seen, "screen", **how, day="2026-11-25").status_code == 200
    work()
    seen, page = _told(one, upload)
    assert seen["state"] == "done"
