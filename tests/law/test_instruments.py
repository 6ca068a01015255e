"""An instrument is a folder with its rows: its effect, and the errors of invalid ones."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.resources import data
from tidewaiter.law.instruments import instrument_folders, read_instrument
from tidewaiter.law.registry import Registry, load_registry

INSTRUMENT = """
slug = "own-law"
name = "Our own law"
jurisdiction = "XX"
authority = "Us"
source = "own-order"
checked = 2026-01-02
"""
SOURCES = """
[own-order]
title = "Order 1"
read = 2026-01-02
"""
CONTROLS = """controls = [
  { substance = "acetone", schedule = "List B", since = 2026-01-01, source = "own-order" },
  { substance = "ephedrine", schedule = "List A", since = 2026-01-01, source = "own-order" },
]
"""
AMOUNTS = """
[[limits]]
substances = ["acetone"]
volume_ul = 1_000_000
clause = "article 2"
source = "own-order"
"""
ROUTES = """
[[demands]]
roles = ["export"]
kind = "export licence"
clause = "article 3"
source = "own-order"
"""
PROPOSALS = """
[[proposals]]
schedule = "List A"
substances = ["toluene"]
since = 2026-02-01
clause = "draft"
source = "own-order"
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a folder with one instrument of two controls."""
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "own" / "regimes" / "own-law"
    folder.mkdir(parents=True)
    (folder / "instrument.toml").write_text(INSTRUMENT)
    (folder / "sources.toml").write_text(SOURCES)
    (folder / "controls.toml").write_text(CONTROLS)
    return tmp_path / "own"


@pytest.fixture
def write(own: Path) -> Write:
    """Write a file below the folder `regimes`."""

    def made(path: str, text: str) -> Path:
        file = own / "regimes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return made


@pytest.fixture
def refused(own: Path) -> Callable[[], RegistryError]:
    """Load the folder, and return why it is refused."""

    def load() -> RegistryError:
        with pytest.raises(RegistryError) as caught:
            load_registry((own,))
        assert caught.value.hint
        return caught.value

    return load


def test_its_rows_become_controls_of_their_substances(own: Path, registry: Registry) -> None:
    """A control stands with its substance, named after its folder, behind those of ours."""
    found = load_registry((own,))
    ours, theirs = registry.substance("acetone"), found.substance("acetone")
    assert theirs.controls[:-1] == ours.controls
    last = theirs.controls[-1]
    assert (last.regime, last.schedule, last.since) == ("own-law", "List B", date(2026, 1, 1))
    assert found.sources["own-order"].title == "Order 1"
    assert found.substance("toluene") == registry.substance("toluene")


def test_controls_of_a_substance_stand_in_the_sequence_of_instruments(
    own: Path, write: Write
) -> None:
    """The instrument with the smallest sequence is first; equal ones are sorted by slug."""
    write("own-law/instrument.toml", INSTRUMENT + "sequence = 1\n")
    found = load_registry((own,))
    assert found.substance("ephedrine").controls[0].regime == "own-law"
    places = [
        (found.regimes[c.regime].sequence, c.regime) for c in found.substance("acetone").controls
    ]
    assert places == sorted(places)


def test_a_row_may_stand_elsewhere_than_its_instrument(own: Path, write: Write) -> None:
    """The sequence of a row wins over that of its instrument."""
    write("own-law/controls.toml", CONTROLS.replace('"List B",', '"List B", sequence = 1,'))
    found = load_registry((own,))
    assert found.substance("acetone").controls[0].regime == "own-law"
    assert found.substance("ephedrine").controls[-1].regime == "own-law"


def test_a_folder_of_the_name_of_ours_adds_to_it(
    own: Path, write: Write, registry: Registry
) -> None:
    """An authority adds rows to an instrument of ours without describing it again."""
    write("un-1988/controls.toml", CONTROLS.replace("acetone", "toluene"))
    write("un-1988/amounts.toml", AMOUNTS)
    found = load_registry((own,))
    listed = [c.schedule for c in found.substance("toluene").controls if c.regime == "un-1988"]
    assert listed == ["Table II", "List B"]
    assert found.regimes["un-1988"] == registry.regimes["un-1988"]
    assert found.book.forms("un-1988") == registry.book.forms("un-1988")
    assert len(found.book.limits("un-1988")) == 1


def test_its_rules_stand_beside_its_controls(own: Path, write: Write) -> None:
    """Amounts, duties and proposals of an authority's instrument are loaded as ours are."""
    write("own-law/amounts.toml", AMOUNTS)
    write("own-law/routes.toml", ROUTES)
    write("own-law/proposals.toml", PROPOSALS)
    book = load_registry((own,)).book
    assert [limit.volume_ul for limit in book.limits("own-law")] == [1_000_000]
    assert [demand.kind for demand in book.route("own-law").demands] == ["export licence"]
    assert [p.substances for p in book.proposals if p.regime == "own-law"] == [("toluene",)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('substance = "ephedrine"', 'substance = "ephedrin"', "law/no-such-slug"),
        ('substance = "ephedrine", ', "", "`substance`"),
        ('"List A", since', '"List A", colour = "red", since', "colour"),
        ('"List A", since', '"List A", regime = "own-law", since', "law/regime-in-its-row"),
        ('schedule = "List A", ', "", "schedule"),
        ('schedule = "List A"', "schedule = 1", "$.schedule"),
        ("2026-01-01, source", '"soon", source', "date"),
    ],
)
def test_a_wrong_row_stops_the_load_with_its_place(
    write: Write, refused: Callable[[], RegistryError], old: str, new: str, says: str
) -> None:
    """An unknown substance or key and a wrong type are refused with the number of the row."""
    row = next(line for line in CONTROLS.splitlines() if "ephedrine" in line)
    assert old in row
    write("own-law/controls.toml", CONTROLS.replace(row, row.replace(old, new)))
    error = refused()
    assert says == error.code or says in str(error)
    assert error.at == "own-law/controls.toml, row 2"


@pytest.mark.parametrize("name", ["controls", "amounts", "routes", "proposals"])
def test_a_source_that_is_not_there_is_refused(
    name: str, write: Write, refused: Callable[[], RegistryError]
) -> None:
    """Each file of an instrument names sources that exist."""
    texts = {"amounts": AMOUNTS, "routes": ROUTES, "proposals": PROPOSALS, "controls": CONTROLS}
    write(f"own-law/{name}.toml", texts[name].replace('"own-order"', '"no-order"'))
    error = refused()
    assert (error.code, error.values["slug"]) == ("law/no-such-slug", "no-order")
    assert error.at.startswith(f"own-law/{name}.toml")


@pytest.mark.parametrize(
    ("path", "at"),
    [
        ("other-law.toml", "regimes/other-law.toml"),
        ("../classes/a-class.toml", "classes/a-class.toml"),
        ("own-law/control.toml", "own-law/control.toml"),
        ("own-law/class/a-class.toml", "own-law/class"),
        ("other-law/controls.toml", "regimes/other-law"),
    ],
    ids=["a file for a folder", "classes outside", "misspelt", "misspelt folder", "no instrument"],
)
def test_what_would_be_passed_over_is_refused(
    path: str, at: str, write: Write, refused: Callable[[], RegistryError]
) -> None:
    """A file that no instrument reads, and rows of an undescribed instrument."""
    write(path, CONTROLS)
    assert refused().at == at


def test_an_instrument_is_described_under_its_own_name(
    write: Write, refused: Callable[[], RegistryError]
) -> None:
    """The slug is the name of the folder, and ours are described once."""
    write("own-law/instrument.toml", INSTRUMENT.replace('"own-law"', '"law"'))
    assert refused().at == "own-law/instrument.toml"
    write("own-law/instrument.toml", INSTRUMENT)
    write("un-1988/instrument.toml", INSTRUMENT.replace('"own-law"', '"un-1988"'))
    assert refused().code == "law/slug-of-another"


def test_controls_in_the_file_of_a_substance_are_refused(
    own: Path, refused: Callable[[], RegistryError]
) -> None:
    """For the former place of controls, the error gives the current one."""
    facts = 'slug = "acetone"\nname = "Acetone"\nkind = "precursor"\nsources = ["own-order"]\n'
    control = '[[controls]]\nregime = "own-law"\nschedule = "List A"\nsource = "own-order"\n'
    (own / "acetone.toml").write_text(facts + control)
    error = refused()
    assert error.at == "acetone.toml"
    assert "regimes/own-law/controls.toml" in error.hint


def test_the_digest_follows_the_folder_of_a_row(own: Path, write: Write) -> None:
    """The same rows under another instrument are another registry, not one from the cache."""
    file = write("un-1988/controls.toml", CONTROLS)
    before = load_registry((own,))
    file.unlink()
    write("un-1971/controls.toml", CONTROLS)
    after = load_registry((own,))
    assert before.digest != after.digest
    assert {c.regime for c in after.substance("acetone").controls} >= {"un-1971", "own-law"}


@pytest.mark.parametrize("folder", [*instrument_folders(data())], ids=lambda folder: folder.name)
def test_rows_stand_in_order(folder: Path) -> None:
    """Rows are sorted by substance, so that each is found and two people's additions merge."""
    read = read_instrument(folder)
    slugs = [row.substance for row in read.rows]
    assert slugs == sorted(slugs)
    assert list(read.sources) == sorted(read.sources)
    assert read.regime
