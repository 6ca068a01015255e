"""The commands `tidewaiter burden months`, `declare` and `event`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import says

Call = Callable[..., Result]
HEAD = "State,Year,Month,Period,Indicator,Data Value,Footnote Symbol,Predicted Value"
NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@pytest.fixture
def release(here: Path) -> str:
    """Write a release in which T40.4 falls by half from 2022-01 on, and cocaine does not."""
    rows = [HEAD]
    for name, after in (
        ("Synthetic opioids, excl. methadone (T40.4)", 500),
        ("Cocaine (T40.5)", 1_000),
    ):
        months = [1_000 + at % 7 for at in range(95)] + [after + at % 7 for at in range(49)]
        for at in range(11, len(months)):
            year, month = divmod(2014 * 12 + 1 + at, 12)
            symbol = "**" if at < 131 else "*"
            rows.append(
                f'US,{year},{NAMES[month]},12 month-ending,"{name}",'
                f"{sum(months[at - 11 : at + 1])},{symbol},"
            )
    (here / "release.csv").write_text("\n".join(rows))
    return "release.csv"


def test_months_are_written_with_what_they_are(call: Call, release: str) -> None:
    """Each month has its basis, status, method and release; assumptions are stated."""
    done = call("burden", "months", release, "--indicator", "T40.5")
    rows = done.stdout.splitlines()
    assert rows[0].startswith("place,place_name,indicator,measure,basis,month,months,value,low")
    assert ",2014-02,1," in rows[1]
    assert ",closed,given base,cdc-vsrr 2026-06," in rows[1]
    assert ",provisional," in rows[-1]
    assert "scaled" in done.stderr


def test_a_card_says_what_was_asked_and_no_more(call: Call, release: str) -> None:
    """A fall of half is compatible with a seizure of its month, on a card that names no cause."""
    day = ("--day", "2022-01-10", "--kind", "seizure", "--where", "US")
    done = call("burden", "event", *day, "--release", release)
    assert done.exit_code == 0
    assert "Finding: compatible with a fall in this window." in done.stdout
    assert "EXPLORATORY: the date was chosen without a declaration" in done.stdout
    assert "Negative control, Cocaine (T40.5)" in done.stdout
    assert "release cdc-vsrr 2026-06" in done.stdout
    assert "2022-11-23 United Nations" in done.stdout
    card = json.loads(call("burden", "event", *day, "--release", release, "--json").stdout)
    assert card["verdict"] == "compatible with"
    assert card["event_month"] == "2022-01"
    listed = call("burden", "event", *day, "--release", release, "--placebos").stdout.splitlines()
    assert len(listed) == 3 + len(card["placebos"])


def test_a_card_cites_its_declaration(call: Call, release: str) -> None:
    """The declaration is found by its hash, and counts published before it are named."""
    done = call("burden", "declare", "us-4-piperidone-2023", "--to", "declared.jsonl")
    sha256 = done.stdout.split()[0]
    card = call(
        "burden", "event", sha256[:12], "--declared", "declared.jsonl", "--release", release
    )
    assert f"hash {sha256[:16]}, kept on" in card.stdout
    assert "counts of its window were public from 2023-10 on" in card.stdout


def test_a_dose_stands_beside_a_card_in_differences(call: Call, release: str, here: Path) -> None:
    """Pounds by month are read of a plain CSV file, and levels are not compared."""
    pounds = [f"{2019 + at // 12}-{at % 12 + 1:02},{100 + at * at % 13}" for at in range(48)]
    (here / "pounds.csv").write_text("\n".join(["month,pounds", *pounds]))
    day = ("--day", "2022-01-10", "--kind", "seizure")
    done = call("burden", "event", *day, "--release", release, "--dose", "pounds.csv")
    assert "of 47 monthly differences; levels are not compared" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "cli/no-event-named"),
        (("us-fentanyl-class", "--day", "2020-01-01"), "cli/no-event-named"),
        (("--day", "2022-01-10"), "cli/event-not-said"),
        (("us-fentanyl-class", "--window", "12"), "burden/not-a-window"),
        (("us-fentanyl-class", "--place", "OH"), "burden/no-release-with-figures"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    arguments: tuple[str, ...], word: str, call: Call, release: str
) -> None:
    """Exit status 2 and what would do."""
    done = call("burden", "event", *arguments, "--release", release)
    assert done.exit_code == 2
    assert says(done.stderr, word)
