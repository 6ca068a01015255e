"""Made trade: the same lines from the same seed, planted as they are said to be, and found."""

from collections import Counter
from pathlib import Path

from benchmarks.planted import run
from click.testing import CliRunner

from tidewaiter.cli.core.main import main
from tidewaiter.demo.firms import load_trade
from tidewaiter.demo.synthetic_trade import MadeTrade
from tidewaiter.trade.check_digits import container_digit
from tidewaiter.trade.history.routes import issued_in, place_of
from tidewaiter.trade.rules.alert_rules import load_alert_rules


def test_a_seed_makes_the_same_lines() -> None:
    """Another seed makes others; one in a hundred late lines is planted, and none earlier."""
    first, again, other = (MadeTrade(seed, 3_000).lines() for seed in (4, 4, 5))
    assert first == again != other
    splits = load_trade().splits
    late = [each for each in first if each.row["departure"] >= splits]
    planted = [each for each in first if each.planted]
    assert all(each in late for each in planted)
    assert set(Counter(each.planted for each in planted)) == set(MadeTrade(4, 3_000).scenarios)
    assert {each.like for each in first if each.like} == set(MadeTrade(4, 3_000).scenarios)


def test_every_place_of_made_trade_is_known() -> None:
    """A way can be measured from each to each."""
    facts = load_trade()
    codes = {code for lane in facts.lane for code in (*lane.from_, *lane.to, *lane.via)}
    codes |= {code for some in facts.detours.values() for code in some}
    assert [code for code in sorted(codes) if place_of(code) is None] == []


def test_numbers_of_made_trade_are_real_ones() -> None:
    """Check digits are valid, so no line is flagged for an unplanted error."""
    made = MadeTrade(6, 1_000).lines()
    boxes = {box for each in made for box in each.row["containers"] or ()}
    assert boxes
    assert all(map(container_digit, boxes))
    labels = [x.row for x in made if x.planted == "label"]
    assert all(issued_in(x["consignment"]) == x["route"][-1]["country"] for x in labels)


def test_rules_of_the_past_find_more_than_chance() -> None:
    """With a small separate seed, at 5 % inspection; most planted lines, by their past."""
    told = run(9, 8_000, load_alert_rules())
    found = told["recall"]["5%"]["rank, selecting"]
    assert found["all"] > 0.8
    assert found["all"] > told["recall"]["5%"]["rank before"]["all"]
    assert told["rules"]["detour"]["ordinary"] == 0


def test_the_command_writes_what_screen_reads(tmp_path: Path) -> None:
    """Two files and the truth; a folder that is not empty is left alone."""
    out = tmp_path / "made"

    def call(*words: str) -> int:
        return CliRunner().invoke(main, words).exit_code

    assert call("scenario", "trade", "--lines", "1000", "--out", str(out)) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "now.parquet",
        "past.parquet",
        "truth.csv",
    ]
    assert call("scenario", "trade", "--lines", "1000", "--out", str(out)) == 2
    alerts = tmp_path / "alerts.jsonl"
    words = ("screen", str(out / "now.parquet"), "--history", str(out / "past.parquet"))
    assert call(*words, "--out", str(alerts)) == 0
    assert b'"rule":"split"' in alerts.read_bytes()
