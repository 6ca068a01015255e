"""The page of installed plug-ins."""

from collections.abc import Callable

import pytest
from tests.plugged import plug_in
from tests.web.conftest import Desk

from tidewaiter.base.plugins import READERS


def test_the_page_lists_what_is_installed_and_why_one_is_not_used(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plug-in of the wrong kind is listed with its problem; who may not administer sees none."""
    plug_in(monkeypatch, READERS, {"odd": "no format"})
    found = desk("administrator", "chief").get("/plugins.json").json()["plugins"]
    assert [(each["name"], bool(each["problem"])) for each in found] == [("odd", True)]
    assert desk("analyst", "ann").get("/plugins.json").status_code == 403
