"""The table of alerts in the terminal: readable at any width, and safe from what it prints."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from rich.cells import cell_len

from tidewaiter.base.resources import data

Screen = Callable[..., Result]
FORGED = "goods,consignment\nacetic anhydride \x1b[2J\x07,{}\n"


@pytest.fixture
def sample(here: Path) -> str:
    """Write the sample."""
    (here / "sample.csv").write_bytes(data("samples", "manifest.csv").read_bytes())
    return "sample.csv"


@pytest.mark.parametrize("width", [80, 120, 160])
def test_the_table_fits_its_terminal(
    width: int, screen: Screen, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is wider than the terminal, and nothing is cut off to fit."""
    monkeypatch.setenv("COLUMNS", str(width))
    table = screen(sample, "--out", "a.jsonl").stdout.split("... and 62 more")[0]
    assert max(map(cell_len, table.splitlines())) <= width
    assert "…" not in table
    words = "".join(table.split())
    assert "N-Phenethyl-4-piperidone" in words


def test_the_worst_come_first_as_sentences_with_few_listings(
    screen: Screen, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amount, substance, route and parties; a few listings by their short names; what is odd."""
    monkeypatch.setenv("COLUMNS", "160")
    told = screen(sample, "--out", "a.jsonl").stdout
    first, rest = told.split("\n", 1)
    assert first == "The worst of 82 alerts, most severe first, then list matches:"
    sentences, _ = rest.split("severity ", 1)
    assert sentences.count("critical ") == 3
    assert "800 kg 1-Phenyl-2-propanone, Benzaldehyde, SG → GB, 示例" in sentences
    assert "(US Sch. II, UN Table I" in sentences
    assert "The line names Benzaldehyde" in sentences
    assert "Convention of 1988" not in sentences
    assert "listed chemicals" not in sentences


def test_an_alert_has_a_few_lines_at_80_columns(
    screen: Screen, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst three and the table of twenty take less than fifty lines."""
    monkeypatch.setenv("COLUMNS", "80")
    table = screen(sample, "--out", "a.jsonl").stdout.split("... and 62 more")[0]
    assert len(table.splitlines()) < 50


@pytest.mark.parametrize("name", ["[/bold]", "[red]x", "\x1b]0;owned\x07", "[link=file:///]y"])
def test_what_strangers_write_is_no_markup(name: str, screen: Screen, here: Path) -> None:
    """A consignment or goods text is printed as it is, and its escapes are made visible."""
    (here / "m.csv").write_text(FORGED.format(name))
    result = screen("m.csv", "--out", "a.jsonl")
    assert result.exit_code == 0, result.output
    assert "\x1b]" not in result.output
    assert "\x1b[2J" not in result.output
    assert "\x07" not in result.output
    assert name.replace("\x1b", "⟦U+001B⟧").replace("\x07", "⟦U+0007⟧")[:10] in "".join(
        result.stdout.split()
    )


def test_headers_and_errors_show_their_escapes(screen: Screen, here: Path) -> None:
    """What a header or a bad value holds moves no cursor of the officer's terminal."""
    (here / "m.csv").write_text("goods,\x1b[31mx\nacetone,1\n")
    talk = screen("m.csv").stderr
    assert "⟦U+001B⟧[31mx" in talk
    error = screen("m.csv", "--map", "goods=\x1b[2J")
    assert error.exit_code == 2
    assert "\x1b" not in error.stderr + talk
