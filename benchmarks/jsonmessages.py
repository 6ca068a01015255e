"""Messages in JSON: how fast documents become lines, beside parsers that only decode them.

``python -m benchmarks.jsonmessages`` repeats a document of each format in one array, and measures
side by side, in seconds of one processor,

- streaming parsers, with ijson on YAJL: its bare events, and each document as an object,
- json of Python and msgspec, which decode the array as a whole, in memory,
- the reader, some documents in memory: of a message lines with fields, parties, route and what is
  left, of plain objects the columns of a table,
- the whole way into canonical lines, as a screening has them.

It prints a table, and writes ``docs/benchmarks/jsonmessages.json``.
"""

import io
import json
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ijson.backends.yajl2_c as yajl
import msgspec
import pyarrow as pa
from benchmarks.messages import seconds

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.readers.json_lines import open_jsonl
from tidewaiter.trade.types import ReadOptions

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data" / "formats"
OUT = ROOT / "docs" / "benchmarks" / "jsonmessages.json"
SIZE = 8_000_000  # bytes of each file
CASES = {"dcsa": "dcsa-ebl.json", "postal": "itmatt_like.json"}
PLAIN: dict[str, dict[str, Any]] = {
    "3 keys": {"goods": "acetone", "net": "25 kg", "hs": "291411"},
    "14 keys": {
        "declaration": "24GB123",
        "item": 3,
        "goods": "acetone in drums for paint",
        "hs": "291411",
        "net_kg": 25.5,
        "gross_kg": 27,
        "packages": 2,
        "value": 1234.56,
        "currency": "USD",
        "shipper": "Example Chem Co Ltd",
        "shipper_country": "CN",
        "consignee": "Example Import LLC",
        "consignee_address": "1 Main Street, Springfield",
        "destination": "US",
    },
}


def main() -> None:
    """Measure, print and write."""
    found = {
        form: measure(json.loads((DATA / name).read_text(encoding="utf-8")), form)
        for form, name in CASES.items()
    }
    found |= {f"plain objects, {name}": measure(each, None) for name, each in PLAIN.items()}
    versions = {name: version(name) for name in ("ijson", "msgspec", "pyarrow")}
    told = {
        "day": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        **versions,
        "formats": found,
    }
    OUT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def measure(document: dict[str, Any], form: str | None) -> dict[str, float]:
    """Measure one format: MB a second, and shares of the speed of parsers.

    Raises:
        AssertionError: Lines were lost.
    """
    count = SIZE // len(json.dumps(document))
    raw = json.dumps([document] * count).encode()

    def lines() -> int:
        options = ReadOptions(format=form)
        read = reader_for("a.json", unread=True)(io.BytesIO(raw), "a.json", options)
        return sum(len(item) for item in read if isinstance(item, pa.RecordBatch))

    def reader() -> int:
        if form:
            items = FORMATS[form].read(io.BytesIO(raw), "a.json")
            return sum(isinstance(item, Found) for item in items)
        sheet, _, _ = open_jsonl(io.BytesIO(raw), "a.json", ReadOptions())
        return sum(len(block.rows) for block in sheet.blocks((), ()))

    works: dict[str, Callable[[], object]] = {
        "events": lambda: sum(1 for _ in yajl.basic_parse(io.BytesIO(raw))),
        "objects": lambda: sum(1 for _ in yajl.items(io.BytesIO(raw), "item")),
        "json": lambda: json.loads(raw),
        "msgspec": lambda: msgspec.json.decode(raw),
        "reader": reader,
        "lines": lines,
    }
    assert lines() == reader() == count
    taken = dict(zip(works, seconds(*works.values()), strict=True))
    told = {f"{name}_mb_s": round(len(raw) / 1e6 / spent, 1) for name, spent in taken.items()}
    told |= {
        f"share_of_{name}": round(taken[name] / taken["reader"], 2)
        for name in ("events", "objects", "json")
    }
    told["lines_a_second"] = round(count / taken["lines"])
    print(form or f"{len(document)} keys", told, flush=True)
    return told


if __name__ == "__main__":
    main()
