"""A screening on a cluster: the alerts of one machine, found on many.

Each file is read in one process and its batches are screened in all of them. What lines say of each
other is added up where the command runs, from the little that each batch tells; then all alerts are
marked and written in parts.
"""

from collections import Counter
from itertools import accumulate
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.bulk.marks import Marks
from tidewaiter.bulk.spark.finishing import Said, add_up, place_alerts, share, want, write_parts
from tidewaiter.bulk.spark.reading import read_files
from tidewaiter.bulk.spark.screening import Digest, look_for, rules_of, screen_lines
from tidewaiter.bulk.spark.types import (
    FILES,
    LOOKED,
    PLACED,
    READ,
    SCREENED,
    WRITTEN,
    Cluster,
    Rows,
    Task,
)
from tidewaiter.consignments.signs import PartySigns
from tidewaiter.consignments.types import Refusal

_SPREAD = 3  # parts a core: one that is slow holds up the others less
_PART_ALERTS = 20_000  # of a part that is written


class Outcome(Record, frozen=True, kw_only=True):
    """What a screening on a cluster found."""

    lines: int
    noted: int
    unread: int
    unknown: int
    alerts: int
    parts: int
    refusals: tuple[tuple[str, Refusal], ...]  # with the names of their files, in their order
    earlier_refused: int  # in earlier files
    left_out: tuple[str, ...]  # sentences


def screen_on(cluster: Cluster, task: Task, folder: Path, digest: Digest) -> Outcome:
    """Screen files and write their alerts in parts.

    Args:
        cluster: Where the steps run.
        task: The files, and what they are screened by.
        folder: Where the parts go; it is there and empty, and all machines see it.
        digest: Tells what settles the findings on a machine; a function of a module.

    Raises:
        InputError: A file cannot be read, stands there twice, or a machine would find other things.
    """
    slots = cluster.cores * _SPREAD
    files = [
        {"file": number, "path": str(each.path), "name": each.name}
        for number, each in enumerate(task.inputs)
    ]
    read = (
        cluster.rows(pa.Table.from_pylist(files, schema=FILES))
        .through(read_files(task.options, slots), READ)
        .parted("slot", slots)
        .kept()
    )
    screened = read.through(screen_lines(task, digest), SCREENED).kept()
    found = _in_order(screened.gathered(*(n for n in SCREENED.names if n != "alerts")))
    _check(found, task)
    together = add_up(found, task)
    signs = _signs(read, found, task)
    said = Said(sums=together.sums, signs=signs.found)
    parts = _write(screened, found, folder, task, said)
    refusals = _refusals(found)
    told = ((file, each) for file, each in refusals if not task.inputs[file].earlier)
    own = [not task.inputs[file].earlier for file in found.column("file").to_pylist()]
    mine = found.filter(pa.array(own, pa.bool_()))
    return Outcome(
        **{name: pc.sum(mine.column(name)).as_py() or 0 for name in _COUNTS},
        alerts=pc.sum(mine.column("count")).as_py() or 0,
        parts=parts,
        refusals=tuple((task.inputs[file].name, each) for file, each in told),
        earlier_refused=sum(task.inputs[file].earlier for file, _ in refusals),
        left_out=Marks(together, signs).left_out(),
    )


_COUNTS = ("lines", "noted", "unread", "unknown")


def _in_order(table: pa.Table) -> pa.Table:
    return table.sort_by([("file", "ascending"), ("batch", "ascending")])


def _check(found: pa.Table, task: Task) -> None:
    """Check that all files were read, each once."""
    for fault in filter(None, found.column("fault").to_pylist()):
        message, at, hint = msgspec.json.decode(fault, type=tuple[str, str, str])
        raise InputError(message, at=at, hint=hint)
    pairs = zip(found.column("source").to_pylist(), found.column("file").to_pylist(), strict=True)
    seen: dict[str, int] = {}
    for source, file in dict.fromkeys(pairs):
        if seen.setdefault(source, file) != file:
            raise InputError(
                "its lines would be counted twice",
                at=str(task.inputs[file].path),
                hint=f"it holds the same as {task.inputs[seen[source]].path}: name one of them",
            )


def _signs(read: Rows, found: pa.Table, task: Task) -> PartySigns:
    """Find the signs of the parties of alerts, where rules have points for any."""
    if not rules_of(task.settings).sign.most:
        return PartySigns(rules_of(task.settings))
    signs = want(found, task)
    if signs.begin():
        looked = read.through(look_for(signs.things), LOOKED).gathered(*LOOKED.names)
        share(signs, _in_order(looked))
        signs.finish()
    return signs


def _write(screened: Rows, found: pa.Table, folder: Path, task: Task, said: Said) -> int:
    """Write the alerts; return in how many parts."""
    alerts = pc.sum(found.column("count")).as_py() or 0
    if not alerts:
        return 0
    parts = -(-alerts // _PART_ALERTS)
    batches = Counter(found.column("file").to_pylist())
    ends = accumulate(batches[number] for number in range(len(task.inputs)))
    before = dict(enumerate((0, *ends)))
    placed = screened.through(place_alerts(before, len(found), parts), PLACED)
    written = placed.parted("part", parts).through(write_parts(folder, task, said), WRITTEN)
    return len(written.gathered(*WRITTEN.names))


def _refusals(found: pa.Table) -> list[tuple[int, Refusal]]:
    rows = zip(found.column("file").to_pylist(), found.column("refusals").to_pylist(), strict=True)
    return [(file, each) for file, raw in rows if raw for each in _REFUSALS.decode(raw)]


_REFUSALS = msgspec.json.Decoder(list[Refusal])
