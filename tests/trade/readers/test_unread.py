"""What a table has and Tidewaiter does not use: it is kept with the lines that become alerts."""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.bulk.screening import Settings, Step, run
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.readers.passthrough_columns import LONGEST, MOST, line_at, only_lines
from tidewaiter.trade.types import LINES, Kept, ReadOptions, Refusal

GOODS = ("steel bolts", "acetic anhydride")
HEADER = ("Goods", "CAS", "Zork", "Remark")
ROWS = (("steel bolts", "", "1", "none"), ("acetic anhydride", "108-24-7", "2", "hello"))
CSV = "\n".join(map(",".join, (HEADER, *ROWS))).encode()


def screened(
    raw: bytes, name: str, after: int = 0, encoding: str | None = None, form: str | None = None
) -> list[Step]:
    """Screen a file as it is screened everywhere."""
    by = Settings(day=date(2026, 11, 25), file=name, sha256="0" * 64)
    said = ReadOptions(batch_rows=2, encoding=encoding, format=form)
    read = reader_for(name, unread=True)(io.BytesIO(raw), name, said)
    return list(run(read, by, workers=1, after=after))


def kept(steps: list[Step]) -> list[dict[str, str]]:
    """Return what the alerts keep, by name."""
    alerts = [alert for step in steps for alert in step.screened.alerts]
    return [{each.name: each.text for each in alert.line.other or ()} for alert in alerts]


def test_an_alert_of_any_table_keeps_the_columns_that_are_not_read(
    packed: Callable[..., bytes], workbook: Callable[..., bytes]
) -> None:
    """Under their own names; the lines that are stored hold the same, and others their words."""
    columns = {name: [row[at] for row in ROWS] for at, name in enumerate(HEADER)}
    objects = "\n".join(json.dumps(dict(zip(HEADER, row, strict=True))) for row in ROWS)
    files = {
        "a.csv": CSV,
        "a.jsonl": objects.encode(),
        "a.parquet": packed(columns),
        "a.xlsx": workbook([HEADER, *ROWS]),
    }
    for name, raw in files.items():
        steps = screened(raw, name)
        assert kept(steps) == [{"Zork": "2", "Remark": "hello"}], name
        lines = [line for step in steps for line in step.lines.to_pylist()]
        assert [line["other"] for line in lines] == [
            [{"name": "Remark", "text": "none"}],
            [{"name": "Zork", "text": "2"}, {"name": "Remark", "text": "hello"}],
        ]
        assert all(step.lines.schema == LINES for step in steps)
        assert not any(step.refusals for step in steps)


def test_values_of_other_types_are_kept_as_text(packed: Callable[..., bytes]) -> None:
    """Numbers, days and lists of a Parquet file are written as its read columns are."""
    columns = {
        "goods": [*GOODS],
        "f": [1.0, 2.5],
        "day": [date(2026, 1, 2)] * 2,
        "l": [[], ["a", "b"]],
    }
    (found,) = kept(screened(packed(columns), "a.parquet"))
    assert found == {"f": "2.5", "day": "2026-01-02", "l": "a; b"}


def test_a_line_inside_an_object_keeps_its_own_keys_and_those_of_its_head() -> None:
    """The second line of a consignment is distinguished from its first."""
    lines = [{"goods": goods, "zork": place} for place, goods in enumerate(GOODS)]
    head = {"consignment": "C1", "clerk": {"name": "B"}, "lines": lines}
    raw = json.dumps({"goods": "paper"}) + "\n" + json.dumps(head)
    assert kept(screened(raw.encode(), "a.jsonl")) == [{"clerk.name": "B", "zork": "1"}]


def test_a_screening_that_goes_on_keeps_the_same() -> None:
    """Completed rows are skipped, and the others are distinguished from them."""
    raw = CSV + b"\nephedrine,299-42-3,3,later\npaper,,4,\n" + CSV.split(b"\n")[-1] + b"\n"
    whole = kept(screened(raw, "a.csv"))
    assert [each["Zork"] for each in whole] == ["2", "3", "2"]
    assert kept(screened(raw, "a.csv", after=2)) == whole[1:]
    objects = b"".join(
        json.dumps({"goods": g, "z": n}).encode() + b"\n" for n, g in enumerate(GOODS)
    )
    assert kept(screened(objects * 2, "a.jsonl", after=3)) == [{"z": "1"}]


def test_what_is_kept_has_bounds() -> None:
    """The first columns, and the beginning of a long text."""
    names = ",".join(f"zork {n}" for n in range(MOST + 5))
    cells = ",".join(["x" * (LONGEST + 1), *["y"] * (MOST + 4)])
    (found,) = kept(screened(f"goods,{names}\nacetic anhydride,{cells}\n".encode(), "a.csv"))
    assert len(found) == MOST
    assert found["zork 0"] == "x" * (LONGEST - 1) + "…"


def test_nothing_is_reported_of_a_column_that_is_not_read() -> None:
    """Undecodable bytes become characters, and NULs are removed; empty cells are not kept."""
    raw = "goods,zork,empty,né\nacetic anhydride,a\0b,,ü\n".encode()
    raw += b"acetic anhydride,\xff,, \n"
    steps = screened(raw, "a.csv", encoding="utf-8")
    assert [refusal for step in steps for refusal in step.refusals] == []
    assert kept(steps) == [{"zork": "ab", "né": "ü"}, {"zork": "\ufffd"}]


def test_an_alert_of_a_message_in_json_keeps_what_its_format_did_not_take() -> None:
    """It is kept as JSON; reading the lines without a screening gives it for all of them."""
    goods = ({"title": title, "zork": [at]} for at, title in enumerate(GOODS))
    raw = json.dumps(
        {"products": [{**each, "variants": [{"x": {"y": True}}]} for each in goods]}
    ).encode()
    steps = screened(raw, "a.json", form="shopify-products")
    mine = {"zork[0]": "1", "variants[0].x.y": "true"}
    assert kept(steps) == [mine]
    lines = [line for step in steps for line in step.lines.to_pylist()]
    words = [{"name": "variants[0].x.y", "text": "true"}]
    assert lines[0]["other"] == words
    assert {each["name"]: each["text"] for each in lines[1]["other"]} == mine
    assert all(step.lines.schema == LINES for step in steps)
    said = ReadOptions(format="shopify-products")
    (batch,) = reader_for("a.json")(io.BytesIO(raw), "a.json", said)
    assert isinstance(batch, pa.RecordBatch)
    others = [{each["name"]: each["text"] for each in line} for line in batch["other"].to_pylist()]
    assert others == [{**mine, "zork[0]": "0"}, mine]


def test_a_message_that_is_no_json_carries_nothing() -> None:
    """Its lines have a list of their own."""
    raw = (Path(__file__).parents[2] / "data" / "messages" / "cuscar.edi").read_bytes()
    batch, *_ = reader_for("a.edi", unread=True)(io.BytesIO(raw), "a.edi", ReadOptions())
    assert isinstance(batch, pa.RecordBatch)
    assert batch.schema == LINES
    assert any(batch["other"].to_pylist())


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(GOODS), st.text("ab \"',;\n7", max_size=6), st.text(max_size=3)),
        min_size=1,
        max_size=8,
    )
)
def test_carrying_changes_no_line(rows: list[tuple[str, str, str]]) -> None:
    """Lines and refusals are those without it, and each row carries its own cells."""
    quoted = ['"{}","{}","{}"'.format(*(cell.replace('"', '""') for cell in row)) for row in rows]
    raw = "\n".join(["goods,zork,remark", *quoted]).encode("utf-8", "replace")
    said = ReadOptions(encoding="utf-8", delimiter=",", batch_rows=3)
    plain = list(reader_for("a.csv")(io.BytesIO(raw), "a.csv", said))
    carried = list(reader_for("a.csv", unread=True)(io.BytesIO(raw), "a.csv", said))
    bare = [each if isinstance(each, Refusal) else only_lines(each) for each in carried]
    assert bare == plain
    batches = [each for each in carried if isinstance(each, pa.RecordBatch)]
    lines = [line_at(batch, place) for batch in batches for place in range(len(batch))]
    if len(lines) == len(rows):
        for line, (_, zork, _) in zip(lines, rows, strict=True):
            kept_zork = [each for each in line.other or () if each.name == "zork"]
            assert kept_zork == ([Kept(name="zork", text=zork)] if zork.strip() else [])


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_reader_carries_only_where_it_is_asked(name: str) -> None:
    """All other uses of readers get the plain schema."""
    raw = CSV if name == "a.csv" else b'{"goods": "acetone", "zork": 1}\n'
    (batch,) = reader_for(name)(io.BytesIO(raw), name, ReadOptions())
    assert isinstance(batch, pa.RecordBatch)
    assert batch.schema == LINES


@pytest.mark.parametrize("unread", [True, False])
def test_what_many_lines_share_stands_once(*, unread: bool) -> None:
    """A head of a megabyte and three thousand lines: no more memory than some heads take."""
    head = {"itemId": "1", "note": "x" * 1_000_000}
    form, lines = "postal", 3_000
    raw = json.dumps(head | {"contents": [{"description": "tea"}] * lines}).encode()
    before, count, last = pa.total_allocated_bytes(), 0, True
    reader = reader_for("a.json", unread=unread)
    for item in reader(io.BytesIO(raw), "a.json", ReadOptions(format=form)):
        if isinstance(item, pa.RecordBatch):
            count += len(item)
            assert pa.total_allocated_bytes() - before < 400_000_000
            for place in (0, len(item) - 1):
                (kept,) = line_at(item, place).other or ()
                whole = kept.text == head["note"]
                assert whole or kept.text.endswith(
                    "… [1,000,000 letters; whole with row 1, line 1]"
                )
                last = whole
    assert (count, last) == (lines, False)


def test_lines_of_one_object_carry_it_once() -> None:
    """What each has beside its fields is kept separately."""
    lines = [{"goods": "tea", "zork": str(at)} for at in range(3_000)]
    raw = json.dumps({"note": "x" * 1_000_000, "lines": lines}).encode()
    (batch,) = reader_for("a.json", unread=True)(io.BytesIO(raw), "a.json", ReadOptions())
    assert isinstance(batch, pa.RecordBatch)
    assert batch.nbytes < 4_000_000
    kept = {each.name: each.text for each in line_at(batch, 2_999).other or ()}
    assert kept["zork"] == "2999"


def test_an_object_whose_head_would_be_copied_too_often_is_refused() -> None:
    """Its size does not matter: each line would contain every text of the head."""
    head = {f"k{at}": 1 for at in range(3_000)}
    raw = json.dumps(head | {"lines": [{"goods": "tea"}] * 2_000}).encode() + b"\n"
    raw += b'{"goods": "tea"}'
    items = list(reader_for("a.jsonl")(io.BytesIO(raw), "a.jsonl", ReadOptions()))
    (refusal,) = (item for item in items if isinstance(item, Refusal))
    assert refusal.row == 1
    assert refusal.values == {"count": 2000, "texts": 3000}
    assert not refusal.screened
