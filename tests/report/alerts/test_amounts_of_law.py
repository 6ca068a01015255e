"""What a law demands and what it says of an amount, on the page, in CSV and in Parquet."""

import csv
import html
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from tidewaiter.base.phrases import as_written, decoder_of, english, in_english
from tidewaiter.explain.summary import Summary
from tidewaiter.explain.words import Library
from tidewaiter.report.alerts.exports import alert_writer
from tidewaiter.report.alerts.page import render_report
from tidewaiter.trade.types import Alert

DUTY = "export: pre-export notification, 5 working days in advance"
SUM = "99 l at 95 %: 99 l counted; threshold: 100 l or more per consignment (<b>10A</b>); exempt"


@pytest.fixture
def told(alerts: tuple[Alert, ...]) -> Alert:
    """Return an alert with an obligation and an amount on its first control only."""
    first, *rest = alerts[0].law
    law = msgspec.structs.replace(
        first,
        role="export",
        answer="free by amount",
        duties=(as_written(DUTY),),
        amounts=tuple(map(as_written, (SUM, "another"))),
    )
    line = msgspec.structs.replace(alerts[0].line, percent=">=95")
    return msgspec.structs.replace(alerts[0], law=(law, *rest), line=line)


def _rows(page: str) -> list[str]:
    table = re.search(r'<table class="law stack">(.*?)</table>', page, re.DOTALL)
    assert table is not None
    return re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)[1:]


def _one(summary: Summary, alerts: Sequence[Alert]) -> Summary:
    shown = {name: getattr(summary, name) for name in summary.__struct_fields__}
    lists = [
        name
        for name, value in shown.items()
        if value and isinstance(value, tuple) and isinstance(value[0], Alert)
    ]
    return msgspec.structs.replace(summary, **dict.fromkeys(lists, tuple(alerts)))


def test_the_page_shows_them_with_their_listing(
    told: Alert, summary: Summary, library: Library
) -> None:
    """The first listing's row has the answer, the duty and both amounts; the next has neither."""
    first, second, *_ = _rows(render_report(_one(summary, [told]), library))
    assert "on this route: export, exempt by quantity" in first
    assert DUTY in first
    assert html.escape(SUM) in first
    assert "another" in first
    assert SUM not in first  # a text is shown, never run
    assert DUTY not in second
    assert "counted" not in second


def test_a_page_without_them_shows_nothing_of_them(
    alerts: tuple[Alert, ...], summary: Summary, library: Library
) -> None:
    """Alerts of an older version have neither duties nor amounts."""
    (row, *_) = _rows(render_report(_one(summary, alerts[:1]), library))
    assert "on this route" not in row
    assert "<br>" not in row


def test_the_content_is_a_fact_of_the_line(told: Alert, summary: Summary, library: Library) -> None:
    """The content stands among the facts, as it was read."""
    page = render_report(_one(summary, [told]), library)
    assert re.search(r"[Cc]oncentration \(%\).{0,200}&gt;=95", page, re.DOTALL)


def test_csv_and_parquet_hold_them(told: Alert, tmp_path: Path) -> None:
    """CSV tells them in the law's cell; Parquet keeps them in columns of their own."""
    for name in ("a.csv", "a.parquet"):
        with alert_writer(tmp_path / name) as writer:
            writer.add([told])
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    first = row["law"].partition("; " + told.law[1].substance)[0]
    assert f"; export, exempt by quantity, {DUTY}, {SUM}, another" in first
    assert row["percent"] == ">=95"
    (kept,) = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert [held["amounts"] for held in kept["law"]] == [
        [english(x) for x in each.amounts] for each in told.law
    ]
    assert kept["line"]["percent"] == ">=95"


def test_an_alert_of_an_older_version_is_read(told: Alert) -> None:
    """A stored alert without amounts, and a stored line without a content, have none."""
    old = msgspec.to_builtins(told, enc_hook=in_english)
    for held in old["law"]:
        del held["amounts"], held["duties"], held["role"], held["answer"]
    del old["line"]["percent"], old["law_open"]
    read = decoder_of(Alert).decode(msgspec.json.encode(old))
    assert read.line.percent is None
    assert {(each.answer, each.amounts, each.duties) for each in read.law} == {
        ("controlled", (), ())
    }
