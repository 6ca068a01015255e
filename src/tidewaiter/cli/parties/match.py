"""The command `tidewaiter match`."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TextIO

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, check_file, private, replacing, writing
from tidewaiter.bulk.asked import parties_of, read_asked
from tidewaiter.bulk.parties import Matched, match_parties, row_answers
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.cli.matchlists import Lists, lists_of
from tidewaiter.cli.matchout import show
from tidewaiter.cli.matchsink import check_format, match_sink, origins_of
from tidewaiter.cli.options import Day, Place, printable
from tidewaiter.cli.party import Known, party_options
from tidewaiter.cli.progress import counting
from tidewaiter.cli.rates import Within
from tidewaiter.cli.refusals import tell_refusals
from tidewaiter.cli.start import tell_first_match
from tidewaiter.consignments.types import Refusal
from tidewaiter.lists.thresholds import threshold_for
from tidewaiter.parties.matching.index import Index
from tidewaiter.parties.matching.matcher import Matcher, is_ready
from tidewaiter.parties.matching.rows import KINDS, read_queries
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import PartyKind
from tidewaiter.report.matches import Origins

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
_CHANCE = Within(0, 1)


@click.command()
@click.argument("name", required=False)
@click.option("--list", "list_path", type=_FILE, help="A list, JSON Lines, in place of yours.")
@click.option("--day", type=Day(), help="Your lists as they were in force then (today).")
@kept_in
@click.option("--country", type=Place(), help="Country of the party.")
@click.option(
    "--kind",
    type=click.Choice(sorted(set(KINDS.values()))),
    default="unknown",
    help="What kind of party it is.",
)
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
    name: str | None,
    list_path: Path | None,
    day: date | None,
    folder: Path,
    country: str | None,
    kind: PartyKind,
    born: str | None,
    path: Path | None,
    queries: Path | None,
    out: Path | None,
    threshold: float | None,
    refused: Path | None,
    *,
    known: Known,
    attributes: bool,
    restricted: bool,
    as_json: bool,
) -> None:
    """Match NAME, or the parties of a file, against lists, and say why.

    A match says which entry a party resembles, with a probability. It is never a verdict. Exit
    status 0: done; 1: done, but some rows or fields could not be read; 2: refused.

    Example: tidewaiter match "Exampel Shipping" --kind organisation --country CN
    """
    if known.identifiers and path is None and queries is None:
        name = name or ""  # whoever bears the number
    _check_asked((name, path, queries), out, refused, known)
    if out is not None:
        _check_outputs(out, refused, {"the parties": path or queries, "the list": list_path})
        if path is not None:
            check_format(out)
    if restricted:  # whatever is written from here on is for the user alone
        click.get_current_context().with_resource(private())
    least = threshold_for(None if list_path else folder, threshold)
    day = day or date.today()  # noqa: DTZ011 - the user's own
    if not is_ready():
        tell_first_match()
    lists = lists_of(list_path, folder, day, restricted=restricted)
    if name is not None:
        party = AskedParty(
            text=printable(name),
            kind=kind,
            countries=(country,) if country else (),
            births=(_day(born),) if born else (),
            addresses=known.addresses,
            identifiers=known.identifiers,
        )
        answer = Matcher(lists.index).match([party], least)[0]
        show(lists.settled(party, answer), as_json=as_json)
    elif queries is not None and out is not None:
        _match_queries(lists.index, queries, out, attributes=attributes)
    elif path is not None and out is not None:
        origins = origins_of(list_path, folder, day, lists.index.parties)
        refusals = _match_file(lists, path, (out, origins), least)
        if refusals:
            tell_refusals(refusals, refused)
            sys.exit(1)


def _check_asked(
    asked: tuple[str | Path | None, ...], out: Path | None, refused: Path | None, known: Known
) -> None:
    """Check that options go together: a name, a file or queries are asked for."""
    name, path, _ = asked
    if sum(each is not None for each in asked) != 1 or (name is None) != (out is not None):
        raise click.UsageError("give a name, or --file or --queries with --out")
    if name is None and known != Known():
        raise click.UsageError("--id, --phone, --email, --web and --address are of one NAME")
    if refused is not None and path is None:
        raise click.UsageError("--refused is of --file")


def _check_outputs(out: Path, refused: Path | None, kept: dict[str, Path | None]) -> None:
    """Check, before long work, that results can go where they are to."""
    check_file(out)
    written = {"matches": out, "refusals": refused}
    check_apart(
        {what: path for what, path in written.items() if path},
        {what: path for what, path in kept.items() if path},
    )


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
    with counting("parties matched") as advance:
        for batch in batches:
            yield batch
            advance(len(batch.parties))


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
    lists: Lists, path: Path, to: tuple[Path, Origins], least: Threshold | None
) -> list[Refusal]:
    """Write the answer to each party that matches or cannot be assessed; return what is refused."""
    explainer = Matcher(lists.index)  # of its own: the other one works on the next batch
    with path.open("rb") as file, match_sink(*to) as sink:
        parties = sink.counted(parties_of(read_asked(file, path.name), sink.refusals))
        for batch in _watched(match_parties(parties, Matcher(lists.index))):
            sink.add(
                lists.settled(
                    party, explainer.explained(party, batch.asking, batch.answers, row, least)
                )
                for party, row in zip(batch.parties, batch.place, strict=True)
            )
    return sink.refusals
