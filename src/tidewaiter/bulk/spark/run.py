"""A screening on a cluster: the alerts of one machine, found on many.

Each file is read in one process and its batches are screened in all of them. What lines say of each
other is added up where the command runs, from the little that each batch tells; then all alerts are
marked and written in parts.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.bulk.cross_line import Marks, gather
from tidewaiter.bulk.spark.batches import (
    FILES,
    LOOKED,
    PLACED,
    READ,
    SCREENED,
    SELECTED,
    WRITTEN,
    Cluster,
    Digest,
    Rows,
    Task,
    changed,
    check_whole,
    error_of,
    look_for,
    past_of,
    read_files,
    rules_of,
    screen_lines,
    together_of,
)
from tidewaiter.bulk.spark.cross_line import (
    Said,
    Spans,
    ToldThere,
    add_up,
    place_alerts,
    select_lines,
    share,
    want,
    write_parts,
)
from tidewaiter.trade.aggregation import Together
from tidewaiter.trade.history.reasons import Gathered, Past
from tidewaiter.trade.shell_companies import PartySigns
from tidewaiter.trade.types import Alert, Refusal

_SPREAD = 3  # parts a core: one that is slow holds up the others less
_PART_ALERTS = 20_000  # of a part that is written


class Outcome(Record, frozen=True, kw_only=True):
    """What a screening on a cluster found; earlier files do not count in it."""

    lines: int
    noted: int
    unread: int
    unknown: int
    scripts: Mapping[str, int]  # names that are not compared with other scripts
    alerts: int
    parts: int
    refusals: tuple[tuple[str, Refusal], ...]  # with the names of their files, in their order
    earlier: tuple[tuple[str, int], ...]  # earlier files, and how much was refused of each, if any
    left_out: tuple[str, ...]  # sentences


class _Screening(Record, frozen=True, kw_only=True):
    """Files that were read and screened."""

    task: Task
    read: Rows
    screened: Rows
    found: pa.Table  # what batches tell, in their order, without the alerts
    earlier: pa.Table  # of earlier files
    spans: tuple[Spans, Spans]  # of each


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
    done = _screened(cluster, task, digest)
    task = done.task
    signs, together = _signs(done), together_of(task.settings)
    known, past = _gathered(done, together)
    said = Said(sums=together.sums, signs=signs.found, past=past)
    alerts = pc.sum(done.found.column("count")).as_py() or 0
    parts = _write(done.screened, alerts, done, folder, said)
    if past is not None and rules_of(task.settings).past.selects:
        selected = done.read.through(select_lines(task, past, known), SELECTED).kept()
        counts = selected.gathered("count").column("count")
        check_whole(len(counts), done.spans[0].all)
        more = pc.sum(counts).as_py() or 0
        parts += _write(selected, more, done, folder, None, first=_parts(alerts))
        alerts += more
    refused = Counter(file for file, _ in _refusals(done.earlier))
    return Outcome(
        **{name: pc.sum(done.found.column(name)).as_py() or 0 for name in _COUNTS},
        scripts=_scripts(done.found),
        alerts=alerts,
        parts=parts,
        refusals=tuple((task.inputs[file].name, each) for file, each in _refusals(done.found)),
        earlier=tuple((task.inputs[file].name, count) for file, count in refused.items()),
        left_out=Marks(together, signs).left_out(),
    )


def _scripts(found: pa.Table) -> Mapping[str, int]:
    """Add up how many names are not compared."""
    told: Counter[str] = Counter()
    for each in filter(None, found.column("scripts").to_pylist()):
        told.update(msgspec.json.decode(each, type=dict[str, int]))
    return told


_COUNTS = ("lines", "noted", "unread", "unknown")


def _screened(cluster: Cluster, task: Task, digest: Digest) -> _Screening:
    """Read and screen the files, earlier ones too."""
    slots = cluster.cores * _SPREAD
    files = [range(len(task.inputs))]
    read = (
        cluster.rows(pa.table(files, schema=FILES))
        .through(read_files(task.inputs, slots), READ)
        .parted("slot", slots)
        .kept()
    )
    first = _in_order(read.gathered("file", "batch", "source", "fault"))
    task = msgspec.structs.replace(task, sources=_sources(first, task))
    screened = read.through(screen_lines(task, digest), SCREENED).kept()
    every = _in_order(screened.gathered(*(n for n in SCREENED.names if n != "alerts")))
    for file, count in Counter(first.column("file").to_pylist()).items():
        if pc.sum(pc.equal(every.column("file"), file)).as_py() != count:
            raise changed(str(task.inputs[file].path))
    here = pc.less(every.column("file"), task.screened)
    found, earlier = every.filter(here), every.filter(pc.invert(here))
    spans = tuple(Spans(Counter(each.column("file").to_pylist())) for each in (found, earlier))
    return _Screening(
        task=task,
        read=read,
        screened=screened,
        found=found,
        earlier=earlier,
        spans=(spans[0], spans[1]),
    )


def _gathered(
    done: _Screening, together: Together
) -> tuple[dict[str, frozenset[int]], Gathered | None]:
    """Add up amounts, and gather the past where there are earlier files.

    Returns:
        Of each file the rows of its alerts, and the past; None: none is told.
    """
    task, rules = done.task, rules_of(done.task.settings)
    add_up(together, done.found)
    any_ = pc.any(done.found.column("limited")).as_py()
    rows: dict[str, set[int]] = {}
    past: Past | None = None
    if task.screened < len(task.inputs) and (rules.past.most or rules.past.selects):
        past = past_of(task.settings, together)

        def take(alert: Alert, earlier: bool) -> None:  # noqa: FBT001 - by place, as `gather` calls
            past.add(alert, earlier=earlier)
            if not earlier:
                rows.setdefault(alert.file, set()).add(alert.row)

        told = ToldThere(done.read, done.screened, done.spans, task)
        any_ = gather(past, told, take, selects=bool(rules.past.selects))
    if any_:
        add_up(together, done.earlier)
    known = {name: frozenset(each) for name, each in rows.items()}
    return known, past.settle() if past else None


def _in_order(table: pa.Table) -> pa.Table:
    return table.sort_by([("file", "ascending"), ("batch", "ascending")])


def _sources(read: pa.Table, task: Task) -> tuple[str, ...]:
    """Check, before a long screening, that all files were read, each once; return what they were.

    Args:
        read: Of the schema `READ`, in the order of files.
        task: The screening.
    """
    for fault in filter(None, read.column("fault").to_pylist()):
        raise error_of(fault)
    pairs = zip(read.column("source").to_pylist(), read.column("file").to_pylist(), strict=True)
    seen: dict[str, int] = {}
    for source, file in dict.fromkeys(pairs):
        if seen.setdefault(source, file) != file:
            raise InputError(
                "bulk/file-given-twice",
                path=task.inputs[seen[source]].path,
                at=str(task.inputs[file].path),
            )
    sources = {file: source for source, file in seen.items()}
    return tuple(sources.get(file, "") for file in range(len(task.inputs)))


def _signs(done: _Screening) -> PartySigns:
    """Find the signs of the parties of alerts, where rules have points for any."""
    rules = rules_of(done.task.settings)
    if not rules.sign.most:
        return PartySigns(rules)
    signs = want(done.found, done.task)
    if signs.begin():
        step = look_for(signs.things, done.task)
        looked = done.read.through(step, LOOKED).gathered(*LOOKED.names)
        check_whole(len(looked), done.spans[0].all + done.spans[1].all)
        share(signs, _in_order(looked))
        signs.finish()
    return signs


def _write(
    rows: Rows, alerts: int, done: _Screening, folder: Path, said: Said | None, *, first: int = 0
) -> int:
    """Write the alerts; return in how many parts.

    Args:
        rows: Of the alerts, by batch.
        alerts: How many there are.
        done: The screening.
        folder: Where the parts go.
        said: What all lines say of them; None: they hold it already.
        first: The number of the first part.
    """
    if not alerts:
        return 0
    parts, spans = _parts(alerts), done.spans[0]
    placed = rows.through(place_alerts(spans.before, spans.all, parts), PLACED)
    step = write_parts(folder, done.task, said, first)
    written = placed.parted("part", parts).through(step, WRITTEN).gathered(*WRITTEN.names)
    check_whole(pc.sum(written.column("alerts")).as_py() or 0, alerts)
    return len(written)


def _parts(alerts: int) -> int:
    """Return into how many parts alerts go; one to which none comes is not written."""
    return -(-alerts // _PART_ALERTS)


def _refusals(found: pa.Table) -> list[tuple[int, Refusal]]:
    rows = zip(found.column("file").to_pylist(), found.column("refusals").to_pylist(), strict=True)
    return [(file, each) for file, raw in rows if raw for each in _REFUSALS.decode(raw)]


_REFUSALS = msgspec.json.Decoder(list[Refusal])
