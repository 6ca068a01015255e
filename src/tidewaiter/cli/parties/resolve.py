"""Entity resolution: the commands `tidewaiter parties resolve` and `tidewaiter parties judge`."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import click
import pyarrow as pa
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, hash_file
from tidewaiter.base.records import Record
from tidewaiter.bulk.screening import Settings, finder_for
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import (
    FILE,
    OUT_FILE,
    Day,
    Field,
    hear_every_stop,
    ok_with_refusals,
    printable,
)
from tidewaiter.cli.core.party_options import kept_in
from tidewaiter.cli.core.progress import Stages, stages
from tidewaiter.cli.screening.input_files import report_refusals, show_columns
from tidewaiter.lists.archive import Archive
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.network.resolution import resolve_database
from tidewaiter.parties.readers.ftm import looks_like_ftm
from tidewaiter.parties.resolution import (
    Collector,
    Entity,
    Judgement,
    Member,
    Resolution,
    Sighting,
    add_judgement,
    find_signs,
    read_judgements,
)
from tidewaiter.parties.resolution import resolve as resolve_members
from tidewaiter.parties.resolution.ftm import FtmFile
from tidewaiter.parties.resolution.types import Verdict
from tidewaiter.report.parties.exports import (
    check_format,
    is_ftm,
    read_entities,
    write_entities,
    write_ftm,
    write_links,
)
from tidewaiter.store.core.database import open_database
from tidewaiter.store.network.resolutions import Said, judge_parties, last_judgement
from tidewaiter.trade.party_finder import find_listings
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.sightings import sightings_of
from tidewaiter.trade.types import ReadOptions, Refusal

_HEAD = 1 << 14  # bytes at the start in which an entity states its schema
_JSON = (".json", ".jsonl")


class Gathered(NamedTuple):
    """The content of the files."""

    members: list[Member]
    sources: FtmFile  # entities of FollowTheMoney that are among them
    refusals: list[Refusal]


def gather(
    paths: Sequence[Path],
    earlier: tuple[Path | None, Sequence[Entity]],
    options: ReadOptions,
    bar: Stages,
) -> Gathered:
    """Read the parties of files.

    Args:
        paths: The files.
        earlier: The file of earlier entities, and these entities.
        options: How the files are read.
        bar: Progress bar.

    Raises:
        InputError: A file with the same content was read before, or a file cannot be read at all.
    """
    collector, sources, refusals = Collector(), FtmFile(), list[Refusal]()
    place, entities = earlier
    collector.add_earlier(entities)
    if place is not None and is_ftm(place):
        with place.open("rb") as file:
            sources.keep(file)
    for path in paths:
        name = printable(path.name)
        add = collector.add_file(name, hash_file(path))
        with path.open("rb") as file:
            if _holds_ftm(path):
                click.echo(f"reading {name} as FollowTheMoney entities", err=True)
                parts = _from_ftm(file, sources)
            else:
                show_columns(path, options)
                parts = _from_lines(file, path, options, bar)
            for part in parts:
                if isinstance(part, Refusal):
                    refusals.append(part)
                else:
                    add(part)
    return Gathered(collector.members(), sources, refusals)


def _holds_ftm(path: Path) -> bool:
    """Return whether a file has FollowTheMoney entities."""
    if path.suffix.lower() not in _JSON:
        return False
    with path.open("rb") as file:
        return looks_like_ftm(file.read(_HEAD).decode("utf-8-sig", "replace"))


def _from_ftm(file: BinaryIO, sources: FtmFile) -> Iterator[Iterable[Sighting] | Refusal]:
    for each in sources.read(file):
        if isinstance(each, Sighting):
            yield [each]
        else:
            yield Refusal.of(each.error, row=each.line, value=each.value, screened=False)


def _from_lines(
    file: BinaryIO, path: Path, options: ReadOptions, bar: Stages
) -> Iterator[Iterable[Sighting] | Refusal]:
    name, size = printable(path.name), path.stat().st_size
    for part in reader_for(path.name)(file, path.name, options):
        if isinstance(part, pa.RecordBatch):
            yield sightings_of(part)
            bar.tell(name, size if file.closed else file.tell(), size)
        else:
            yield part


def resolve_stored(place: str) -> None:
    """Resolve the parties of a database and print a summary.

    Args:
        place: Path or URL of the database.
    """
    with open_database(place) as database, stages() as bar:
        found = resolve_database(database, own_stamp, bar.tell)
    said = (
        f"{found.parties:,} stored parties resolve to {how_many(found.entities, 'entity')}",
        f"{how_many(found.compared, 'pair')} compared",
        f"merged: {found.merged:,}; split: {found.split:,}",
    )
    for text in said:
        click.echo(text, err=True)


_SHOWN = 20  # listings on the terminal


class Wanted(Record, frozen=True, kw_only=True):
    """The options of the command."""

    out: Path
    links: Path | None = None
    judgements: Path | None = None
    earlier: Path | None = None
    refused: Path | None = None
    columns: tuple[tuple[str, str], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    folder: Path
    day: date | None = None

    def options(self) -> ReadOptions:
        """Return how files are read."""
        return ReadOptions(
            columns=dict(self.columns),
            encoding=self.encoding,
            delimiter=self.delimiter,
            sheet=self.sheet,
        )


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...", type=FILE)
@click.option(
    "--out", type=OUT_FILE, help="Output file for entities: .jsonl, .parquet or .ftm.json."
)
@click.option("--db", help="Resolve the parties of this database instead of files.")
@click.option(
    "--links",
    "--edges",
    "links",
    type=OUT_FILE,
    help="Output file for merged pairs and candidate pairs, with the evidence: .jsonl or .parquet.",
)
@click.option(
    "--judgements", type=FILE, help="File of earlier decisions, from tidewaiter parties judge."
)
@click.option("--earlier", type=FILE, help="Entities of an earlier run; they keep their IDs.")
@click.option("--refused", type=OUT_FILE, help="Output file for rejected rows and fields: .csv.")
@click.option(
    "--map", "columns", type=Field(), multiple=True, help='Map a column: consignee="Sold to".'
)
@click.option(
    "--encoding", help="Encoding of text files, if it is detected wrongly: gb18030, cp1251."
)
@click.option("--delimiter", help="Delimiter of text files, if it is detected wrongly.")
@click.option("--sheet", help="Sheet of a workbook (default: all).")
@kept_in
@click.option("--day", type=Day(), help="Use the lists in force on this date (default: today).")
@ok_with_refusals
def resolve(paths: tuple[Path, ...], **options: Any) -> None:
    """Run entity resolution on the parties in FILEs or in a database, with the evidence.

    FILEs can be anything that tidewaiter screen reads, or FollowTheMoney entities. If you have
    party lists, entities show possible matches. With --db, the result is stored in the database,
    complete or not at all.
    Exit status 1: some rows or fields could not be read; 130: interrupted.

    Example: tidewaiter parties resolve march.csv --earlier entities.jsonl --out new.jsonl
    """
    place = options.pop("db")
    if place is not None:
        _only_db(paths, options)
        hear_every_stop()
        resolve_stored(place)
        return
    if options["out"] is None:
        raise click.UsageError("Name an output file, --out new.jsonl, or a database, --db.")
    wanted = Wanted(**options)
    if not paths and wanted.earlier is None:
        raise click.UsageError(
            "Name input files: tidewaiter parties resolve march.csv --out new.jsonl"
        )
    _check(paths, wanted)
    hear_every_stop()
    judgements = read_judgements(wanted.judgements) if wanted.judgements else []
    earlier = list(read_entities(wanted.earlier)) if wanted.earlier else []
    with stages() as bar:
        members, sources, refusals = gather(paths, (wanted.earlier, earlier), wanted.options(), bar)
        found = resolve_members(members, judgements, earlier, tell=bar.tell)
        bar.tell("risk indicators and files", 0, 0)
        entities = list(find_signs(found.entities, found.reads))
        entities = list(_with_listings(entities, wanted))
    if is_ftm(wanted.out):
        write_ftm(wanted.out, entities, found.reads, sources)
    else:
        write_entities(wanted.out, entities)
    if wanted.links:
        write_links(wanted.links, found.links)
    _summary(found, entities, earlier)
    if refusals:
        report_refusals(refusals, wanted.refused)
        sys.exit(1)


def _only_db(paths: Sequence[Path], options: dict[str, Any]) -> None:
    """Reject options that have no meaning with --db, which has its own lines and decisions."""
    named = [f"--{name}" for name, value in options.items() if value and name != "folder"]
    given = [*map(str, paths), *named]
    if given:
        raise click.UsageError(f"--db cannot be combined with {given[0]}.")


def _with_listings(entities: Sequence[Entity], wanted: Wanted) -> Iterable[Entity]:
    """Return entities with their possible matches on the stored lists, or unchanged."""
    if not Archive(wanted.folder).slugs():
        return entities
    day = wanted.day or date.today()  # noqa: DTZ011 - the user's
    finder = finder_for(Settings(day=day, file="", sha256="", lists=wanted.folder.resolve()))
    return find_listings(entities, finder) if finder else entities


def _check(paths: Sequence[Path], wanted: Wanted) -> None:
    """Check the names of files before a long run."""
    outputs = {"the entities": wanted.out, "the links": wanted.links, "refusals": wanted.refused}
    named = {what: path for what, path in outputs.items() if path is not None}
    kept = {f"the file {path}": path for path in paths}
    if wanted.judgements:
        kept["the decisions"] = wanted.judgements
    check_apart(named, kept)
    check_format(wanted.out, ftm=True)
    if wanted.links is not None:
        check_format(wanted.links)


def _summary(found: Resolution, entities: Sequence[Entity], earlier: Sequence[Entity]) -> None:
    members = sum(len(entity.members) for entity in entities)
    lines = sum(entity.lines for entity in entities)
    signed = sum(bool(entity.signs) for entity in entities)
    _say(
        f"{how_many(lines, 'party')} on lines, with {members:,} name variants, resolve to "
        f"{how_many(len(entities), 'entity')}"
    )
    _say(f"{how_many(found.compared, 'pair')} compared; {signed:,} entities have risk indicators")
    _tell_listings(entities)
    if earlier:
        for change in ("new", "grown", "merged", "split"):
            _say(f"{change}: {sum(entity.change == change for entity in entities):,}")


def _tell_listings(entities: Sequence[Entity]) -> None:
    """Print the listed parties that entities may match, most probable first."""
    told = [
        (each, entity)
        for entity in entities
        for each in entity.listings
        if not each.judged and not each.confidential
    ]
    hidden = sum(each.confidential for entity in entities for each in entity.listings)
    if hidden:
        _say(
            f"{hidden:,} possible matches with authority-only entries are not shown here; "
            "see the file"
        )
    if not told:
        return
    count = len({entity.id for _, entity in told})
    _say(
        f"{count:,} entities are possible matches of listed parties; a possible match is "
        "not proof of identity:"
    )
    told.sort(key=lambda pair: (-pair[0].probability, pair[1].id))
    for each, entity in told[:_SHOWN]:
        outcome = f", {each.outcome}" if each.outcome else ""
        said = f"{each.listed_name} ({each.list_name}, {each.entry}; {each.action}{outcome})"
        _say(f"{each.probability:.2f} {entity.name} ({entity.id}): {said}")
    if len(told) > _SHOWN:
        _say(f"and {len(told) - _SHOWN:,} more in the file")


def _say(text: str) -> None:
    click.echo(printable(" ".join(text.split())), err=True)


_MEMBER = re.compile(r"p-[0-9a-f]{16}")


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--same", "verdict", flag_value="same", help="Same party.")
@click.option("--not-same", "verdict", flag_value="not same", help="Different parties.")
@click.option(
    "--undecided", "verdict", flag_value="undecided", help="Withdraw the earlier decision."
)
@click.option(
    "--who", help="Name of the person who decides; with --db, the user who runs the command."
)
@click.option("--why", required=True, help="Reason for the decision.")
@click.option("--when", help="Time of the decision, ISO 8601 with an offset (default: now).")
@click.option("--db", help="Store the decision in this database instead of a file.")
@click.option(
    "--judgements",
    "path",
    type=OUT_FILE,
    default="judgements.jsonl",
    show_default=True,
    help="Append the decision to this file.",
)
def judge(
    a: str, b: str, verdict: Verdict | None, path: Path, db: str | None, **said: str | None
) -> None:
    """Record whether two name variants, A and B, are the same party.

    Name variants are the IDs that begin with "p-" in entities and links. Lines are only added to
    the file, and the last line for a pair counts. With --db the decision is stored in a database
    and used the next time its parties are resolved.

    Example: tidewaiter parties judge p-0123456789abcdef p-fedcba9876543210 --same --who me --why x
    """
    if verdict is None:
        raise click.UsageError("Give --same, --not-same or --undecided.")
    if db is not None:
        if said["who"] or said["when"]:
            raise click.UsageError(
                "--who and --when cannot be used with --db, which records them itself."
            )
        _keep(db, Said(a=_member(a), b=_member(b), verdict=verdict, why=_said(said["why"])))
        return
    judgement = Judgement(
        a=_member(a),
        b=_member(b),
        verdict=verdict,
        who=_said(said["who"]),
        when=_time(said["when"]),
        why=_said(said["why"]),
    )
    if judgement.a == judgement.b:
        raise InputError("cli/both-members", a=a)
    if path.exists():
        read_judgements(path)  # nothing is added to a file of something else
    add_judgement(path, judgement)
    click.echo(f"{judgement.a} and {judgement.b}: {verdict}, written to {path}", err=True)


def _keep(db: str, said: Said) -> None:
    """Store a decision in a database, with the current user and time."""
    with open_database(db) as database, database.work(own_stamp()) as work:
        last = last_judgement(work, said.a, said.b)
        judge_parties(work, structs.replace(said, seen=last.id if last else None))
    click.echo(
        f"{said.a} and {said.b}: {said.verdict}; used from the next run of parties resolve",
        err=True,
    )


def _member(text: str) -> str:
    if not _MEMBER.fullmatch(text):
        raise InputError("cli/not-a-member-id", text=text)
    return text


def _said(text: str | None) -> str:
    if not text or not text.strip():
        raise InputError("cli/who-and-why-empty")
    return text.strip()


def _time(text: str | None) -> str:
    if text is None:
        return datetime.now(UTC).isoformat(timespec="seconds")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InputError("cli/not-a-time-with-offset", text=text)
    return found.isoformat()
