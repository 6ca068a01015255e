"""Messages: how fast formats are read, beside the bare parser of each.

``python -m benchmarks.messages`` makes a file of each format out of one message, many times
over, and measures side by side, in seconds of one processor,

- two bare parsers that go through the file and touch nothing: `iterparse` of lxml, and expat,
  which is inside of our reader, calling empty functions,
- the reader of the format: lines with fields, parties, route and all that is kept,
- the whole way into canonical lines, as a screening has them.

It prints a table, and writes ``docs/benchmarks/messages.json``. The messages are those of
``tests/data/messages``, which are dense: nearly every element is a field. Where the evaluation
data are beside the checkout, their samples are measured too, as their authorities publish them.
A reader has to have half the speed of its parser. Expat is also measured where it calls
nothing, as our reader uses it.
"""

import argparse
import io
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from benchmarks.evaluation import ROOT, data
from lxml import etree

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.readers import BUILT_IN
from tidewaiter.trade.types import ReadOptions, Refusal

DATA = ROOT / "tests" / "data" / "messages"
OUT = ROOT / "docs" / "benchmarks" / "messages.json"
ROUNDS = 9  # the best of which counts


def xml_nothing(raw: bytes) -> int:
    """Go through XML with lxml, and touch nothing."""
    return sum(1 for _ in etree.iterparse(io.BytesIO(raw)))


def expat_nothing(raw: bytes, *, calls: bool = True) -> None:
    """Go through XML with expat, and touch nothing."""
    parser = expat.ParserCreate("utf-8")
    if calls:
        parser.buffer_text = parser.ordered_attributes = True
        parser.StartElementHandler = lambda _name, _attributes: None
        parser.EndElementHandler = parser.CharacterDataHandler = lambda _: None
    parser.Parse(raw, True)


def together(one: bytes, size: int) -> bytes:
    """Put one XML document into another one, so often that it has this size."""
    body: bytes = etree.tostring(etree.fromstring(one))
    return b"<Messages>" + body * (size // len(body) + 1) + b"</Messages>"


CASES: dict[str, tuple[str, Callable[[bytes, int], bytes], Callable[[bytes], int]]] = {
    "wco-xml": ("wco.xml", together, xml_nothing),
    "asycuda-xml": ("asycuda.xml", together, xml_nothing),
    "ens-cc315a": ("cc315a.xml", together, xml_nothing),
    "ics2-xml": ("ics2.xml", together, xml_nothing),
    "xfwb": ("xfwb.xml", together, xml_nothing),
    "xfzb": ("xfzb.xml", together, xml_nothing),
}
"""Format -> its message, how many are put together, and its bare parser."""


SAMPLES = {
    "wco-xml": "wco-dms-hmrc/Step1_TT_IM001a.xml",
    "ens-cc315a": "ens-ics-cc315a/CC315A_full.xml",
    "xfwb": "cargo-xml/888-11111111_XFWB.xml",
    "xfzb": "cargo-xml/SEL22222222_XFZB.xml",
}
"""Format -> the sample of it in the evaluation data."""


def messages(names: Sequence[str]) -> Iterator[tuple[str, str, Path]]:
    """List the measurements: format, origin of the message, and file."""
    for name in names:
        yield name, "ours", DATA / CASES[name][0]
        published = data(f"trade/samples/{SAMPLES[name]}") if name in SAMPLES else None
        if published:
            yield name, "published", published


def seconds(*works: Callable[[], object]) -> list[float]:
    """Time works side by side, in turns: seconds of the processor, the best of some rounds."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            start = time.process_time()
            work()
            best[place] = min(best[place], time.process_time() - start)
    return best


def lines_of(name: str, raw: bytes) -> int:
    """Read a file the whole way, and count its lines."""
    items = BUILT_IN[name](io.BytesIO(raw), f"file.{name}", ReadOptions())
    return sum(0 if isinstance(item, Refusal) else len(item) for item in items)


def measure(name: str, file: Path, size: int) -> dict[str, Any]:
    """Measure one format on one message.

    Raises:
        AssertionError: The two ways of reading do not find the same lines.
    """
    _, make, parse = CASES[name]
    raw = make(file.read_bytes(), size)
    form = FORMATS[name]
    found = sum(not isinstance(item, Refusal) for item in form.read(io.BytesIO(raw), file.name))
    assert found == lines_of(name, raw) > 0
    bare, called, silent, read, whole = seconds(
        lambda: parse(raw),
        lambda: expat_nothing(raw),
        lambda: expat_nothing(raw, calls=False),
        lambda: sum(1 for _ in form.read(io.BytesIO(raw), file.name)),
        lambda: lines_of(name, raw),
    )
    megabytes = len(raw) / 1e6
    return {
        "megabytes": round(megabytes, 1),
        "lines": found,
        "parser_mb_s": round(megabytes / bare, 1),
        "expat_mb_s": round(megabytes / called, 1),
        "expat_silent_mb_s": round(megabytes / silent, 1),
        "reader_mb_s": round(megabytes / read, 1),
        "share": round(bare / read, 2),
        "share_of_expat": round(called / read, 2),
        "lines_mb_s": round(megabytes / whole, 1),
        "lines_a_second": round(found / whole),
    }


def main() -> None:
    """Measure all formats."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=8)
    parser.add_argument("--format", choices=list(CASES), action="append")
    arguments = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    columns = (
        "parser_mb_s",
        "expat_mb_s",
        "expat_silent_mb_s",
        "reader_mb_s",
        "share",
        "share_of_expat",
        "lines_mb_s",
        "lines_a_second",
    )
    print(f"{'format':12} {'message':10}", *(f"{c:>17}" for c in columns), file=sys.stderr)
    for name, whose, file in messages(arguments.format or list(CASES)):
        one = measure(name, file, int(arguments.megabytes * 1e6))
        found.setdefault(name, {})[whose] = one
        print(f"{name:12} {whose:10}", *(f"{one[c]:17}" for c in columns), file=sys.stderr)
    if not arguments.format:
        versions = {
            "python": platform.python_version(),
            "lxml": etree.__version__,
            "expat": expat.EXPAT_VERSION.removeprefix("expat_"),
        }
        told = {"day": datetime.now(UTC).date().isoformat(), **versions, "formats": found}
        OUT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
