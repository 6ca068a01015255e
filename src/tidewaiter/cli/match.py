"""The command `tidewaiter match`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TextIO

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, TextColumn

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, check_file, replacing, writing
from tidewaiter.bulk.parties import Matched, match_parties, row_answers
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.cli.matchout import show
from tidewaiter.cli.options import Day, Place, printable
from tidewaiter.cli.start import tell_first_match
from tidewaiter.lists.archive import Archive
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher, is_ready
from tidewaiter.parties.matching.rows import KINDS, read_parties, read_queries, read_rows
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import ListedParty, PartyKind

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_CHANCE = click.FloatRange(0, 1)


@click.command()
@click.argument("name", required=False)
@click.option("--list", "list_path", type=_FILE, help="A list, JSON Lines, in place of yours.")
@click.option("--day", type=Day(), help="Your lists as they were in force then (today).")
@kept_in
@click.option("--country", type=Place(), help="Country of the party.")
@click.option(
    "--kind", type=click.Choice(sorted(set(KINDS.values()))), default="unknown",
    help="What kind of party it is.",
)  # fmt: skip
@click.option("--born", help='Date of birth, whole or in part: "1970", "1970-03-05".')
@click.option("--file", "path", type=_FILE, help="Parties to match: CSV with a column name.")
@click.option("--queries", type=_FILE, help="Parties to match, in columns parted by tabs.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where matches go.")
@click.option("--attributes", is_flag=True, help="With --queries: weigh birth and country too.")
@click.option("--threshold", type=_CHANCE, help="Probability from which a match is shown.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def match(  # noqa: PLR0917 - Click passes them by name
    name: str | None, list_path: Path | None, day: date | None, folder: Path,
    country: str | None, kind: PartyKind, born: str | None, path: Path | None,
    queries: Path | None, out: Path | None, threshold: float | None, *, attributes: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Match NAME, or the parties of a file, against lists, and say why.

    A match says which entry a party resembles, with a probability. It is never a verdict.

    Example: tidewaiter match "Exampel Shipping" --kind organisation --country CN
    """
    asked = [each for each in (name, path, queries) if each is not None]
    if len(asked) != 1 or (name is None) != (out is not None):
        raise click.UsageError("give a name, or --file or --queries with --out")
    if out is not None:
        check_file(out)
        kept = {"the parties": path or queries, "the list": list_path}
        check_apart({"matches": out}, {what: held for what, held in kept.items() if held})
    listed = _listed(list_path, folder, day or date.today())  # noqa: DTZ011 - the user's
    if not is_ready():
        tell_first_match()
    index = build_index(listed)
    if name is not None:
        party = AskedParty(
            text=printable(name), kind=kind, countries=(country,) if country else (),
            births=(_day(born),) if born else (),
        )  # fmt: skip
        show(Matcher(index).match([party], threshold)[0], as_json=as_json)
    elif queries is not None and out is not None:
        _match_queries(index, queries, out, attributes=attributes)
    elif path is not None and out is not None:
        _match_file(index, path, out, threshold)


def _listed(list_path: Path | None, folder: Path, day: date) -> Sequence[ListedParty]:
    """Return the entries of a list, or of all lists in force, whose ids then begin with theirs."""
    if list_path is not None:
        return read_rows(list_path)
    archive = Archive(folder)
    if not archive.slugs():
        raise click.UsageError("give --list, or keep a list: tidewaiter lists add FILE")
    return [
        msgspec.structs.replace(
            party, id=f"{version.slug} {party.id}", source=party.source or version.name
        )
        for version, parties in archive.in_force(day)
        for party in parties
    ]


def _day(text: str) -> str:
    """Check a date of birth."""
    parts = text.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]) or not all(
        part.isascii() and part.isdigit() for part in parts
    ):
        raise InputError(f'"{text}" is not a date of birth', hint='write "1970" or "1970-03-05"')
    return text


@contextmanager
def _sink(out: Path) -> Iterator[TextIO]:
    """Open a file that appears whole or not at all."""
    with replacing(out, "match") as part, writing(str(out)), part.open("w", encoding="utf-8") as to:
        yield to


def _watched(batches: Iterable[Matched]) -> Iterator[Matched]:
    """Yield batches; say on a terminal how many parties are matched."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.completed:,} parties matched"), console=console, transient=True,
        disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=None)
        for batch in batches:
            yield batch
            bar.advance(task, len(batch.parties))


def _match_queries(index: Index, queries: Path, out: Path, *, attributes: bool) -> None:
    """Write a line for each match: the party, the entry, the probability."""
    matcher = Matcher(index)
    ids = [party.id for party in index.parties]
    with queries.open("rb") as file, _sink(out) as sink:
        parties = read_queries(file, queries.name)
        for batch in _watched(match_parties(parties, matcher)):
            for place, party in enumerate(batch.parties):
                for entry, chance in row_answers(batch, place, matcher, attributes=attributes):
                    sink.write(f"{party.id}\t{ids[entry]}\t{chance!r}\n")


def _match_file(index: Index, path: Path, out: Path, threshold: float | None) -> None:
    """Write a JSON object for each party that matches or cannot be assessed."""
    explainer = Matcher(index)  # of its own: the other one works on the next batch
    with path.open("rb") as file, _sink(out) as sink:
        parties = read_parties(file, path.name)
        for batch in _watched(match_parties(parties, Matcher(index))):
            for party, row in zip(batch.parties, batch.place, strict=True):
                answer = explainer.explained(party, batch.asking, batch.answers, row, threshold)
                if answer.matches or answer.not_assessable:
                    sink.write(msgspec.json.encode(answer).decode() + "\n")
