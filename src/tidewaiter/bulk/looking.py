"""Looking through all lines, in one process or several, for parties that share something."""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import cache

import pyarrow as pa

from tidewaiter.bulk.processes import processes
from tidewaiter.consignments.signs import Look, PartySigns
from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.sharing import Thing

_AHEAD = 2  # batches under way per worker
_FEW = 1_000  # things; with fewer, a quick look passes over most parties

Shared = list[tuple[Written, Thing]]


def look_through(signs: PartySigns, lines: Iterable[pa.RecordBatch], *, workers: int) -> None:
    """Look for parties of lines that share something with those of alerts.

    Args:
        signs: Which has begun; told of what is found in the order of lines, whoever found it.
        lines: Of the schema LINES.
        workers: Processes; 1 looks in this one.
    """
    if workers == 1 or len(signs.things) < _FEW:
        signs.look(lines)
        return
    with processes(workers, _prepare, signs.things) as pool:
        under_way: deque[Future[Shared]] = deque()
        for batch in lines:
            under_way.append(pool.submit(_look, batch.select(["parties"])))
            if len(under_way) > workers * _AHEAD:
                signs.share(under_way.popleft().result())
        while under_way:
            signs.share(under_way.popleft().result())


@cache
def _held() -> dict[str, Look]:
    """Return where this process keeps what it looks for."""
    return {}


def _prepare(things: Sequence[Thing]) -> None:
    pa.set_cpu_count(1)
    _held()["look"] = Look(things)


def _look(batch: pa.RecordBatch) -> Shared:
    return list(_held()["look"].among(batch))
