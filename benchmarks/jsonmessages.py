"""Messages in JSON: how fast documents become lines, beside a parser that only decodes them.

``python -m benchmarks.jsonmessages`` repeats a document of each format in one array, decodes it
by json of Python (whole, in memory), and reads it as a screening does (one document in memory). It
prints seconds of the processor for both.
"""

import io
import json
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import ReadOptions

DATA = Path(__file__).parents[1] / "tests" / "data" / "formats"
SIZE = 12_000_000  # bytes of each file
PLAIN = {"goods": "acetone", "net": "25 kg", "hs": "291411"}


def main() -> None:
    """Measure and print."""
    for name, form in (("dcsa-ebl.json", None), ("itmatt_like.json", "postal")):
        measure(name, json.loads((DATA / name).read_text(encoding="utf-8")), form)
    measure("plain objects", PLAIN, None)


def measure(name: str, document: dict[str, Any], form: str | None) -> None:
    """Measure one format."""
    count = SIZE // len(json.dumps(document))
    raw = json.dumps([document] * count).encode()
    start = time.process_time()
    json.loads(raw)
    bare = time.process_time() - start
    start = time.process_time()
    read = reader_for("a.json")(io.BytesIO(raw), "a.json", ReadOptions(format=form))
    lines = sum(len(item) for item in read if isinstance(item, pa.RecordBatch))
    whole = time.process_time() - start
    assert lines == count
    print(
        f"{name}: {len(raw) / 1e6:.1f} MB, {lines:,} lines; json.loads {bare:.2f} cs, "
        f"lines {whole:.2f} cs, {lines / whole:,.0f} lines/cs"
    )


if __name__ == "__main__":
    main()
