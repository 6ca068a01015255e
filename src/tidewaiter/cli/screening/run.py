"""Runs a screening: one file here, without a database, or many on Spark."""

import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import click
import msgspec
import pyarrow as pa
from click.core import ParameterSource

from tidewaiter.base.errors import InputError, install_command
from tidewaiter.base.files import hash_file, making
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.bulk.cross_line import Marks, marks_of
from tidewaiter.bulk.screening import Settings, pinned, run, workers_for
from tidewaiter.bulk.spark.batches import Beside, Input, Task
from tidewaiter.bulk.spark.run import Outcome, screen_on
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import STOPPED, Field, mark_refused, printable
from tidewaiter.cli.screening.input_files import with_layout
from tidewaiter.cli.screening.summary import watched
from tidewaiter.lists.archive import Archive
from tidewaiter.node.file_screening import FileJob, Progress, screen_steps
from tidewaiter.node.rescreen.basis import registry_digest
from tidewaiter.report.alerts.exports import alert_writer, refusal_writer
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import Alert, ReadOptions


def check_files(files: Iterable[Path]) -> None:
    """Check that the input can be read several times.

    Raises:
        InputError: The input is not a regular file.
    """
    for path in files:
        if not path.is_file():
            raise InputError("cli/pipe-not-screened", at=str(path))


def check_history(files: Sequence[Path], settings: Settings) -> None:
    """Check, before a long screening, that no file would be counted twice.

    Raises:
        InputError: A file is also the screened file, or is named twice.
    """
    seen = {settings.sha256}
    for path in files:
        sha256 = hash_file(path)
        if sha256 in seen:
            raise InputError("cli/file-given-twice", at=str(path))
        seen.add(sha256)


def lines_of(
    files: Sequence[Path], options: ReadOptions, *, unread: bool = False
) -> Iterator[pa.RecordBatch]:
    """Read files again.

    Args:
        files: In their order.
        options: How they are read.
        unread: Carry what is not read, for lines that become alerts.
    """
    for path in files:
        with path.open("rb") as file:
            for part in reader_for(path.name, unread=unread)(file, path.name, options):
                if isinstance(part, pa.RecordBatch):
                    yield part


def earlier_alerts(
    files: Sequence[Path], options: ReadOptions, settings: Settings, *, workers: int
) -> Iterator[Alert]:
    """Screen earlier files in the same way, and count what could not be read.

    Yields:
        Their alerts.

    Raises:
        InputError: A file cannot be read.
    """
    for path in files:
        here = msgspec.structs.replace(settings, file=printable(path.name), sha256=hash_file(path))
        refused = 0
        with path.open("rb") as file:
            read = reader_for(path.name)(file, path.name, options)
            for step in run(read, here, workers=workers_for(path, workers)):
                refused += len(step.refusals)
                yield from step.screened.alerts
        if refused:
            mark_refused()
            click.echo(refused_of(path.name, refused), err=True)


def refused_of(name: str, count: int) -> str:
    """Report how much of an earlier file could not be read."""
    return printable(f"{count} rows or fields of {name} were rejected: totals may be too low")


F = TypeVar("F", bound=Callable[..., Any])


class Cluster(Record, frozen=True, kw_only=True):
    """The options of a cluster."""

    engine: Literal["local", "spark"] = "local"
    master: str = "local[*]"
    form: Literal["jsonl", "parquet"] = "jsonl"
    spark: tuple[tuple[str, str], ...] = ()


class Told(Record, frozen=True, kw_only=True):
    """The content of summary.json."""

    files: tuple[str, ...]
    history: tuple[str, ...]
    day: str
    registry: str
    master: str
    lines: int
    alerts: int
    parts: int
    noted: int
    unread: int
    unknown: int
    scripts: Mapping[str, int]  # names of parties that are not compared with other scripts
    refused: int
    seconds: float


def on_cluster(command: F) -> F:
    """Add the options; the command takes them as `engine`, `master`, `form` and `spark`."""
    add = [
        click.option(
            "--engine",
            type=click.Choice(["local", "spark"]),
            default="local",
            help="Where to run; with spark, on a cluster, and --out is a folder.",
        ),
        click.option(
            "--master",
            default="local[*]",
            show_default=True,
            help="With --engine spark: local[CORES] or spark://HOST:7077.",
        ),
        click.option(
            "--parts",
            "form",
            type=click.Choice(["jsonl", "parquet"]),
            default="jsonl",
            help="With --engine spark: format of the parts.",
        ),
        click.option(
            "--spark",
            type=Field(),
            multiple=True,
            help="With --engine spark: a Spark setting, for example spark.executor.memory=8g.",
        ),
    ]
    for each in reversed(add):
        command = each(command)
    return command


def one_path(paths: tuple[Path, ...], out: Path | None) -> Path | None:
    """Return the file to screen on this machine, if one was named."""
    if len(paths) > 1:
        raise click.UsageError(
            "Only one file can be screened at a time; for several, use --engine spark --out FOLDER."
        )
    if any(map(_is_given, ("master", "form", "spark"))):
        raise click.UsageError(
            "--master, --parts and --spark can be used only with --engine spark."
        )
    if out is not None and out.is_dir():
        raise click.BadParameter(f"File '{out}' is a directory.", param_hint="--out")
    return paths[0] if paths else None


def cluster_of(options: dict[str, Any]) -> Cluster:
    """Separate the options of a cluster from those of the command.

    Rejects options that a cluster does not support rather than ignoring them.
    """
    cluster = Cluster(**{name: options.pop(name) for name in Cluster.__struct_fields__})
    unfit = [option for name, option in _NOT_THERE.items() if _is_given(name)]
    if cluster.engine == "spark" and unfit:
        raise click.UsageError(f"{', '.join(unfit)}: cannot be used with --engine spark.")
    return cluster


_NOT_THERE = {
    "again": "--again",
    "whole": "--whole",
    "report": "--report",
    "language": "--language",
    "refused": "--refused",
    "restricted": "--out-restricted",
    "db": "--db",
    "register": "--register",
    "workers": "--workers",
}


def _is_given(name: str) -> bool:
    """Return whether an option of the command was given."""
    source = click.get_current_context().get_parameter_source(name)
    return source not in {None, ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP}


class There(NamedTuple):
    """What is screened on a cluster."""

    paths: Sequence[Path]
    out: Path | None  # a folder, new or empty
    history: Sequence[Path]  # earlier files
    options: ReadOptions  # how all files are read
    layout: str | None  # name of their table layout, or its file
    beside: Beside | None  # adds what decisions taught


def screen_cluster(there: There, settings: Settings, cluster: Cluster) -> Outcome:
    """Screen files on a cluster and write their alerts into a folder.

    Args:
        there: The files.
        settings: Settings of the screening.
        cluster: Options of the cluster.

    Raises:
        InputError: Spark is not installed or does not start, or a file cannot be read.
    """
    paths, out = there.paths, there.out
    if not paths or out is None:
        raise click.UsageError("--engine spark writes into a folder: PATH... --out FOLDER.")
    try:
        from tidewaiter.bulk.spark.session import spark_cluster  # noqa: PLC0415
    except ImportError as error:
        command = install_command("spark")
        raise InputError("cli/spark-not-installed", command=command, at="--engine spark") from error
    _refuse_restricted(settings)
    settings = pinned(settings)
    digest = registry_digest(settings)
    task = Task(
        inputs=_inputs(there),
        settings=settings,
        digest=digest,
        form=cluster.form,
        open_writer=alert_writer,
        beside=there.beside,
    )
    begun = time.monotonic()
    mark = hashlib.sha256(str(out.absolute()).encode("utf-8", "backslashreplace")).hexdigest()[:8]
    with (
        making(out, mark) as folder,
        spark_cluster(cluster.master, dict(cluster.spark)) as running,
    ):
        found = screen_on(running, task, folder.absolute(), registry_digest)
        _write_rest(folder, found, task, cluster.master, time.monotonic() - begun)
    for file, count in found.earlier:
        mark_refused()
        click.echo(refused_of(file, count), err=True)
    for text in found.left_out:
        click.echo(text, err=True)
    parts = "1 part" if found.parts == 1 else f"{found.parts} parts"
    click.echo(
        f"{how_many(found.lines, 'line')}, {how_many(found.alerts, 'alert')} in {parts}: {out}",
        err=True,
    )
    return found


def _inputs(there: There) -> tuple[Input, ...]:
    """Name the files as alerts name them; two files of one name could not be told apart.

    Earlier files are read like the first one.
    """
    inputs = [
        Input(path=path.absolute(), name=_name(path), options=_reading(there, path))
        for path in there.paths
    ]
    seen: dict[str, Path] = {}
    for each in inputs:
        if seen.setdefault(each.name, each.path) != each.path:
            raise InputError("cli/input-name-twice", seen=seen[each.name], at=str(each.path))
    earlier = [
        Input(path=path.absolute(), name=_name(path), options=inputs[0].options, earlier=True)
        for path in there.history
    ]
    return (*inputs, *earlier)


def _reading(there: There, path: Path) -> ReadOptions:
    if there.layout is None:
        return there.options
    return with_layout(there.layout, path, there.options)


def _name(path: Path) -> str:
    return printable(path.name).encode("utf-8", "backslashreplace").decode()


def _refuse_restricted(settings: Settings) -> None:
    """Reject authority-only lists: their entries would be copied to the disks of the cluster."""
    lists = Archive(settings.lists).in_force(settings.day) if settings.lists else ()
    for version, parties in lists:
        if version.confidential or any(party.confidential for party in parties):
            raise InputError("cli/restricted-list-on-a-cluster", at=f"--lists, {version.slug}")


def _write_rest(folder: Path, found: Outcome, task: Task, master: str, seconds: float) -> None:
    """Write the rejected values and a summary."""
    if found.refusals:
        several = task.screened > 1
        with refusal_writer(folder / "refused.csv") as writer:
            for file, each in found.refusals:
                writer.add([each], file=file if several else "")
    told = Told(
        files=tuple(each.name for each in task.inputs if not each.earlier),
        history=tuple(each.name for each in task.inputs if each.earlier),
        day=task.settings.day.isoformat(),
        registry=task.digest,
        master=master,
        lines=found.lines,
        alerts=found.alerts,
        parts=found.parts,
        noted=found.noted,
        unread=found.unread,
        unknown=found.unknown,
        scripts=found.scripts,
        refused=len(found.refusals),
        seconds=round(seconds, 1),
    )
    text = msgspec.json.format(english_json(told), indent=2)
    (folder / "summary.json").write_bytes(text + b"\n")


class OneFile(NamedTuple):
    """A file, and the settings of its screening."""

    path: Path
    options: ReadOptions
    settings: Settings
    journal: Path  # keeps what is found
    history: tuple[Path, ...]  # earlier files
    workers: int  # processes at most
    register: str | None  # the database with the register; None: the one that stores the results


def screen_alone(job: OneFile) -> Marks:
    """Screen a file without a database, a register and earlier files.

    Returns:
        What the other lines show.
    """
    path, options, settings, journal = job.path, job.options, job.settings, job.journal
    workers = workers_for(path, job.workers)
    file = FileJob(path=path, options=options, settings=settings, journal=journal, workers=workers)
    watch(screen_steps(file), path)
    return marks_of(journal, settings, lines=partial(lines_of, (path,), options, unread=True))


def watch(steps: Iterable[Progress], path: Path) -> tuple[int, int | None]:
    """Run a screening; return how many alerts were new in the database, and its ID there."""
    row, new, screening = 0, 0, None
    try:
        for progress in watched(steps, path):
            row = progress.done.row
            new += len(progress.new or ())
            screening = progress.screening
    except KeyboardInterrupt:
        after = f" after row {row}" if row else ""
        click.echo(f"interrupted{after}; run the same command again to resume", err=True)
        sys.exit(STOPPED)
    return new, screening
