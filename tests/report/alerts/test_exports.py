"""Files of alerts hold what the alerts hold, also after a stop in the middle."""

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from tests.support.raising import raises

from tidewaiter.base.phrases import decoder_of, english_json, read_phrase
from tidewaiter.base.safe_text import SIGNS, restore
from tidewaiter.report.alerts.columns import ALERTS, FLAT, LEARNED
from tidewaiter.report.alerts.exports import (
    alert_writer,
    json_line,
    refusal_writer,
    write_parquet,
)
from tidewaiter.trade.types import Alert, Learned, Refusal

FORMATS = (".jsonl", ".csv", ".parquet")
NUMBERS = {"score", "days_left", "line", "packages", "value", "net_kg", "gross_kg", "volume_l"}


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as a spreadsheet reads them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_json_lines_give_back_the_alerts(tmp_path: Path, alerts: tuple[Alert, ...]) -> None:
    """Each line decodes to the alert that was written, with hostile text and all."""
    path = tmp_path / "alerts.jsonl"
    with alert_writer(path) as writer:
        writer.add(alerts[:3])
        writer.add(alerts[3:])
    lines = path.read_bytes().splitlines()
    read = map(decoder_of(Alert).decode, lines)
    assert list(map(english_json, read)) == list(map(english_json, alerts))
    reason = msgspec.json.decode(lines[0])["reasons"][0]
    says = alerts[0].reasons[0].says
    assert (reason["code"], reason["parameters"]) == (says.code, says.parameters)


def test_parquet_gives_back_the_alerts(tmp_path: Path, alerts: tuple[Alert, ...]) -> None:
    """Each row converts to the alert that was written, and the schema is the one told."""
    path = tmp_path / "alerts.parquet"
    with alert_writer(path) as writer:
        writer.add(alerts)
    table = pq.read_table(path)
    read = [
        msgspec.convert(row, Alert, strict=False, dec_hook=read_phrase) for row in table.to_pylist()
    ]
    assert table.schema.equals(ALERTS)
    assert [json_line(alert) for alert in read] == [json_line(alert) for alert in alerts]


def test_the_schema_has_the_fields_of_the_record() -> None:
    """The Parquet schema and the record name the same fields in the same order."""
    assert (*ALERTS.names, LEARNED.name) == Alert.__struct_fields__
    assert tuple(each.name for each in LEARNED.type) == Learned.__struct_fields__


def test_csv_holds_what_an_officer_needs(tmp_path: Path, alerts: tuple[Alert, ...]) -> None:
    """Goods text is preserved exactly; matches, law and reasons have columns."""
    path = tmp_path / "alerts.csv"
    with alert_writer(path) as writer:
        writer.add(alerts)
    table = rows(path)
    texts = [restore(row["goods"]) for row in table]
    assert texts == [(alert.line.goods or "").replace("\0", "␀") for alert in alerts]
    assert list(table[0]) == list(FLAT)
    assert table[0]["net_kg"] == "500"
    assert table[0]["gross_kg"] == "541.5"
    assert "cn Category 1, since an unknown date [unverified]" in table[0]["law"]
    assert table[1]["days_left"] == "-1"


def test_csv_is_utf_8_with_a_mark(tmp_path: Path, alerts: tuple[Alert, ...]) -> None:
    """One byte-order mark is at the start; a continued file gets no other."""
    path = tmp_path / "alerts.csv"
    for append in (False, True):
        with alert_writer(path, append=append) as writer:
            writer.add(alerts)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfseverity,")
    assert data.count(b"\xef\xbb\xbf") == 1
    assert "麻黄碱" in data.decode()


def test_no_exported_cell_is_a_formula(
    tmp_path: Path, alerts: tuple[Alert, ...], refusals: tuple[Refusal, ...]
) -> None:
    """No cell of any CSV file begins with a sign, our own numbers excepted."""
    with alert_writer(tmp_path / "alerts.csv") as writer:
        writer.add(alerts)
    with refusal_writer(tmp_path / "refused.csv") as refused:
        refused.add(refusals)
    cells = [
        (k, v)
        for name in ("alerts", "refused")
        for row in rows(tmp_path / f"{name}.csv")
        for k, v in row.items()
    ]
    signed = [(k, v) for k, v in cells if re.match(f"[\\s\u200b]*[{SIGNS}]|[\t\r\n]", v)]
    assert signed == [("days_left", "-1")]
    assert len(cells) == len(alerts) * len(FLAT) + 14


@pytest.mark.parametrize(
    ("suffix", "torn"), [(".jsonl", b'{"id": "torn'), (".csv", b'torn,"a row\r\n of a')]
)
def test_going_on_equals_going_through(
    tmp_path: Path, alerts: tuple[Alert, ...], suffix: str, torn: bytes
) -> None:
    """A file that broke in the middle of a row and was continued is like one written at once."""
    whole, broken = tmp_path / f"whole{suffix}", tmp_path / f"broken{suffix}"
    with alert_writer(whole) as writer:
        writer.add(alerts)
    with alert_writer(broken) as writer:
        writer.add(alerts[:4])
        done = writer.tell()
        writer.add(alerts[4:6])
    with broken.open("ab") as file:
        file.write(torn)
    with alert_writer(broken, append=True) as writer:
        writer.add(alerts[6:])
    assert broken.read_bytes() == whole.read_bytes()
    with alert_writer(broken, append=True, keep=done) as writer:
        writer.add(alerts[4:])
    assert broken.read_bytes() == whole.read_bytes()


def test_a_file_shorter_than_promised_is_refused(tmp_path: Path) -> None:
    """A file that lost bytes since the run that wrote it is not continued."""
    with (
        raises("report/file-shorter-than-written", whole=10),
        alert_writer(tmp_path / "alerts.jsonl", append=True, keep=10),
    ):
        pass


def test_parquet_appears_only_when_whole(tmp_path: Path, alerts: tuple[Alert, ...]) -> None:
    """A run that fails leaves neither a Parquet file nor a part of one."""

    def stops_halfway() -> None:
        with write_parquet(tmp_path / "alerts.parquet") as writer:
            writer.add(alerts)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        stops_halfway()
    assert list(tmp_path.iterdir()) == []


def test_parquet_is_written_in_row_groups(tmp_path: Path, alerts: tuple[Alert, ...]) -> None:
    """Each call of `tell` closes a row group, and a file without alerts is still a file."""
    with alert_writer(tmp_path / "alerts.parquet") as writer:
        for alert in alerts:
            writer.add([alert])
            writer.tell()
    with alert_writer(tmp_path / "none.parquet"):
        pass
    assert pq.ParquetFile(tmp_path / "alerts.parquet").num_row_groups == len(alerts)
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


@pytest.mark.parametrize(
    ("name", "append", "told"),
    [
        ("alerts.xml", False, "report/not-a-format-of-alerts"),
        ("a.parquet", True, "report/format-cannot-be-continued"),
    ],
)
def test_what_cannot_be_written_is_refused(
    tmp_path: Path, name: str, *, append: bool, told: str
) -> None:
    """An unknown suffix, and Parquet that is to be continued, name what would do."""
    with raises(told) as error:
        alert_writer(tmp_path / name, append=append)
    assert error.value.hint


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_name_of_any_bytes_is_written(
    tmp_path: Path, alerts: tuple[Alert, ...], suffix: str
) -> None:
    """A file name that is not UTF-8 does not stop an export."""
    odd = msgspec.structs.replace(alerts[0], file="a\udcff.csv")
    path = tmp_path / f"alerts{suffix}"
    with alert_writer(path) as writer:
        writer.add([odd])
    assert path.stat().st_size > 0
    if suffix == ".jsonl":
        assert decoder_of(Alert).decode(path.read_bytes()).file == "a\\udcff.csv"


def test_every_kind_of_value_has_a_cell(alerts: tuple[Alert, ...]) -> None:
    """A column reads text, a whole number, a decimal or a day, and nothing else."""
    values: list[Any] = [read(alert) for alert in alerts for read in FLAT.values()]
    assert {type(value) for value in values} == {str, int, Decimal, date, type(None)}
