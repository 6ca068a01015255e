"""Lists in a folder of their own."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import ListedParty

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Keep lists in an empty folder."""
    return Archive(tmp_path / "lists")


@pytest.fixture
def keep(archive: Archive) -> Callable[..., KeptVersion]:
    """Add a version of a list of one's own."""

    def kept(
        parties: Sequence[ListedParty],
        dated: date | None = None,
        *,
        force: bool = False,
        now: datetime = NOON,
        slug: str = "board",
    ) -> KeptVersion:
        content = write_own_json(ListHeader(slug=slug, dated=dated), parties)
        files = [ListFile(name="own.jsonl", content=content)]
        read = read_list(files, load_definitions())
        return archive.add(read, files, now, force=force)[0]

    return kept


@pytest.fixture(scope="session")
def made_up() -> Callable[[str], ListFile]:
    """Return a file of made-up parties by its name."""
    folder = Path(__file__).parents[1] / "data" / "parties"
    return lambda name: ListFile(name=name, content=(folder / name).read_bytes())
