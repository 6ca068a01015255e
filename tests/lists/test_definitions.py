"""What is known of lists, ours and a user's."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.plugged import plug_in
from tests.support.raising import raises

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import PluginError, RegistryError
from tidewaiter.base.plugins import LISTS
from tidewaiter.lists.definitions import find_definition, load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties import readers
from tidewaiter.parties.readers import list_readers
from tidewaiter.parties.readers.entries import ListFormat, ListHeader
from tidewaiter.parties.types import ListedParty, PartyName


def test_each_definition_is_whole() -> None:
    """A list has a licence, a source, a format that is read, and addresses on https."""
    known = load_definitions()
    assert len(known) >= 11
    for definition in known.values():
        assert all((definition.name, definition.authority, definition.licence, definition.source))
        assert set(definition.formats) <= list_readers().keys()
        assert {urlsplit(address).scheme for address in definition.addresses} <= {"https"}


def listed(*programmes: str) -> ListedParty:
    """Make an entry under programmes."""
    return ListedParty(id="1", kind="person", names=(PartyName(text="A"),), programmes=programmes)


def test_lists_in_one_layout_are_told_apart_by_their_programmes() -> None:
    """OFAC's two lists look the same; most of the non-SDN entries have a programme of theirs."""
    known = load_definitions()
    assert find_definition("", "ofac-csv", [listed("NS-PLC")] * 3, known).slug == "ofac-non-sdn"
    mixed = [listed("SDGT"), listed("SDGT"), listed("NS-PLC")]
    assert find_definition("", "ofac-xml", mixed, known).slug == "ofac-sdn"


def test_a_list_that_nobody_names_is_a_question() -> None:
    """Our own layout does not name the list's publisher."""
    with raises("lists/list-not-said") as caught:
        find_definition("", "own-csv", [listed()], load_definitions())
    assert "--as" in caught.value.hint


def test_the_screening_list_does_what_its_parts_do() -> None:
    """Entries of a list of lists have the action of the list that they are from."""
    path = Path(__file__).parents[1] / "data" / "parties" / "csl.csv"
    read = read_list([ListFile(name="csl.csv", content=path.read_bytes())], load_definitions())
    assert read.definition.slug == "us-csl"
    assert [party.action for party in read.parties] == ["debarred", "blocked", "restricted"]


def test_a_definition_of_yours_has_columns_of_its_own(tmp_path: Path) -> None:
    """An authority's table is read by its own mapping, and its entries are confidential."""
    (tmp_path / "suspects.toml").write_text(
        """
slug = "suspects"
name = "Suspects"
authority = "Board"
licence = "For officers only."
source = "our own"
action = "watched"
confidential = true

[columns]
format = "suspects-csv"
source = "our own"
claims = ["Ref", "Firm"]
delimiter = ";"
id = "Ref"
kind_else = "organisation"
names = [["Firm"]]
"""
    )
    known = load_definitions(tmp_path)
    file = ListFile(name="x.csv", content=b"Ref;Firm\n7;Example Ltd\n")
    read = read_list([file], known, "suspects")
    (party,) = read.parties
    assert (party.id, party.kind, party.action) == ("7", "organisation", "watched")
    assert party.confidential


def test_a_definition_replaces_ours(tmp_path: Path) -> None:
    """Another address for a list is a file with its slug."""
    (tmp_path / "un-sc.toml").write_text(
        'slug = "un-sc"\nname = "N"\nauthority = "A"\nlicence = "L"\nsource = "S"\n'
        'addresses = ["https://mirror.example/un.xml"]\n'
    )
    assert load_definitions(tmp_path)["un-sc"].addresses == ("https://mirror.example/un.xml",)


def test_a_definition_under_another_name_is_refused(tmp_path: Path) -> None:
    """The name of the file is the slug, as with every file of facts."""
    (tmp_path / "other.toml").write_text(
        'slug = "un-sc"\nname = "N"\nauthority = "A"\nlicence = "L"\nsource = "S"\n'
    )
    with raises("lists/slug-not-file-name", RegistryError, slug="un-sc"):
        load_definitions(tmp_path)


def test_a_plug_in_brings_a_format(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its reader is used where a definition names it, or the user does; ours win over it."""
    brought = ListFormat(
        claims=lambda files: files[0].content.startswith(b"its own mark"),
        read=lambda files: iter([ListHeader(), listed("X")] if files else []),
    )
    plug_in(monkeypatch, LISTS, {"guest-form": brought, "un-xml": brought})
    (tmp_path / "guest.toml").write_text(
        'slug = "guest"\nname = "N"\nauthority = "A"\nlicence = "L"\nsource = "S"\n'
        'formats = ["guest-form"]\n'
    )
    file = ListFile(name="x", content=b"something of its own")
    known = load_definitions(tmp_path)
    assert read_list([file], known, "guest").format == "guest-form"
    assert read_list([file], known, "other", "guest-form").parties[0].id == "1"
    assert set(readers.plugin_formats()) == {"guest-form"}
    marked = ListFile(name="x", content=b"its own mark, and more")
    assert readers.find_format([marked]) == "guest-form"
    assert readers.find_format([ListFile(name="x", content=b"<CONSOLIDATED_LIST/>")]) == "un-xml"
    with raises("parties/format-not-known"):
        read_list([file], known, "un-sc")


def test_a_plug_in_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking, it has no claim and the others are asked; reading, the list is refused."""

    def fails(files: object) -> bool:
        raise ZeroDivisionError(files)

    def reads(files: object) -> Iterator[ListHeader]:
        yield ListHeader()
        raise ZeroDivisionError(files)

    bad = ListFormat(claims=fails, read=reads)
    good = ListFormat(claims=lambda _: True, read=reads)
    plug_in(monkeypatch, LISTS, {"bad": bad, "good": good})
    file = ListFile(name="x", content=b"something of its own")
    assert readers.find_format([file]) == "good"
    with raises("base/plugin-failed", PluginError, title='the plug-in "bad" of guest 1.0'):
        read_list([file], {}, "mine", "bad")
