"""The command `tidewaiter match`."""

import sys
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
from tidewaiter.base.files import check_apart, check_file, private, replacing, writing
from tidewaiter.bulk.asked import parties_of, read_asked
from tidewaiter.bulk.parties import Matched, match_parties, row_answers
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.cli.matchout import show
from tidewaiter.cli.matchsink import check_format, match_sink, origins_of
from tidewaiter.cli.options import Day, Place, printable
from tidewaiter.cli.party import Known, party_options
from tidewaiter.cli.refusals import tell_refusals
from tidewaiter.consignments.types import Refusal
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.rarities import rarity_in
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.matching.rows import KINDS, read_queries, read_rows
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import ListedParty, PartyKind
from tidewaiter.report.matches import Origins

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
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
@party_options
@click.option("--file", "path", type=_FILE, help="Parties: CSV, JSON Lines, Parquet or XLSX.")
@click.option("--queries", type=_FILE, help="Parties to match, in columns parted by tabs.")
@click.option("--out", type=_OUT, help="Where matches go; of --file: .jsonl, .csv, .parquet.")
@click.option("--refused", type=_OUT, help="What could not be read of --file: .csv.")
@click.option("--attributes", is_flag=True, help="With --queries: weigh birth and country too.")
@click.option("--threshold", type=_CHANCE, help="Probability from which a match is shown.")
@click.option("--restricted", is_flag=True, help="Entries for your authority alone too; keep it.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def match(  # noqa: PLR0917 - Click passes them by name
    name: str | None, list_path: Path | None, day: date | None, folder: Path,
    country: str | None, kind: PartyKind, born: str | None, path: Path | None,
    queries: Path | None, out: Path | None, threshold: float | None, refused: Path | None, *,
    known: Known, attributes: bool, restricted: bool, as_json: bool,
) -> None:  # fmt: skip
    """Match NAME, or the parties of a file, against lists, and say why.

    A match says which entry a party resembles, with a probability. It is never a verdict. Exit
    status 0: done; 1: done, but some rows or fields could not be read; 2: refused.

    Example: tidewaiter match "Exampel Shipping" --kind organisation --country CN
    """
    if known.identifiers and path is None and queries is None:
        name = name or ""  # whoever bears the number
    asked = [each for each in (name, path, queries) if each is not None]
    if len(asked) != 1 or (name is None) != (out is not None):
        raise click.UsageError("give a name, or --file or --queries with --out")
    if name is None and known != Known():
        raise click.UsageError("--id, --phone, --email, --web and --address are of one NAME")
    if refused is not None and path is None:
        raise click.UsageError("--refused is of --file")
    if out is not None:
        _check_outputs(out, refused, {"the parties": path or queries, "the list": list_path})
        if path is not None:
            check_format(out)
    if restricted:  # whatever is written from here on is for the user alone
        click.get_current_context().with_resource(private())
    listed = _listed(list_path, folder, day or date.today())  # noqa: DTZ011 - the user's own
    rarity = None if list_path else _rarity(Archive(folder))
    index = build_index(listed if restricted else _open(listed), rarity)
    if name is not None:
        party = AskedParty(
            text=printable(name), kind=kind, countries=(country,) if country else (),
            births=(_day(born),) if born else (), addresses=known.addresses,
            identifiers=known.identifiers,
        )  # fmt: skip
        show(Matcher(index).match([party], threshold)[0], as_json=as_json)
    elif queries is not None and out is not None:
        _match_queries(index, queries, out, attributes=attributes)
    elif path is not None and out is not None:
        origins = origins_of(list_path, folder, day or date.today(), index.parties)  # noqa: DTZ011 - the user's
        refusals = _match_file(index, path, (out, origins), threshold)
        if refusals:
            tell_refusals(refusals, refused)
            sys.exit(1)


def _check_outputs(out: Path, refused: Path | None, kept: dict[str, Path | None]) -> None:
    """Check, before long work, that results can go where they are to."""
    check_file(out)
    written = {"matches": out, "refusals": refused}
    check_apart(
        {what: path for what, path in written.items() if path},
        {what: path for what, path in kept.items() if path},
    )


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


def _rarity(archive: Archive) -> Rarity | None:
    """Return how rare words are for a folder of lists, as a screening weighs them."""
    generation = generation_of(archive)
    return rarity_in(archive, generation) if generation else None


def _open(listed: Sequence[ListedParty]) -> list[ListedParty]:
    """Return the entries that all may see; say that there are others, and not of whom."""
    shown = [party for party in listed if not party.confidential]
    if len(shown) < len(listed):
        text = "restricted entries are left out: --restricted matches them too"
        click.echo(text, err=True)
    return shown


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


def _match_file(
    index: Index, path: Path, to: tuple[Path, Origins], threshold: float | None
) -> list[Refusal]:
    """Write the answer to each party that matches or cannot be assessed; return what is refused."""
    explainer = Matcher(index)
    with path.open("rb") as file, match_sink(*to) as sink:
        parties = sink.counted(parties_of(read_asked(file, path.name), sink.refusals))
        for batch in _watched(match_parties(parties, Matcher(index))):
            sink.add(explainer.match(batch.parties, threshold))
    return sink.refusals
