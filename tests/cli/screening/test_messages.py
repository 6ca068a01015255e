"""The command `tidewaiter screen` on messages in XML: each sample raises its alert."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

SAMPLES = Path(__file__).parents[2] / "data" / "messages"
NAMED = {
    "wco.xml": "acetic-anhydride",
    "asycuda.xml": "acetic-anhydride",
    "cc315a.xml": "acetic-anhydride",
    "xfwb.xml": "ephedrine",
    "xfzb.xml": "safrole",
}


@pytest.mark.parametrize(("name", "substance"), NAMED.items())
def test_a_controlled_substance_in_a_message_raises_an_alert(
    screen: Callable[..., Result],
    objects: Callable[[str], list[dict[str, Any]]],
    name: str,
    substance: str,
) -> None:
    """The first line of each sample is an alert with its parties, its route and what is kept."""
    result = screen(str(SAMPLES / name))
    assert result.exit_code == 0, result.stderr
    (alert,) = objects(result.stdout)
    assert alert["substances"][0] == substance
    assert (alert["file"], alert["row"]) == (name, 1)
    assert alert["line"]["parties"]
    assert alert["line"]["route"]
    assert alert["line"]["other"]


@pytest.mark.parametrize(("options", "status"), [((), 1), (("--format", "ics2-xml"), 0)])
def test_ics2_is_certain_if_asked_for(
    screen: Callable[..., Result],
    objects: Callable[[str], list[dict[str, Any]]],
    options: tuple[str, ...],
    status: int,
) -> None:
    """A format without an official sample is read with a doubt, unless the user names it."""
    result = screen(str(SAMPLES / "ics2.xml"), *options)
    assert len(objects(result.stdout)) == 1
    assert result.exit_code == status
