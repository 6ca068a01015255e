"""The command `tidewaiter screen` on EDIFACT: a controlled substance is found in its line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Screen = Callable[..., Result]
SAMPLES = Path(__file__).parents[1] / "data" / "messages"


@pytest.mark.parametrize(
    ("name", "row", "consignment"),
    [("cuscar.edi", 1, "BL-A"), ("cusdec.edi", 1, "IM4-2026-1"), ("iftmin.edi", 1, "BL-9")],
)
def test_acetic_anhydride_in_a_message_is_an_alert(
    screen: Screen, name: str, row: int, consignment: str
) -> None:
    """Each message with acetic anhydride raises one alert, of that line."""
    result = screen(str(SAMPLES / name), "--day", "2026-03-20")
    assert result.exit_code == 0, result.stderr
    alerts = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(a["row"], a["consignment"], a["substances"]) for a in alerts] == [
        (row, consignment, ["acetic-anhydride"])
    ]
    assert alerts[0]["line"]["gross_mg"] in {18_400_000_000, 18_400_500_000}


def test_a_wrong_count_is_told_and_the_goods_are_screened(screen: Screen, tmp_path: Path) -> None:
    """The command ends with 1, and the alert is there."""
    broken = tmp_path / "broken"
    text = (SAMPLES / "iftmin.edi").read_text(encoding="ascii")
    broken.write_text(text.replace("UNT+30", "UNT+31"), encoding="ascii")
    result = screen(str(broken))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "1 field left out" in result.stderr


@pytest.mark.parametrize(
    ("name", "found"),
    [("awb.fwb", ["acetic-anhydride"]), ("houses.fhl", ["ephedrine"])],
)
def test_telegrams_are_screened_where_they_are_asked_for(
    screen: Screen, name: str, found: list[str]
) -> None:
    """Cargo-IMP is read with --format, and its chemicals are found."""
    result = screen(str(SAMPLES / name), "--format", "cargo-imp")
    alerts = [json.loads(line) for line in result.stdout.splitlines()]
    assert [slug for alert in alerts for slug in alert["substances"] if slug in found] == found
