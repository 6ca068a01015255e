"""Results of parsing that are kept on disk: equal to parsing, and never in its way."""

import sqlite3
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from tidewaiter.base.phrases import Phrase
from tidewaiter.identify import parsed_structures
from tidewaiter.identify.parsed_structures import ParsedStructures, Seen, Text
from tidewaiter.identify.structures import Line, Structures
from tidewaiter.law.answers import Sighting
from tidewaiter.law.registry import load_registry

SIGHTING = Sighting(
    slug="acetone",
    sureness="same",
    words=(Phrase("found/structure", name="Acetone"),),
    smiles="CC(C)=O",
    atoms=(1, 2),
)
RESULTS: dict[Text, Seen] = {
    ("propan-2-one", "name"): Seen((SIGHTING,), read=True),
    ("2-methylpropane", "name"): Seen(read=True),
    ("4-foobarane", "name"): Seen(),
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a cache of our own."""
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path))
    return tmp_path


def _file(cache: Path) -> Path:
    (file,) = cache.glob("parsed-structures-*/*.sqlite")
    return file


def test_results_are_found_by_a_later_run() -> None:
    """What one object stores, another of the same registry finds: sightings, none, unread."""
    ParsedStructures("registry").add(RESULTS)
    later = ParsedStructures("registry")
    assert later.find([*RESULTS, ("ethanol", "name")]) == RESULTS
    assert later.find([("propan-2-one", "smiles")]) == {}


def test_another_registry_does_not_find_them() -> None:
    """The results of one registry say nothing of another: it may control more."""
    ParsedStructures("registry").add(RESULTS)
    assert ParsedStructures("another").find(RESULTS) == {}


def test_many_texts_are_asked_at_a_time() -> None:
    """More texts than fit a query are all found."""
    many: dict[Text, Seen] = {(f"{n}-foo", "name"): Seen(read=n % 2 == 0) for n in range(1_234)}
    ParsedStructures("registry").add(many)
    assert ParsedStructures("registry").find(many) == many


def test_what_could_not_be_tried_is_not_stored() -> None:
    """A name that was not read because OPSIN stopped is tried again by the next run."""
    ParsedStructures("registry").add({("propan-2-one", "name"): Seen(failed="OPSIN stopped")})
    assert ParsedStructures("registry").find([("propan-2-one", "name")]) == {}


def test_no_text_is_stored(cache: Path) -> None:
    """The file holds hashes of names, not the names of somebody's goods."""
    ParsedStructures("registry").add(RESULTS)
    content = b"".join(each.read_bytes() for each in _file(cache).parent.iterdir())
    assert b"2-methylpropane" not in content


def test_a_damaged_file_is_replaced(cache: Path) -> None:
    """Where the file is damaged, texts are parsed again, and the next run has a new one."""
    stored = ParsedStructures("registry")
    stored.add(RESULTS)
    _file(cache).write_bytes(b"no database" * 1_000)
    assert stored.find(RESULTS) == {}
    stored.add(RESULTS)
    assert stored.find(RESULTS) == {}
    later = ParsedStructures("registry")
    later.add(RESULTS)
    assert later.find(RESULTS) == RESULTS


def test_a_locked_file_does_not_stop_a_run(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process writes, results are found, and new ones are not stored."""
    monkeypatch.setattr(parsed_structures, "_PATIENCE_SECONDS", 0.05)
    stored = ParsedStructures("registry")
    stored.add(RESULTS)
    other = sqlite3.connect(_file(cache), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    stored.add({("ethanol", "name"): Seen(read=True)})
    assert stored.find([*RESULTS, ("ethanol", "name")]) == RESULTS
    other.close()


def test_without_parsers_nothing_is_stored(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is not parsed without OPSIN, so nothing is known of it for later."""

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(parsed_structures, "version", missing)
    stored = ParsedStructures("registry")
    stored.add(RESULTS)
    assert stored.find(RESULTS) == {}
    assert list(cache.iterdir()) == []


def test_a_full_file_takes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file does not grow without end."""
    monkeypatch.setattr(parsed_structures, "_LARGEST", 0)
    stored = ParsedStructures("registry")
    stored.add(RESULTS)
    assert stored.find(RESULTS) == {}


def test_a_later_run_answers_alike_and_parses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """SMILES, and names where OPSIN is installed, have the same findings from disk."""
    registry = load_registry()
    texts = ("sample CC(=O)Cc1ccc(OC)cc1", "goods CC(C)=O", "O=CC(=O)=====")
    lines = [Line(at, text, ()) for at, text in enumerate(texts)]
    first = Structures(registry, ParsedStructures(registry.digest)).find(lines)

    def never(_: Structures, texts: Sequence[Text]) -> None:
        assert not texts

    monkeypatch.setattr(Structures, "_parse", never)
    assert Structures(registry, ParsedStructures(registry.digest)).find(lines) == first
    assert first[0]
