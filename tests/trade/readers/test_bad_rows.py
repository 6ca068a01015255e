"""Rows and cells of a text that are out of order."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.support.raising import raises

from tidewaiter.trade.types import Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]

HEAD = "goods,hs,net weight (kg)\n"


def test_rows_too_short_or_too_long_are_refused_with_their_place(read: Read) -> None:
    """A row of the wrong width is reported, and the rows after it keep their numbers."""
    lines, refusals = read(HEAD + "a,1234,1\nb,1234\nc,1,2,3,4\nd,1234,4\n")
    assert [(line["row"], line["goods"]) for line in lines] == [(1, "a"), (4, "d")]
    assert [(r.row, r.value, r.screened) for r in refusals] == [
        (2, "b,1234", False),
        (3, "c,1,2,3,4", False),
    ]
    assert all(r.problem and r.hint for r in refusals)


def test_blank_lines_are_not_rows(read: Read) -> None:
    """Blank lines are skipped and not counted, and neither are empty cells too many."""
    lines, refusals = read(HEAD + "\n\na,1234,1\n   \n\r\nb,1234,2,,\n\n")
    assert [(line["row"], line["goods"]) for line in lines] == [(1, "a"), (2, "b")]
    assert refusals == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_line_end_ends_a_line(read: Read, end: str) -> None:
    """Files of Unix, Windows and old Macs read the same."""
    text = end.join(["goods,hs", "a,1234", "b,5678", ""])
    assert [line["hs"] for line in read(text)[0]] == ["1234", "5678"]


def test_mixed_line_ends_and_line_ends_in_quotes(read: Read) -> None:
    """Line ends may differ within a file, and those inside quotes belong to the cell."""
    lines, refusals = read('goods,hs\r\n"a\nb",1234\nc,5678\rd,9012\r\n"e\r\nf","3456"')
    assert [line["goods"] for line in lines] == ["a\nb", "c", "d", "e\r\nf"]
    assert refusals == []


def test_a_cell_of_ten_megabytes_is_read(read: Read) -> None:
    """A huge cell costs memory, not the file; its neighbours are read."""
    huge = "x" * 10_000_000 + "\n" + "y" * 500_000
    lines, refusals = read(f'{HEAD}a,1234,1\n"{huge}",1234,2\nacetone,291411,3\n')
    assert [len(line["goods"]) for line in lines] == [1, len(huge), 7]
    assert refusals == []


def test_an_open_quote_costs_one_line(read: Read) -> None:
    """A quote that never closes is reported with its line, and the rest of the file is read."""
    rest = "".join(f"g{n},1234,{n}\n" for n in range(500))
    lines, refusals = read(HEAD + 'a,1234,1\n"b,1234,2\n' + rest)
    assert [line["goods"] for line in lines] == ["a", *(f"g{n}" for n in range(500))]
    assert [(r.row, r.value, r.screened) for r in refusals] == [(2, '"b,1234,2', False)]


def test_an_open_quote_does_not_swallow_quoted_rows(read: Read) -> None:
    """Where a later cell's quote seems to close it, the rows between are read all the same."""
    lines, refusals = read(HEAD + '1,"b,2\nacetone,291411,3\n"q",1234,4\nw,1234,5\n')
    assert [line["goods"] for line in lines] == ["acetone", "q", "w"]
    assert [(r.row, r.screened) for r in refusals] == [(1, False)]


def test_quotes_inside_cells_are_kept(read: Read) -> None:
    """A quote in the middle of a cell is text; a doubled one inside quotes is one."""
    lines, refusals = read('goods,hs\n5" pipe,1234\n"5"" pipe",1234\n"say ""x""",1234\n')
    assert [line["goods"] for line in lines] == ['5" pipe', '5" pipe', 'say "x"']
    assert refusals == []


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "^", "~"])
def test_the_delimiter_is_found(read: Read, mark: str) -> None:
    """The character that makes the headers known and the rows even is the delimiter."""
    rows = [["goods", "hs", "net weight"], ["a (b c)", "1234", "5"], ["d: e", "5678", "6.25"]]
    lines, _ = read("\n".join(mark.join(row) for row in rows))
    assert [line["goods"] for line in lines] == ["a (b c)", "d: e"]
    assert lines[1]["net_mg"] == 6_250_000


def test_a_delimiter_may_be_said(read: Read) -> None:
    """The option wins, the sep= line of a spreadsheet is heard, and nonsense is refused."""
    assert read("goods:hs\na,b:1234\n", delimiter=":")[0][0]["goods"] == "a,b"
    assert read("sep=;\ngoods;hs\na,b;1234\n")[0][0]["goods"] == "a,b"
    with raises("trade/not-a-delimiter"):
        read("goods,hs\n", delimiter="ab")


def test_a_file_of_a_header_alone_has_no_lines(read: Read) -> None:
    """That is no error, but nothing was cleared."""
    lines, refusals = read(HEAD)
    assert lines == []
    assert [each.code for each in refusals] == ["trade/file-without-lines"]


def test_rows_are_numbered_through_the_whole_file(read: Read) -> None:
    """Blocks, fast and slow ones, count on from each other."""
    rows = [f"goods {n},1234,{n}" for n in range(120_000)]
    rows[70_000] = "short"
    rows[90_000] = '5" x,1234,"7"'
    lines, refusals = read(HEAD + "\n".join(rows), batch_rows=10_000)
    assert len(lines) == 119_999
    assert [r.row for r in refusals] == [70_001]
    assert all(
        line["goods"] == f"goods {line['row'] - 1}" for line in lines if line["row"] != 90_001
    )
    assert lines[-1]["row"] == 120_000


def test_a_single_column_may_hold_any_delimiter(read: Read) -> None:
    """A list of goods without other columns is not torn apart at its commas."""
    lines, refusals = read("goods\nacetic anhydride, 99 %\nacetone, in drums, UN 1090\n")
    assert [line["goods"] for line in lines] == [
        "acetic anhydride, 99 %",
        "acetone, in drums, UN 1090",
    ]
    assert refusals == []


def test_a_delimiter_at_the_end_of_each_row_is_no_cell_too_many(read: Read) -> None:
    """Rows that end in a delimiter under a header that does not are read."""
    lines, refusals = read("goods,hs\na,1234,\nb,5678,\n")
    assert [line["hs"] for line in lines] == ["1234", "5678"]
    assert refusals == []


def test_a_million_empty_columns_are_refused_at_once(read: Read) -> None:
    """More columns than any table has are a slip of an export, and no reason to run for a day."""
    with raises("trade/too-many-columns", count=1000001):
        read("goods" + "," * 1_000_000 + "\nacetone" + "," * 1_000_000 + "\n")
