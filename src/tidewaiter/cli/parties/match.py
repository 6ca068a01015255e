"""The command `tidewaiter match`: screen a name or a file of parties against lists."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TextIO

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, check_file, private, replacing, writing
from tidewaiter.base.phrases import Phrase, english, english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.bulk.parties import Matched, match_parties, parties_of, read_asked, row_answers
from tidewaiter.bulk.party_lists import Origins, PartyLists, load_party_lists
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import FILE, OUT_FILE, Day, Place, ok_with_refusals, printable
from tidewaiter.cli.core.party_options import Known, Within, kept_in, party_options
from tidewaiter.cli.core.progress import counting
from tidewaiter.cli.screening.input_files import report_refusals
from tidewaiter.explain.matches import (
    evidence_lines,
    missing_details,
    odds_in_words,
    owned_lines,
    rarity_line,
)
from tidewaiter.explain.words import not_compared
from tidewaiter.lists.decisions import threshold_for
from tidewaiter.parties.birth_dates import parse_births
from tidewaiter.parties.matching.index import Index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import (
    KINDS,
    Answer,
    AskedParty,
    Match,
    read_queries,
)
from tidewaiter.parties.thresholds import Threshold, printed
from tidewaiter.parties.types import NameKind, PartyKind
from tidewaiter.report.parties.exports import (
    MATCH_FORMATS,
    MatchWriter,
    match_writer,
)
from tidewaiter.trade.party_matches import link_phrase
from tidewaiter.trade.types import Refusal


class MatchSink:
    """Counts the parties read and the answers given, and writes the answers."""

    def __init__(self, writer: MatchWriter) -> None:
        self._writer = writer
        self.read = self.matched = self.not_assessable = 0
        self._scripts: Counter[str] = Counter()  # of names that are not compared with others
        self.refusals: list[Refusal] = []

    def counted(self, parties: Iterable[AskedParty]) -> Iterator[AskedParty]:
        """Yield the parties, and count them."""
        for each in parties:
            self.read += 1
            yield each

    def add(self, answers: Iterable[Answer]) -> None:
        """Write the answers that have a match or cannot be assessed."""
        said = [each for each in answers if each.matches or each.not_assessable]
        self.matched += sum(bool(each.matches) for each in said)
        self.not_assessable += sum(bool(each.not_assessable) for each in said)
        self._scripts.update(each.script for each in said if each.script)
        self._writer.add(said)

    def summary(self) -> str:
        """Summarise how many parties there were."""
        told = (
            f"{how_many(self.read, 'party')} screened: {self.matched:,} with a possible match, "
            f"{self.not_assessable:,} not assessable; {len(self.refusals):,} rejected "
            "values"
        )
        return "\n".join((told, *not_compared(self._scripts)))


def check_format(out: Path) -> None:
    """Check, before a long run, that the suffix of a file names a supported format.

    Raises:
        InputError: The suffix is not supported.
    """
    if out.suffix.lower() not in MATCH_FORMATS:
        raise InputError(
            "cli/not-a-format-of-matches",
            suffix=out.suffix,
            match_formats=", ".join(MATCH_FORMATS),
            at=str(out),
        )


@contextmanager
def match_sink(out: Path, origins: Origins) -> Iterator[MatchSink]:
    """Open a file of matches that is written whole or not at all; print a summary at the end."""
    with replacing(out, "match") as part, writing(str(out)), part.open("wb") as file:
        writer = match_writer(file, out.suffix, origins)
        sink = MatchSink(writer)
        try:
            yield sink
        finally:
            writer.close()
    click.echo(sink.summary(), err=True)


_SCRIPT = (
    "entries in another script are not found with this spelling; search for the name in "
    "Latin letters too"
)


_SHOWN_TIES = 6
_TELL_APART = "A date of birth, country, address or number can tell them apart."


def show(asked: AskedParty, answer: Answer, origins: Origins, *, as_json: bool) -> None:
    """Print the matches of one party."""
    if as_json:
        click.echo(english_json(answer))
        return
    for doubt in answer.doubts:
        click.echo(visible(f"warning: {doubt}"), err=True)
    for line in (*_before(answer), *_ties(answer)):
        click.echo(visible(line))
    for match in answer.matches:
        for line in _lines(match, answer.threshold, asked, origins):
            click.echo(visible(line))
    if answer.matches and answer.not_assessable:  # found by number
        click.echo(visible(_unread(answer)))


def _before(answer: Answer) -> Iterator[str]:
    """Yield what an answer says before its matches, if any."""
    if answer.script:
        yield from (f"{text}: {_SCRIPT}" for text in not_compared({answer.script: 1}))
    elif answer.not_assessable and not answer.numbers:
        yield f"not assessable: {answer.not_assessable}"
    elif not answer.matches:
        by_name = answer.text and not answer.not_assessable
        what = "has a similar name" if by_name else f"has {_numbers(answer)}"
        if by_name and answer.numbers:
            what += f" or {_numbers(answer)}"
        least = f" {answer.threshold}" if answer.threshold else ""
        yield f"no possible match: no entry on this list {what} at or above the threshold{least}"
        if answer.not_assessable:
            yield _unread(answer)


def _numbers(answer: Answer) -> str:
    return "this identifier" if answer.numbers == 1 else "one of these identifiers"


def _unread(answer: Answer) -> str:
    return f"only identifiers were compared: the name is not assessable ({answer.not_assessable})"


def _ties(answer: Answer) -> Iterator[str]:
    """Yield a line for each group of entries with equal evidence."""
    seen: set[str] = set()
    for match in answer.matches:
        if match.tied and match.entry not in seen:
            group = (match.entry, *match.tied)
            seen.update(group)
            shown = ", ".join(group[:_SHOWN_TIES])
            more = len(group) - _SHOWN_TIES
            others = f" and {more:,} more" if more > 0 else ""
            yield (
                f"{len(group)} entries have equal evidence ({match.probability:.3f}): "
                f"{shown}{others}. {_TELL_APART}"
            )


_NAME_KINDS: Mapping[NameKind, str] = {
    "primary": "main name",
    "alias": "alias",
    "weak alias": "weak alias: a name that the list itself calls low quality",
    "former": "former name",
    "native": "name in its own script",
}
_NEARLY = 0.9995  # beyond it, three decimals would say 1


def _lines(match: Match, least: Threshold | None, asked: AskedParty, origins: Origins) -> list[str]:
    said = match.explanation
    chance = f"{match.probability:.3f}" if match.probability < _NEARLY else "over 0.999"
    lines = [
        f"{chance}  {match.name} ({_NAME_KINDS[match.name_kind]})",
        f"  {_entry(match, origins)}",
    ]
    lines += [f"  {match.judged}"] if match.judged else []
    lines += [f"  {english(link_phrase(each))}" for each in match.links]
    share = match.blocked_share
    lines += [f"  aggregate ownership by blocked persons: {share}"] if share else []
    lines += [f"  {line}" for line in owned_lines(match.owned)]
    lines += [f"  {english(step)}" for step in said.cleaning]
    lines += [f"  {line}" for line in evidence_lines(said)]
    lines.append(f"  total {match.log_odds:+.2f}: {odds_in_words(match.log_odds)}")
    origin = f", {least.origin}" if least and least.origin else ""
    lines.append(f"  match threshold: probability {printed(match.threshold)}{origin}")
    listed = origins.parties.get(match.entry)
    missing = missing_details(asked, listed) if listed else []
    lines += (
        [f"  not compared, because you did not give it: {'; '.join(missing)}"] if missing else []
    )
    rarity = rarity_line(said)
    lines += [f"  {rarity}"] if rarity else []
    lines += [f"  {_sharing(match)}"] if match.entries else []
    return lines


def _sharing(match: Match) -> str:
    have = "has" if match.sharing == 1 else "have"
    return f"{match.sharing:,} of {how_many(match.entries, 'entry')} {have} the listed name"


def _entry(match: Match, origins: Origins) -> str:
    """Describe the entry: its list and date, what the list requires, any charge, its source."""
    slug, _, entry = origins.of(match)
    title = english(origins.titles[slug]) if slug in origins.titles else slug
    told = [match.kind, english(Phrase("deed/plain", act=match.action))]
    told += [f"listed on {match.listed}"] if match.listed else []
    ended = f" on {match.outcome_day}" if match.outcome_day else ""
    told += [f"charge: {match.outcome}{ended}"] if match.outcome else []
    told += ["restricted"] if match.confidential else []
    source = f". Source: {match.source}" if match.source and match.source != title else ""
    return f"entry {entry} of {title}: {', '.join(told)}{source}"


_CHANCE = Within(0, 1)


@click.command()
@click.argument("name", required=False)
@click.option(
    "--list",
    "list_path",
    type=FILE,
    help="Screen against this list (JSON Lines) instead of the stored lists.",
)
@click.option("--day", type=Day(), help="Use the lists in force on this date (default: today).")
@kept_in
@click.option("--country", type=Place(), help="Country of the party.")
@click.option(
    "--kind",
    type=click.Choice(sorted(set(KINDS.values()))),
    default="unknown",
    help="Type of party.",
)
@click.option(
    "--born",
    help='Date of birth, complete or partial: "1970", "1970-03-05" or "5.3.1970" (day first).',
)
@party_options
@click.option(
    "--file", "path", type=FILE, help="A file of parties: CSV, JSON Lines, Parquet or XLSX."
)
@click.option("--queries", type=FILE, help="A tab-separated file of parties to screen.")
@click.option("--out", type=OUT_FILE, help="Output file; for --file: .jsonl, .csv or .parquet.")
@click.option(
    "--refused", type=OUT_FILE, help="Write rejected rows and fields of --file to this .csv file."
)
@click.option(
    "--attributes",
    is_flag=True,
    help="With --queries: also use date of birth and country as evidence.",
)
@click.option("--threshold", type=_CHANCE, help="Minimum probability of a match.")
@click.option(
    "--restricted",
    is_flag=True,
    help="Include restricted (authority-only) entries; keep the output confidential.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ok_with_refusals
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
    """Screen NAME, or the parties in a file, against party lists, and explain each possible match.

    Each possible match has a probability and its evidence. It is not proof of identity.
    Exit status 1: some rows or fields could not be read. Programs and OpenRefine use the same
    matcher below /yente of `tidewaiter serve`.

    Example: tidewaiter match "Exampel Shipping" --kind organisation --country CN
    """
    if known.identifiers and path is None and queries is None:
        name = name or ""  # any party with this number
    _check_asked((name, path, queries), out, refused, known)
    if out is not None:
        _check_outputs(out, refused, {"the parties": path or queries, "the list": list_path})
        if path is not None:
            check_format(out)
    if restricted:  # whatever is written from here on is for the user alone
        click.get_current_context().with_resource(private())
    least = threshold_for(None if list_path else folder, threshold)
    day = day or date.today()  # noqa: DTZ011 - the user's own
    lists = _load(list_path or folder, day, restricted=restricted)
    if name is not None:
        party = AskedParty(
            text=printable(name),
            kind=kind,
            countries=(country,) if country else (),
            births=_births(born) if born else (),
            addresses=known.addresses,
            identifiers=known.identifiers,
        )
        answer = Matcher(lists.index).match([party], least)[0]
        show(party, lists.settled(party, answer), lists.origins, as_json=as_json)
    elif queries is not None and out is not None:
        _match_queries(lists.index, queries, out, attributes=attributes)
    elif path is not None and out is not None:
        refusals = _match_file(lists, path, out, least)
        if refusals:
            report_refusals(refusals, refused)
            sys.exit(1)


def _load(place: Path, day: date, *, restricted: bool) -> PartyLists:
    """Load lists; report that restricted entries are excluded, without naming them."""
    lists = load_party_lists(place, day, restricted=restricted)
    if lists.left_out:
        text = "restricted entries are excluded; use --restricted to include them"
        click.echo(text, err=True)
    return lists


def _check_asked(
    asked: tuple[str | Path | None, ...], out: Path | None, refused: Path | None, known: Known
) -> None:
    """Check that the options fit together: a name, a file or queries."""
    name, path, _ = asked
    if sum(each is not None for each in asked) != 1 or (name is None) != (out is not None):
        raise click.UsageError("Give a name, or --file or --queries with --out.")
    if name is None and known != Known():
        raise click.UsageError(
            "--id, --phone, --email, --web and --address can be used only with NAME."
        )
    if refused is not None and path is None:
        raise click.UsageError("--refused can be used only with --file.")


def _check_outputs(out: Path, refused: Path | None, kept: dict[str, Path | None]) -> None:
    """Check, before a long run, that the outputs can be written."""
    check_file(out)
    written = {"matches": out, "refusals": refused}
    check_apart(
        {what: path for what, path in written.items() if path},
        {what: path for what, path in kept.items() if path},
    )


def _births(text: str) -> tuple[str, ...]:
    """Parse a date of birth, complete or partial; the day comes before the month."""
    try:
        return parse_births(text)[0]
    except InputError:
        raise InputError("cli/not-a-date-of-birth", text=text) from None


@contextmanager
def _sink(out: Path) -> Iterator[TextIO]:
    """Open a file that is written whole or not at all."""
    with replacing(out, "match") as part, writing(str(out)), part.open("w", encoding="utf-8") as to:
        yield to


def _watched(batches: Iterable[Matched]) -> Iterator[Matched]:
    """Yield batches; show the number of matched parties on a terminal."""
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


def _match_file(lists: PartyLists, path: Path, out: Path, least: Threshold | None) -> list[Refusal]:
    """Write the answer for each party that matches or cannot be assessed; return the rejects."""
    with path.open("rb") as file, match_sink(out, lists.origins) as sink:
        parties = sink.counted(parties_of(read_asked(file, path.name), sink.refusals))
        with counting("parties matched") as advance:
            for answers in lists.answers(parties, least):
                sink.add(answers)
                advance(len(answers))
    return sink.refusals
