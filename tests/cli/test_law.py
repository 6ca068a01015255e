"""The command `tidewaiter law`."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Call = Callable[..., Result]
ROUTE = ("--from", "AU", "--to", "MX", "--day", "2026-11-25", "--json")


def _answers(result: Result) -> dict[str, str]:
    said = json.loads(result.stdout.splitlines()[0])
    return {each["regime"]: each["answer"] for each in said["rulings"]}


def test_an_amount_frees_below_its_limit_only(call: Call) -> None:
    """Australia controls acetone of 90 % in consignments of 100 litres and more."""
    for amount, percent, answer in (
        ("99 l", "95", "free by amount"),
        ("100 l", "95", "controlled"),
        ("100 l", "89", "free by amount"),
    ):
        result = call("law", "acetone", *ROUTE, "--amount", amount, "--percent", percent)
        assert result.exit_code == 0
        assert _answers(result)["au-precursors"] == answer


def test_no_answer_says_clear(call: Call) -> None:
    """The table ends in what it is not, and what is unknown is refused."""
    shown = call("law", "67-64-1", "--in", "EU")
    assert "no licence and no legal advice" in " ".join(shown.output.split())
    assert call("law", "nosuchthing").exit_code == 2


def test_a_catalogue_is_checked_and_counted(call: Call, tmp_path: Path) -> None:
    """Every row is answered, counted or refused."""
    path = tmp_path / "products.csv"
    path.write_text("product,cas,percent\nAcetone,67-64-1,95\nchairs,,1\nToluene,,much\n", "utf-8")
    result = call("law", "--catalogue", str(path), "--from", "DE", "--to", "MX,US", "--json")
    assert result.exit_code == 1
    rows = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert [(each["row"], each["route"]["destination"]) for each in rows] == [
        (1, "MX"), (1, "US"), (3, "MX"), (3, "US"),
    ]  # fmt: skip
    assert "much" in (tmp_path / "refused.csv").read_text("utf-8")
