"""A rule of alerts: a controlled chemical is loaded in a port that hardly handles chemicals."""

from collections.abc import Iterator, Mapping

import pyarrow as pa

from tidewaiter.trade.rules.plugins import Hit, LineRule, Seen
from tidewaiter.trade.types import Evidence

_QUIET = frozenset({"NLHAR", "DKKOR"})  # where your risk assessment says so


def find(batch: pa.RecordBatch, seen: Mapping[int, Seen]) -> Iterator[Hit]:
    """Yield the lines with a substance that are loaded in a quiet port."""
    routes = batch.column("route")
    for line, found in seen.items():
        if not found.mentions:
            continue
        stops = routes[line].as_py() or ()
        for stop in stops:
            if stop["function"] == "loading" and stop["locode"] in _QUIET:
                first = found.mentions[0]
                yield Hit(
                    line=line,
                    parameters={"port": stop["locode"], "name": first.name},
                    evidence=Evidence(
                        field=first.field, start=first.start, end=first.end, text=first.text
                    ),
                )


QUIET_PORT = LineRule(
    title="Chemical from a quiet port",
    text="{name} is loaded in {port}, a port that hardly handles chemicals",
    points=10,
    source="Risk assessment 2026/3 of a made-up authority",
    find=find,
)
