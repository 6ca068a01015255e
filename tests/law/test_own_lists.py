"""An authority's own lists: added to ours, checked as strictly, and seen by name."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from tests.plugged import plug_in
from tests.support.raising import raises

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.plugins import LAW
from tidewaiter.identify import identify, load_lexicon
from tidewaiter.law.registry import Registry, load_registry, plugin_folders, read_registry
from tidewaiter.law.types import LawFolder

NEW = """
slug = "harbourine"
name = "Harbourine"
kind = "precursor"
cas = ["999999-99-4"]
sources = ["own-order"]

[[names]]
text = "quay salt of harbour"
language = "en"
sources = ["own-order"]
"""
CONTROLS = """
[[controls]]
substance = "harbourine"
schedule = "List A"
source = "own-order"
"""
SOURCE = 'title = "Order 1"\nread = 2026-01-02\n'
REGIME = """
slug = "own-law"
name = "Our own law"
jurisdiction = "UN"
authority = "Us"
source = "own-order"
checked = 2026-01-02
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Write a folder with one substance, its source and its regime."""
    folder = tmp_path / "own"
    for kind in ("sources", "regimes/own-law", "substances"):
        (folder / kind).mkdir(parents=True)
    (folder / "sources" / "own-order.toml").write_text(SOURCE)
    (folder / "regimes" / "own-law" / "instrument.toml").write_text(REGIME)
    (folder / "regimes" / "own-law" / "controls.toml").write_text(CONTROLS)
    (folder / "substances" / "harbourine.toml").write_text(NEW)
    return folder


@pytest.fixture
def refused(own: Path) -> Callable[[], RegistryError]:
    """Load the folder, and return why it is refused."""

    def load() -> RegistryError:
        with pytest.raises(RegistryError) as caught:
            load_registry((own,))
        return caught.value

    return load


def test_a_new_substance_is_added(own: Path, registry: Registry) -> None:
    """A substance that ours lack stands among them, in order, with its source and regime."""
    found = load_registry((own,))
    assert len(found.substances) == len(registry.substances) + 1
    slugs = [each.slug for each in found.substances if each.kind != "class"]
    assert slugs == sorted(slugs)
    assert found.substance("harbourine").controls[0].schedule == "List A"
    assert found.sources["own-order"].title == "Order 1"
    assert found.regimes["own-law"].authority == "Us"


def test_files_may_lie_on_top_of_the_folder(own: Path) -> None:
    """Substances may be in the folder itself, as well as below `substances`."""
    (own / "substances" / "harbourine.toml").rename(own / "harbourine.toml")
    assert load_registry((own,)).substance("harbourine").name == "Harbourine"


def test_the_same_slug_adds_to_ours(own: Path, registry: Registry) -> None:
    """A file with a slug of ours adds names, numbers and controls, and takes none away."""
    text = NEW.replace("harbourine", "acetone").replace("999999-99-4", "67-64-1")
    (own / "substances" / "acetone.toml").write_text(text)
    text = CONTROLS.replace("harbourine", "acetone")
    (own / "regimes" / "own-law" / "controls.toml").write_text(text)
    ours, found = registry.substance("acetone"), load_registry((own,)).substance("acetone")
    assert found.name == ours.name
    assert found.cas == ours.cas
    assert found.names[: len(ours.names)] == ours.names
    assert found.names[-1].text == "quay salt of harbour"
    assert found.controls == (*ours.controls, found.controls[-1])
    assert found.controls[-1].regime == "own-law"
    assert found.smiles == ours.smiles


def test_its_names_are_found_in_text(own: Path) -> None:
    """What an authority adds is found in text by name and number as ours is."""
    texts = ["HARBOURINE, 5 kg", "Quay-salt of harbour", "CAS 999999-99-4", "acetone"]
    found = identify(pa.array(texts), load_lexicon((own,)))
    assert found["line"].to_pylist() == [0, 1, 2, 3]
    assert found["substance"].to_pylist() == ["harbourine"] * 3 + ["acetone"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('sources = ["own-order"]', 'sources = ["no-order"]', "law/no-such-slug"),
        ('kind = "precursor"', 'kind = "precursor"\ncolour = "red"', "colour"),
        ('kind = "precursor"', 'kind = "toy"', "toy"),
        ('slug = "harbourine"', 'slug = "other"', 'slug "other"'),
        ('cas = ["999999-99-4"]', 'cas = "999999-99-4"', "array"),
        ('language = "en"', 'language = "en"\ntier = "loud"', "loud"),
        ('cas = ["999999-99-4"]', 'cas = ["ABC"]', "ABC"),
        ('cas = ["999999-99-4"]', 'cas = ["999999-99-5"]', "999999-99-5"),
    ],
)
def test_a_wrong_file_is_refused(
    own: Path, refused: Callable[[], RegistryError], old: str, new: str, says: str
) -> None:
    """An unknown source, regime, key or value stops the load, and the file is named."""
    (own / "substances" / "harbourine.toml").write_text(NEW.replace(old, new))
    error = refused()
    assert says == error.code or says in str(error)
    assert error.at == "harbourine.toml"


def test_a_number_of_ours_is_refused_under_another_slug(
    own: Path, refused: Callable[[], RegistryError]
) -> None:
    """A CAS number of ours in a file of another name is refused, and the right name told."""
    (own / "substances" / "harbourine.toml").write_text(NEW.replace("999999-99-4", "67-64-1"))
    error = refused()
    assert error.at == "harbourine.toml"
    assert "acetone.toml" in error.hint


@pytest.mark.parametrize("number", ["ABC", "67-64-2", "12345678901234567890"])
def test_a_number_that_is_none_is_refused(
    own: Path, refused: Callable[[], RegistryError], number: str
) -> None:
    """A text that is not a CAS number, or has a wrong check digit, is refused with its place."""
    (own / "substances" / "harbourine.toml").write_text(NEW.replace("999999-99-4", number))
    assert refused().at == "harbourine.toml"


def test_a_regime_without_its_source_is_refused(
    own: Path, refused: Callable[[], RegistryError]
) -> None:
    """A regime names a source that must be there."""
    file = own / "regimes" / "own-law" / "instrument.toml"
    file.write_text(REGIME.replace("own-order", "no-order"))
    assert refused().at == "own-law/instrument.toml"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A folder that is not there is named, not taken for an empty one."""
    with pytest.raises(RegistryError) as caught:
        load_registry((tmp_path / "none",))
    assert caught.value.at.endswith("none")


def test_the_digest_follows_the_files(own: Path) -> None:
    """The digest changes with any file, and comes back with its content."""
    file = own / "regimes" / "own-law" / "controls.toml"
    before, ours = load_registry((own,)).digest, load_registry().digest
    file.write_text(CONTROLS.replace("List A", "List B"))
    changed = load_registry((own,))
    assert changed.substance("harbourine").controls[0].schedule == "List B"
    file.write_text(CONTROLS)
    assert load_registry((own,)).digest == before
    (own / "sources" / "further.toml").write_text(SOURCE)
    further = load_registry((own,)).digest
    assert len({before, ours, changed.digest, further}) == 4


def test_the_cached_registry_is_the_one_read(own: Path) -> None:
    """The cached registry equals the files."""
    first = load_registry((own,))
    assert load_registry((own,)) == first == read_registry((own,), first.digest)


def test_an_unknown_slug_is_refused(registry: Registry) -> None:
    """Asking for a substance that is not there says so."""
    with raises("law/no-such-substance", RegistryError):
        registry.substance("no-such-substance")


def test_the_folder_of_a_plug_in_is_joined_unless_it_contradicts(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An incompatible one is named and skipped; folders named by an authority remain strict."""
    torn = tmp_path / "torn"
    torn.mkdir()
    (torn / "quayine.toml").write_text(NEW.replace("harbourine", "quayine"))  # no source, no regime
    law = {name: LawFolder(path=path) for name, path in (("harbour", own), ("torn", torn))}
    plug_in(monkeypatch, LAW, law)
    plugin_folders.cache_clear()
    try:
        assert "own-law" in load_registry().regimes
        assert plugin_folders() == {"harbour": own}
        assert '"torn" of guest 1.0' in caplog.text
        with pytest.raises(RegistryError):
            load_registry((torn,))
    finally:
        plugin_folders.cache_clear()
