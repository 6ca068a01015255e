"""Where the matches of a file of parties go, and what is said of them at the end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing, writing
from tidewaiter.cli.options import printable
from tidewaiter.consignments.types import Refusal
from tidewaiter.lists.archive import Archive
from tidewaiter.node import hash_file
from tidewaiter.parties.matching.types import Answer, AskedParty
from tidewaiter.parties.types import ListedParty
from tidewaiter.report.matches import FORMATS, MatchWriter, Origins, match_writer
from tidewaiter.report.scripts import not_compared


class MatchSink:
    """Takes parties as they are read and answers as they are given, and counts both."""

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
        """Write the answers that say something."""
        said = [each for each in answers if each.matches or each.not_assessable]
        self.matched += sum(bool(each.matches) for each in said)
        self.not_assessable += sum(bool(each.not_assessable) for each in said)
        self._scripts.update(each.script for each in said if each.script)
        self._writer.add(said)

    def summary(self) -> str:
        """Say how many parties there were."""
        told = (
            f"{self.read:,} parties read: {self.matched:,} matched,"
            f" {self.not_assessable:,} not assessable; {len(self.refusals):,} refusals"
        )
        return "\n".join((told, *not_compared(self._scripts)))


def origins_of(
    list_path: Path | None, folder: Path, day: date, parties: Sequence[ListedParty]
) -> Origins:
    """Say which versions of which lists are asked.

    Args:
        list_path: Of the one list that was given; None: those of the folder.
        folder: That keeps lists.
        day: They are as they were in force then.
        parties: Their entries, as the index has them.
    """
    held = {party.id: party for party in parties}
    if list_path is not None:
        name = printable(list_path.name)
        versions = {name: hash_file(list_path)}
        return Origins(day=day, versions=versions, file=name, parties=held)
    archive = Archive(folder)
    kept = (archive.at(slug, day) for slug in archive.slugs())
    versions = {each.version.slug: each.version.sha256 for each in kept if each is not None}
    return Origins(day=day, versions=versions, parties=held)


def check_format(out: Path) -> None:
    """Check, before long work, that the suffix of a file names a format.

    Raises:
        InputError: It does not.
    """
    if out.suffix.lower() not in FORMATS:
        raise InputError(
            f'"{out.suffix}" is not a format of matches',
            at=str(out),
            hint=f"end the name in {', '.join(FORMATS)}",
        )


@contextmanager
def match_sink(out: Path, origins: Origins) -> Iterator[MatchSink]:
    """Open a file of matches, which appears whole or not at all; at the end say what came of it."""
    with replacing(out, "match") as part, writing(str(out)), part.open("wb") as file:
        writer = match_writer(file, out.suffix, origins)
        sink = MatchSink(writer)
        try:
            yield sink
        finally:
            writer.close()
    click.echo(sink.summary(), err=True)
