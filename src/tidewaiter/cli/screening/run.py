"""`tidewaiter screen --engine spark`: the same screening on a cluster, alerts in parts."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import click
import msgspec
from click.core import ParameterSource

from tidewaiter.base.errors import InputError
from tidewaiter.base.extras import install_command
from tidewaiter.base.files import making
from tidewaiter.base.records import Record
from tidewaiter.bulk.run import Settings, pinned
from tidewaiter.bulk.spark.run import Outcome, screen_on
from tidewaiter.bulk.spark.types import Beside, Input, Task
from tidewaiter.cli.earlier import refused_of
from tidewaiter.cli.options import Field, printable
from tidewaiter.cli.sources import with_saved
from tidewaiter.cli.start import tell_first_start
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.lists.archive import Archive
from tidewaiter.report.exports import refusal_writer
from tidewaiter.rescreen.basis import registry_digest

F = TypeVar("F", bound=Callable[..., Any])


class Cluster(Record, frozen=True, kw_only=True):
    """The options of a cluster."""

    engine: Literal["local", "spark"] = "local"
    master: str = "local[*]"
    form: Literal["jsonl", "parquet"] = "jsonl"
    spark: tuple[tuple[str, str], ...] = ()


class Told(Record, frozen=True, kw_only=True):
    """What summary.json says."""

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
            help="spark: on a cluster; --out is a folder then.",
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
            help="With --engine spark: how the parts are written.",
        ),
        click.option(
            "--spark",
            type=Field(),
            multiple=True,
            help="With --engine spark: a setting: spark.executor.memory=8g.",
        ),
    ]
    for each in reversed(add):
        command = each(command)
    return command


def one_path(paths: tuple[Path, ...], out: Path | None) -> Path | None:
    """Return the file that is screened on this machine, if one was named."""
    if len(paths) > 1:
        raise click.UsageError("one file at a time; several: --engine spark --out FOLDER")
    if any(map(_is_given, ("master", "form", "spark"))):
        raise click.UsageError("--master, --parts and --spark go with --engine spark")
    if out is not None and out.is_dir():
        raise click.BadParameter(f"File '{out}' is a directory.", param_hint="--out")
    return paths[0] if paths else None


def cluster_of(options: dict[str, Any]) -> Cluster:
    """Take the options of a cluster out of those of the command.

    Refuses what a cluster does not do, rather than leave it out.
    """
    cluster = Cluster(**{name: options.pop(name) for name in Cluster.__struct_fields__})
    unfit = [option for name, option in _NOT_THERE.items() if _is_given(name)]
    if cluster.engine == "spark" and unfit:
        raise click.UsageError(f"{', '.join(unfit)}: not with --engine spark")
    return cluster


_NOT_THERE = {
    "again": "--again",
    "whole": "--whole",
    "report": "--report",
    "refused": "--refused",
    "restricted": "--out-restricted",
    "db": "--db",
    "register": "--register",
    "workers": "--workers",
}


def _is_given(name: str) -> bool:
    """Tell whether an option of the command was named."""
    source = click.get_current_context().get_parameter_source(name)
    return source not in {None, ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP}


class There(NamedTuple):
    """What is screened on a cluster."""

    paths: Sequence[Path]
    out: Path | None  # a folder, new or empty
    history: Sequence[Path]  # earlier files
    options: ReadOptions  # how all files are read
    saved: Path | None  # what is known of their columns
    beside: Beside | None  # adds what decisions taught


def screen_cluster(there: There, settings: Settings, cluster: Cluster) -> Outcome:
    """Screen files on a cluster and write their alerts into a folder.

    Args:
        there: The files.
        settings: What they are screened by.
        cluster: Where.

    Raises:
        InputError: Spark is not installed or does not start, or a file cannot be read.
    """
    paths, out = there.paths, there.out
    if not paths or out is None:
        raise click.UsageError("--engine spark screens files into a folder: PATH... --out FOLDER")
    try:
        from tidewaiter.bulk.spark.session import spark_cluster  # noqa: PLC0415
    except ImportError as error:
        hint = install_command("spark")
        raise InputError("Spark is not installed", at="--engine spark", hint=hint) from error
    _refuse_restricted(settings)
    settings = pinned(settings)
    digest = registry_digest(settings)
    task = Task(
        inputs=_inputs(there),
        settings=settings,
        digest=digest,
        form=cluster.form,
        beside=there.beside,
    )
    tell_first_start()
    begun = time.monotonic()
    mark = hashlib.sha256(str(out.absolute()).encode("utf-8", "backslashreplace")).hexdigest()[:8]
    with (
        making(out, mark) as folder,
        spark_cluster(cluster.master, dict(cluster.spark)) as running,
    ):
        found = screen_on(running, task, folder.absolute(), registry_digest)
        _write_rest(folder, found, task, cluster.master, time.monotonic() - begun)
    for file, count in found.earlier:
        click.echo(refused_of(file, count), err=True)
    for text in found.left_out:
        click.echo(text, err=True)
    parts = "1 part" if found.parts == 1 else f"{found.parts} parts"
    click.echo(f"{found.lines:,} lines, {found.alerts:,} alerts in {parts}: {out}", err=True)
    return found


def _inputs(there: There) -> tuple[Input, ...]:
    """Name the files as alerts name them; two of one name would be one in what they say.

    Earlier files are read as the first one is.
    """
    inputs = [
        Input(path=path.absolute(), name=_name(path), options=_reading(there, path))
        for path in there.paths
    ]
    seen: dict[str, Path] = {}
    for each in inputs:
        if seen.setdefault(each.name, each.path) != each.path:
            raise InputError(
                f"another input has this name: {seen[each.name]}",
                at=str(each.path),
                hint="give each file a name of its own",
            )
    earlier = [
        Input(path=path.absolute(), name=_name(path), options=inputs[0].options, earlier=True)
        for path in there.history
    ]
    return (*inputs, *earlier)


def _reading(there: There, path: Path) -> ReadOptions:
    return there.options if there.saved is None else with_saved(there.saved, path, there.options)


def _name(path: Path) -> str:
    return printable(path.name).encode("utf-8", "backslashreplace").decode()


def _refuse_restricted(settings: Settings) -> None:
    """Refuse lists for the authority only: their entries would go to the disks of the cluster."""
    lists = Archive(settings.lists).in_force(settings.day) if settings.lists else ()
    for version, parties in lists:
        if version.confidential or any(party.confidential for party in parties):
            raise InputError(
                "a list with entries for its authority only is not screened on a cluster",
                at=f"--lists, {version.slug}",
                hint="screen with it on one machine, or give --lists a folder without it",
            )


def _write_rest(folder: Path, found: Outcome, task: Task, master: str, seconds: float) -> None:
    """Write what could not be read, and a summary."""
    if found.refusals:
        several = task.screened > 1
        with refusal_writer(folder / "refused.csv") as writer:
            for file, each in found.refusals:
                problem = f"{file}: {each.problem}" if several else each.problem
                writer.add([msgspec.structs.replace(each, problem=problem)])
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
    text = msgspec.json.format(msgspec.json.encode(told), indent=2)
    (folder / "summary.json").write_bytes(text + b"\n")
