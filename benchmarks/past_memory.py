"""Memory of the process that collects past lines, by number of lines.

``python -m benchmarks.past_memory --copies 30`` makes trade of 40,000 lines and screens the last
sixth of it; the others are its history, added that many times, each time with other names of firms
and other container numbers. It prints the growth of memory while the past is collected as
`tidewaiter screen --engine spark` collects it, once for alerts only, and once for all lines (rules
that select); and the memory of a process that loads the result.
"""

import argparse
import gc
import json
import pickle
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tidewaiter.demo.synthetic_trade import MadeTrade, write_made
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.law.registry import load_registry
from tidewaiter.trade.aggregation import Together
from tidewaiter.trade.history.reasons import Past
from tidewaiter.trade.history.relevant_lines import Narrowing
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.rules.reduced_weights import switched_rules
from tidewaiter.trade.screening import Screener
from tidewaiter.trade.types import LINES, PARTY, line_of

DAY = date(2026, 11, 25)
_ROWS = 16_384


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--copies", type=int, default=30)
    options.add_argument("--seed", type=int, default=3)
    options.add_argument(
        "--same", action="store_true", help="The firms of all copies are the same."
    )
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as work:
        write_made(MadeTrade(asked.seed, 40_000), Path(work))
        for everyone in (False, True):
            # Each in a separate process, because freed memory would be reused.
            with get_context("spawn").Pool(1) as pool:
                told = pool.apply(measured, (Path(work), asked.copies, everyone, asked.same))
            with get_context("spawn").Pool(1) as pool:
                held = pool.apply(taken, (Path(work) / "gathered",))
            print(json.dumps({**told, "MB where it is taken up": held}), flush=True)


def measured(folder: Path, copies: int, everyone: bool, same: bool) -> dict[str, object]:  # noqa: FBT001
    """Gather the past of some lines; leave it in a file."""
    rules, registry = switched_rules(load_alert_rules()), load_registry()
    now = read_lines(folder / "now.parquet")
    screener = Screener(Identifier(load_lexicon()), rules)
    alerts = screener.screen(now, DAY, "now.parquet", "0" * 64).alerts
    past = Past(registry, rules, Together(registry, rules, DAY), DAY)
    for alert in alerts:
        past.want(alert.line, alert.substances)
    for row in now.to_pylist() if everyone else ():
        past.want(line_of(row))
    wanted, lines, sent, seconds = past.wanted, 0, 0, 0.0
    before, narrowing = _memory(), Narrowing(wanted, DAY)
    for batch in _history(read_lines(folder / "past.parquet"), copies, same=same):
        some = narrowing.narrow(batch, earlier=True)
        begun = time.process_time()
        some.tell(past, earlier=True)
        seconds += time.process_time() - begun
        lines, sent = lines + len(batch), sent + len(some.whole)
    grown = _memory() - before
    (folder / "gathered").write_bytes(pickle.dumps(past.settle()))
    return {
        "about": "all lines" if everyone else f"{len(alerts)} alerts",
        "earlier lines": lines,
        "of these whole": sent,
        "MB a million lines": round(grown / lines),
        "cpu µs a line, to take up": round(seconds / lines * 1e6, 1),
        "MB sent": round((folder / "gathered").stat().st_size / 1e6, 1),
    }


def taken(path: Path) -> int:
    """Load the collected past; return the growth of memory in MB."""
    raw = path.read_bytes()
    before = _memory()
    held = pickle.loads(raw)  # noqa: S301 - written above
    grown = _memory() - before
    assert held
    return round(grown / 1e6)


def read_lines(path: Path) -> pa.RecordBatch:
    """Read lines that were made."""
    return pq.read_table(path).combine_chunks().to_batches()[0]


def _history(lines: pa.RecordBatch, copies: int, *, same: bool) -> Iterator[pa.RecordBatch]:
    """Yield batches of the lines, again and again under other names, or under the `same`."""
    for number in range(copies):
        made = lines if same else renamed(lines, number)
        for start in range(0, len(made), _ROWS):
            yield made.slice(start, _ROWS)


def renamed(lines: pa.RecordBatch, number: int) -> pa.RecordBatch:
    """Return lines under other names of firms and other numbers of containers."""
    parties, containers = lines.column("parties"), lines.column("containers")
    flat = parties.flatten()
    names = pc.binary_join_element_wise(flat.field("name"), str(number), " ")
    made = [names if each.name == "name" else flat.field(each.name) for each in PARTY]
    people = pa.ListArray.from_arrays(
        parties.offsets, pa.StructArray.from_arrays(made, fields=list(PARTY))
    )
    boxes = pa.ListArray.from_arrays(
        containers.offsets, pc.binary_join_element_wise(containers.flatten(), str(number), "")
    )
    places = {"parties": people, "containers": boxes}
    return pa.RecordBatch.from_arrays(
        [places.get(each.name, lines.column(each.name)) for each in LINES], schema=LINES
    )


def _memory() -> int:
    gc.collect()
    pa.default_memory_pool().release_unused()
    held: int = psutil.Process().memory_info().rss
    return held


if __name__ == "__main__":
    main()
