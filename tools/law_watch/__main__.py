"""The command `python -m tools.law_watch`."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace
from tools.law_watch.comparison import compare
from tools.law_watch.parsing import MOST_BYTES
from tools.law_watch.proposal import as_toml
from tools.law_watch.readers import READERS, SOURCES, load_watches
from tools.law_watch.records import Finding, Watch, WatchError

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.transport.download import Limits, fetch

Get = Callable[[Watch], bytes]
"""Gets the answer to a question."""

_LIMITS = Limits(timeout=60.0, size=MOST_BYTES, tries=2, pause=5.0)
_TOLD = {
    "new": "NEW",
    "amendments": "in amendments",
    "sources": "cited by a source",
    "edition": "in the edition",
}


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Read answers saved before, and ask nobody.",
)
@click.option(
    "--save", type=click.Path(file_okay=False, path_type=Path), help="Save the answers in a folder."
)
@click.option(
    "--propose",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write tables of [[amendments]] to a folder, a file for each instrument.",
)
@click.option(
    "--sources",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=SOURCES,
    help="Another table of watches.",
)
@click.option("--all", "all_", is_flag=True, help="Show what is known too.")
@click.option("--json", "as_json", is_flag=True, help="Write findings as JSON.")
@click.pass_context
def main(
    context: click.Context,
    names: tuple[str, ...],
    *,
    folder: Path | None,
    save: Path | None,
    propose: Path | None,
    sources: Path,
    all_: bool,
    as_json: bool,
) -> None:
    """Show changes of the law that our data do not know. NAMES: only these watches.

    Exit 0: nothing new; 1: something new; 2: a source could not be read.

    Example: python -m tools.law_watch --save answers --propose proposed
    """
    try:
        watches = _chosen(load_watches(sources), names)
    except WatchError as error:
        click.echo(f"error: {error}", err=True)
        context.exit(2)
    get = _saved(folder) if folder else _asked
    findings, failed = look(watches, load_registry(), get, save)
    for each in failed:
        click.echo(f"error: {each}", err=True)
    shown = [each for each in findings if all_ or each.is_new]
    if as_json:
        click.echo(msgspec.json.encode(shown))
    elif shown:
        click.echo(as_table(shown))
    if propose:
        _propose(findings, propose)
    new = sum(each.is_new for each in findings)
    failures = f"; {len(failed)} of {len(watches)} sources could not be read" if failed else ""
    click.echo(f"{new} new of {len(findings)} documents{failures}", err=True)
    context.exit(2 if failed else min(new, 1))


def look(
    watches: Sequence[Watch], registry: Registry, get: Get, save: Path | None = None
) -> tuple[list[Finding], list[WatchError]]:
    """Ask each source, and compare its answer with our data.

    Args:
        watches: The questions.
        registry: Our data.
        get: Gets an answer.
        save: Folder for the answers; None: they are not saved.

    Returns:
        Findings by instrument, newest first; and what could not be had or read.
    """
    findings: list[Finding] = []
    failed: list[WatchError] = []
    for watch in watches:
        try:
            raw = get(watch)
            name = file_name(watch)
            if save:
                save.mkdir(parents=True, exist_ok=True)
                (save / name).write_bytes(raw)
            documents = READERS[watch.reader].read(raw, name)
            for watched in watch.instruments:
                findings.extend(compare(documents, watched, registry))
        except WatchError as error:
            failed.append(error)
    findings = _merged(findings)
    findings.sort(key=lambda each: str(each.in_force or each.published or ""), reverse=True)
    findings.sort(key=lambda each: each.instrument)
    return findings, failed


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """Join what two sources tell of one document: two acts that it amends, for example."""
    joined: dict[tuple[str, str, date | None], Finding] = {}
    for each in findings:
        first = joined.setdefault((each.instrument, each.cite, each.in_force), each)
        touches = tuple(dict.fromkeys((*first.touches, *each.touches)))
        joined[each.instrument, each.cite, each.in_force] = replace(first, touches=touches)
    return list(joined.values())


def as_table(findings: Sequence[Finding]) -> str:
    """Return findings as lines of text, by instrument."""
    lines: list[str] = []
    for number, each in enumerate(findings):
        if not number or findings[number - 1].instrument != each.instrument:
            lines += [*([""] if lines else []), each.instrument]
        days = f"{each.published or '-'!s:<10}  {each.in_force or '-'!s:<10}"
        lines += [
            f"  {_TOLD[each.standing]:<17}  {each.kind:<10}  {days}  {each.cite}",
            f"    {each.title}",
            f"    {each.url}",
            *([f"    we hold: {', '.join(each.held)}"] if each.held else []),
        ]
    head = f"  {'standing':<17}  {'kind':<10}  {'published':<10}  {'in force':<10}  citation"
    return "\n".join([head, *lines])


def file_name(watch: Watch) -> str:
    """Return the name of the file that holds the answer to a question."""
    return f"{watch.name}{READERS[watch.reader].suffix}"


def _chosen(watches: Sequence[Watch], names: Sequence[str]) -> list[Watch]:
    """Return the watches of these names, or all of them.

    Raises:
        WatchError: No watch has this name.
    """
    known = [watch.name for watch in watches]
    for name in names:
        if name not in known:
            hint = f"one of {', '.join(known)}"
            raise WatchError(f'"{name}" is no watch', at="NAMES", hint=hint)
    return [watch for watch in watches if not names or watch.name in names]


def _asked(watch: Watch) -> bytes:
    """Ask a source.

    Raises:
        WatchError: No answer, or too large a one.
    """
    address = READERS[watch.reader].url(watch.question)
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = fetch(address, Path(folder), limits=_LIMITS)
        except TidewaiterError as error:
            hint = "check the network, try again later, or read a saved answer with --from"
            raise WatchError(error.message, at=f"{watch.name}, {address}", hint=hint) from error
        return found.path.read_bytes() if found else b""


def _saved(folder: Path) -> Get:
    """Return a function that reads answers in a folder."""

    def get(watch: Watch) -> bytes:
        path = folder / file_name(watch)
        try:
            return path.read_bytes()
        except OSError as error:
            text = error.strerror or "it cannot be read"
            hint = "save it with --save, or name only the watches that you have"
            raise WatchError(text, at=f"{watch.name}, {path}", hint=hint) from error

    return get


def _propose(findings: Sequence[Finding], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for slug in sorted({each.instrument for each in findings if each.is_new}):
        (folder / f"{slug}.toml").write_text(as_toml(slug, findings), encoding="utf-8")


if __name__ == "__main__":
    main(prog_name="python -m tools.law_watch")
