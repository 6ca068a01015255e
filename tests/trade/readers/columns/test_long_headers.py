"""Names of columns of any length: they are read in time, and not kept in memory."""

import gc
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

from tidewaiter.trade.readers.columns.detection import count_known
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.vocabulary import LONGEST, squeeze, words_of
from tidewaiter.trade.readers.columns.words import say

Read = Callable[..., tuple[list[dict[str, Any]], list[Any]]]
_LONG = 1 << 20


def _kept(work: Callable[[str], object]) -> int:
    """Return how many bytes are held after some work that were not before it."""
    work("first")  # tables are loaded, and stay
    gc.collect()
    tracemalloc.start()
    try:
        work("then")
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_a_remark_is_no_column(read: Read) -> None:
    """A text above the columns may be long; spaces behind a name count for nothing."""
    assert find_columns("Goods, " + "as they were declared " * 20) == ()
    (found,) = find_columns("Description of goods" + " " * LONGEST)
    assert found.field == "goods"
    assert words_of("a " * LONGEST) == ()
    assert squeeze("a " * LONGEST) == "a" * LONGEST
    named = "Remark " * 50
    lines, refusals = read(f"{named},hs\nacetone,291411\n", "a.csv", columns={"goods": named})
    assert (lines[0]["goods"], refusals) == ("acetone", [])


def test_long_names_are_not_kept() -> None:
    """Twenty of a million letters each, as cells of a header and as names of columns."""

    def look(named: str) -> None:
        for number in range(20):
            name = f"{named} {number} " + "x y " * (_LONG // 4)
            assert find_columns(name) == ()
            count_known([name])

    assert _kept(look) < _LONG


def test_long_keys_are_not_kept(read: Read) -> None:
    """JSON Lines with objects that each have another long key."""

    def look(named: str) -> None:
        docs = [{"goods": "acetone", f"{named}{n}" + "x" * _LONG: 1, "a": [n]} for n in range(20)]
        lines, _ = read("\n".join(map(json.dumps, docs)), "a.jsonl")
        assert [line["goods"] for line in lines] == ["acetone"] * 20

    assert _kept(look) < 2 * _LONG


def test_many_words_are_read_in_time() -> None:
    """Each is looked at once: twice as many words take no more than twice the steps."""
    seen = 0

    class Counting(tuple[str, ...]):
        __slots__ = ()

        def __getitem__(self, at: Any) -> Any:
            nonlocal seen
            found = super().__getitem__(at)
            seen += len(found) if isinstance(at, slice) else 1
            return found

    say.__wrapped__(Counting(["zzzz"] * 1_000))
    assert seen < 10_000


def test_long_codes_are_not_kept(read: Read) -> None:
    """Nor are HS codes among many spaces."""

    def look(named: str) -> None:
        at = {"first": 10, "then": 30}[named]
        codes = [f"29{n}" + " " * _LONG + "24" for n in range(at, at + 20)]
        lines, _ = read("hs,goods\n" + "".join(f"{code},x\n" for code in codes), "a.csv")
        assert [line["hs"] for line in lines] == [f"29{n}24" for n in range(at, at + 20)]

    assert _kept(look) < 2 * _LONG
