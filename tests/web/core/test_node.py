"""Cached data of an installation: display names for slugs, and what a start loads."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import ListedParty, PartyName
from tidewaiter.web.core.node import Node, Serving

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def listing(tmp_path: Path) -> Iterator[Node]:
    """Open an installation with an empty folder of lists, one day after `NOON`."""
    folder = tmp_path / "lists"
    folder.mkdir()
    made = Node(Serving(db=str(tmp_path / "node.db"), lists=str(folder)))
    made.today = lambda: date(2026, 11, 26)  # type: ignore[method-assign]
    yield made
    made.close()


def _keep(node: Node, dated: date, slug: str = "board") -> Path:
    """Add a version of a list, and return its file."""
    names = (PartyName(text=f"Harbour {dated}"),)
    party = ListedParty(id="1", kind="organisation", names=names)
    content = write_own_json(ListHeader(slug=slug, dated=dated), [party])
    files = [ListFile(name="own.jsonl", content=content)]
    assert node.lists is not None
    kept, _ = Archive(node.lists).add(read_list(files, load_definitions()), files, NOON)
    return node.lists / "lists" / slug / f"{kept.version.sha256}.json"


def _of_lists(node: Node) -> list[str]:
    """Return the sources of the library that are versions of lists."""
    return [each.title for each in node.library().sources.values() if "SHA-256" in each.title]


def test_the_library_is_kept(listing: Node) -> None:
    """As long as nothing changes, each page has the same one."""
    _keep(listing, date(2026, 11, 1))
    assert listing.library() is listing.library()


def test_a_version_that_comes_or_goes_is_seen_at_once(listing: Node) -> None:
    """The library is that of the folder as it is when a page is asked for."""
    assert _of_lists(listing) == []
    _keep(listing, date(2026, 11, 1))
    assert "of 2026-11-01" in _of_lists(listing)[0]
    later = _keep(listing, date(2026, 11, 20))
    assert "of 2026-11-20" in _of_lists(listing)[0]
    _keep(listing, date(2026, 11, 2), "other")
    assert len(_of_lists(listing)) == 2
    later.unlink()
    assert "of 2026-11-01" in _of_lists(listing)[0]


def test_a_version_takes_force_on_its_day(listing: Node) -> None:
    """At midnight the library is that of the new day."""
    _keep(listing, date(2026, 11, 1))
    _keep(listing, date(2026, 11, 27))
    assert "of 2026-11-01" in _of_lists(listing)[0]
    today = listing.today() + timedelta(days=1)
    listing.today = lambda: today  # type: ignore[method-assign]
    assert "of 2026-11-27" in _of_lists(listing)[0]


def test_the_process_that_starts_a_server_does_not_load_the_pages() -> None:
    """It only watches the one that does, and would hold the same memory twice."""
    large = {"alembic", "litestar", "numpy", "pyarrow", "rdkit", "sqlalchemy", "tidewaiter.web"}
    said = f"import sys, tidewaiter.cli.serving; print({large} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", said], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "set()"


def test_the_pages_load_no_tables_that_few_requests_need() -> None:
    """Readings of Chinese characters and lists of common passwords take 66 MB."""
    said = "import sys, tidewaiter.web.core.app; print({'pypinyin', 'zxcvbn'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", said], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "set()"
