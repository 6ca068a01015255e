"""Lists with real entries, past consignments that name some, and ways to change both."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from tests.found import alerts

from tidewaiter.base.archives import ListFile
from tidewaiter.base.files import hash_file
from tidewaiter.bulk.screening import Settings
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.node.context import screen_file
from tidewaiter.node.file_screening import FileJob
from tidewaiter.node.rescreen.again import Again, screen_again
from tidewaiter.parties.matching.types import read_rows
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import ListedParty
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core.database import Database
from tidewaiter.trade.types import Alert, ReadOptions

_LIST = Path(__file__).parents[2] / "data" / "parties" / "matching.jsonl"
_NOON = datetime(2031, 12, 1, 12, tzinfo=UTC)
# Years ahead: a text that is read meanwhile does not move the law between them.
THEN, NOW, LATER = date(2031, 12, 1), date(2031, 12, 8), date(2031, 12, 11)
LOOSE = 6  # entries of the list that changes


@pytest.fixture(scope="session")
def entries() -> list[ListedParty]:
    """Read the small list: each 60th entry of the OFAC SDN list of a day."""
    return [msgspec.structs.replace(party, action="blocked") for party in read_rows(_LIST)]


class Desk:
    """Where lists are kept, files screened into databases, and these screened again."""

    @staticmethod
    def keep(folder: Path, parties: Sequence[ListedParty], dated: date, slug: str) -> None:
        """Add a version of a list to a folder."""
        content = write_own_json(ListHeader(slug=slug, dated=dated), parties)
        files = [ListFile(name="own.jsonl", content=content)]
        Archive(folder).add(read_list(files, load_definitions()), files, _NOON, force=True)

    @staticmethod
    def manifest(path: Path, names: Sequence[tuple[str, str]]) -> Path:
        """Write a line for each name of a consignee with its country; each fifth is a chemical."""
        rows = ["consignment,goods,consignee,consignee country"]
        for number, (name, country) in enumerate(names):
            goods = "paper" if number % 5 != 4 else "acetic anhydride"
            quoted = name.replace('"', "'")
            rows.append(f'C{number},{goods},"{quoted}",{country}')
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return path

    @staticmethod
    def screen(database: Database, folder: Path, path: Path, day: date, *, stop: int = 0) -> None:
        """Screen a file into a database; stop after some steps of 10 rows, where that is said."""
        settings = Settings(day=day, file=path.name, sha256=hash_file(path), lists=folder)
        journal = path.with_suffix(".journal")
        options = ReadOptions(batch_rows=10) if stop else ReadOptions()
        steps = screen_file(
            FileJob(path=path, options=options, settings=settings, journal=journal), database
        )
        for number, _ in enumerate(steps, 1):
            if number == stop:
                break

    @staticmethod
    def again(
        database: Database,
        folder: Path | None,
        day: date,
        *,
        whole: bool = False,
        own: tuple[Path, ...] = (),
        error: Exception | None = None,
    ) -> tuple[Again, list[Alert], list[Alert], int]:
        """Screen a database again: what was planned, new alerts, those with notes, and lines."""
        settings = Settings(day=day, file="", sha256="", lists=folder, own=own)
        with screen_again(database, settings, whole=whole) as made:
            new, lines = [], 0
            for stored, found in made.batches():
                new += found
                lines += len(stored.lines)
            noted = list(made.noted())
            if error is not None:
                raise error
        return made, new, noted, lines


@pytest.fixture(scope="session")
def desk() -> Desk:
    """Work at a desk."""
    return Desk()


@pytest.fixture
def lists(tmp_path: Path, desk: Desk, entries: list[ListedParty]) -> Path:
    """Keep a list that stays, and one of the first entries but the very first."""
    folder = tmp_path / "lists"
    desk.keep(folder, entries[LOOSE:], THEN, "stays")
    desk.keep(folder, entries[1:LOOSE], THEN, "board")
    return folder


class Case(NamedTuple):
    """A database with past lines, and the lists that they were screened against."""

    past: Database
    lists: Path
    entries: list[ListedParty]
    desk: Desk

    def keep(self, parties: Sequence[ListedParty], day: date) -> None:
        """Add a version of the list that changes."""
        self.desk.keep(self.lists, parties, day, "board")

    def again(self, day: date, **how: Any) -> Any:
        """Screen the past lines again."""
        return self.desk.again(self.past, self.lists, day, **how)


@pytest.fixture
def case(
    tmp_path: Path, desk: Desk, lists: Path, entries: list[ListedParty], database: Database
) -> Iterator[Case]:
    """Screen a file that names each of the first entries, and others."""
    names = [(party.names[0].text, "") for party in entries[: 2 * LOOSE]]
    path = desk.manifest(tmp_path / "past.csv", [*names, ("Muster GmbH", "DE")])
    desk.screen(database, lists, path, THEN)
    yield Case(database, lists, entries, desk)
    with database.work() as work:
        assert verify_audit(work).broken is None


def alerts_of(database: Database) -> dict[str, Any]:
    """Read the alerts of a database, by id."""
    with database.work() as work:
        return {alert.id: alert for alert in alerts(work, rows=1_000)}
