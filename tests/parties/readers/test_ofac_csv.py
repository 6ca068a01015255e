"""OFAC's lists as delimited files: what belongs together, and what is refused."""

from collections.abc import Callable

import pytest

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers import find_format
from tidewaiter.parties.readers.entries import EntryRefusal, ListHeader
from tidewaiter.parties.readers.ofac_csv import read_ofac_csv
from tidewaiter.parties.types import Identifier, ListedParty

Read = tuple[ListHeader | None, list[ListedParty], list[EntryRefusal]]

_NULLS = ",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"
SDN = (
    f'36,"EXAMPLE AIRLINES",-0- ,"CUBA"{_NULLS}"a.k.a. \'EXAIR\'."\r\n'
    f'101,"EJEMPLO, Juan","individual","SDNTK] [SDGT"{_NULLS}"DOB 1970; Passport A1 (Mex"\r\n'
    "\x1a"
)
ALT = '36,12,"fka","OLD AIRLINES",-0- \r\n999,13,"aka","NOBODY",-0- \r\n'
ADD = '36,25,"Calle 1","Havana","Cuba",-0- \r\n'
COMMENTS = '101,"ico)."\r\n'


def files(**texts: str) -> list[ListFile]:
    """Make files of these names."""
    return [ListFile(name=f"{name}.csv", content=text.encode()) for name, text in texts.items()]


def read(**texts: str) -> Read:
    """Read files of one list."""
    items = list(read_ofac_csv(files(**texts)))
    return (
        None,
        [item for item in items if isinstance(item, ListedParty)],
        [item for item in items if isinstance(item, EntryRefusal)],
    )


def test_the_files_of_one_day_are_put_together_in_any_order() -> None:
    """Names, addresses and what did not fit into the remarks come to their entries."""
    assert find_format(files(alt=ALT, sdn=SDN)) == "ofac-csv"
    _, (firm, person), refusals = read(alt=ALT, comments=COMMENTS, add=ADD, sdn=SDN)
    assert [(n.text, n.kind) for n in firm.names] == [
        ("EXAMPLE AIRLINES", "primary"),
        ("EXAIR", "weak alias"),
        ("OLD AIRLINES", "former"),
    ]
    assert firm.addresses[0].country == "CU"
    assert person.programmes == ("SDNTK", "SDGT")
    assert person.identifiers == (Identifier(scheme="passport", value="A1", country="MX"),)
    assert [(r.file, r.place, r.value) for r in refusals] == [("alt.csv", "row 2", "999")]


def test_a_row_of_titles_is_no_entry() -> None:
    """Some save the file with titles; they are neither read nor refused."""
    titles = "ID,Name,Type,Country,Title,F,G,H,I,J,K,Details\n"
    _, parties, refusals = read(sdn=titles + SDN)
    assert (len(parties), refusals) == (2, [])


def test_two_entries_with_one_number_are_refused() -> None:
    """The first is kept, the second reported with the row of the first."""
    _, parties, refusals = read(sdn=SDN.removesuffix("\x1a") + SDN.splitlines()[0] + "\r\n")
    assert len(parties) == 2
    assert [(r.place, r.code) for r in refusals] == [("row 3", "parties/id-of-another-entry")]


@pytest.mark.parametrize("cut", [20, 120, 170])
def test_a_file_that_is_cut_short_is_refused_as_a_whole(cut: int) -> None:
    """Half a file would silently omit entries."""
    with pytest.raises(InputError) as caught:
        read(sdn=SDN[:-cut])
    assert caught.value.at == "sdn.csv"


@pytest.mark.parametrize(
    "texts",
    [{"alt": ALT}, {"sdn": SDN, "again": SDN}, {"sdn": SDN, "readme": "Read me,first\n"}],
)
def test_files_that_are_no_set_are_refused(texts: dict[str, str]) -> None:
    """Entries are missing, duplicate, or from another set."""
    with pytest.raises(InputError) as caught:
        read(**texts)
    assert "together" in caught.value.hint


Real = Callable[..., Read]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("names", "entries", "listed", "births"),
    [
        (("bench_sdn.csv", "bench_add.csv", "bench_alt.csv"), 8_976, 23_318, 4_428),
        (("cons_prim.csv", "cons_add.csv", "cons_alt.csv"), 442, 1_581, 74),
    ],
)
def test_real_lists_are_read_without_a_refusal(
    read_real: Real, names: tuple[str, ...], entries: int, listed: int, births: int
) -> None:
    """Lists of 2022 and 2025: every entry and name; births as many as remarks with "DOB"."""
    _, parties, refusals = read_real(*(f"ofac_watchman/{name}" for name in names))
    assert (len(parties), sum(len(party.names) for party in parties)) == (entries, listed)
    assert sum(bool(party.births) for party in parties) == births
    assert refusals == []


@pytest.mark.shared
def test_the_remarks_of_a_real_list_are_read(read_real: Real) -> None:
    """Of 2023: countries, numbers of ships and wallets; no birth date is left over."""
    _, parties, refusals = read_real("ofac_sdn_2023-11/sdn.csv", "ofac_sdn_2023-11/sdn_address.csv")
    assert len(parties) == 11_443
    schemes = [each.scheme for party in parties for each in party.identifiers]
    assert schemes.count("wallet") == 207
    ships = [party for party in parties if party.kind == "vessel"]
    assert sum("IMO" in {i.scheme for i in ship.identifiers} for ship in ships) > 0.9 * len(ships)
    assert not any("born:" in party.note for party in parties)
    assert refusals == []


@pytest.mark.shared
def test_the_real_non_sdn_list_says_the_same_as_csv_and_xml(read_real: Real) -> None:
    """The files are of different days, yet nearly all entries and first names agree."""
    _, tabled, _ = read_real(*(f"ofac_watchman/cons_{p}.csv" for p in ("prim", "add", "alt")))
    header, marked, refusals = read_real("ofac_noncdn_xml/consolidated.xml")
    assert header is not None
    assert (header.entries, len(marked), refusals) == (443, 443, [])
    names = {party.id: party.names[0].text for party in tabled}
    assert sum(names.get(party.id) == party.names[0].text for party in marked) > 430


@pytest.mark.shared
def test_the_real_list_of_the_un_is_read(read_real: Real) -> None:
    """Of 2026-02-27: 730 persons, 273 organisations, names in their own script, births."""
    header, parties, refusals = read_real("un_consolidated/UN_consolidated.xml")
    assert header is not None
    assert str(header.dated) == "2026-02-27"
    assert [sum(p.kind == kind for p in parties) for kind in ("person", "organisation")] == [
        730,
        273,
    ]
    kinds = [name.kind for party in parties for name in party.names]
    assert (kinds.count("native"), kinds.count("weak alias")) == (382, 621)
    assert sum(party.births_about for party in parties) > 100
    assert refusals == []


@pytest.mark.shared
def test_the_real_denied_persons_list_is_read(read_real: Real) -> None:
    """Of 2022, 581 rows: an order has a row for each address, and is one entry."""
    _, parties, refusals = read_real("ofac_watchman/bench_dpl.txt")
    assert len(parties) == 487
    assert sum(len(party.addresses) for party in parties) > 570
    assert all(party.listed for party in parties)
    assert refusals == []
