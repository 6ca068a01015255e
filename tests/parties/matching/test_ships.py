"""Ships: prefixes of their names, numbers, flags and kind."""

import pytest

from tidewaiter.base.phrases import english
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher, model_record
from tidewaiter.parties.matching.types import AskedParty, Match
from tidewaiter.parties.names import read_name
from tidewaiter.parties.names.affixes import is_ship, prefix_end, ship_numbers
from tidewaiter.parties.types import ListedParty, PartyKind, PartyName

LEAST = model_record().threshold
SHIPS = (
    ListedParty(
        id="1",
        kind="vessel",
        countries=("IR",),
        names=(PartyName(text="PORT ZARIVA-1"), PartyName(text="ASTRAMOOR", kind="former")),
    ),
    ListedParty(id="2", kind="vessel", names=(PartyName(text="DREMAVEL II"),)),
)


@pytest.fixture(scope="module")
def ships(index: Index) -> Matcher:
    """Match against two ships."""
    return Matcher(build_index(SHIPS, index.rarity))


def _match(matcher: Matcher, text: str, kind: PartyKind = "vessel", **more: object) -> list[Match]:
    asked = AskedParty(text=text, kind=kind, **more)  # type: ignore[arg-type]
    return list(matcher.match([asked], 0.0)[0].matches)


@pytest.mark.parametrize(
    "text",
    [
        "M/V {}",
        "MV {}",
        "M.V. {}",
        "MT {}",
        "M.T. {}",
        "m/t {}",
        "SS {}",
        "S.S. {}",
        "F/V {}",
        'MV "{}"',
        "Motor vessel {}",
        "Vessel: {}",
        "M/Y {}",
        "LPG/C {}",
    ],
)
def test_what_stands_before_a_ships_name_is_none_of_it(text: str) -> None:
    """Only the words of the name are compared, and the step is reported."""
    whole = read_name(text.format("Port Zariva-1"), "vessel")
    alone = read_name("Port Zariva-1", "vessel")
    assert [token.key for token in whole.forms[0].tokens] == [
        token.key for token in alone.forms[0].tokens
    ]
    assert any("before the name" in english(step) for step in whole.steps)


@pytest.mark.parametrize("text", ["SSANG YONG", "MTETHYS", "MSC AURORA", "FV", "Mona"])
def test_letters_of_the_name_stay(text: str) -> None:
    """Only separate letters before other text are removed."""
    assert prefix_end(text, 0) == 0


def test_letters_before_other_parties_stay() -> None:
    """A firm may be called so: MT Industries, SS Exports."""
    keys = [token.key for token in read_name("MT Industries", "organisation").forms[0].tokens]
    assert keys[0] == "mt"


def test_marked_letters_tell_a_ship() -> None:
    """M/V precedes no other name; M/S abbreviates Messrs, and MV may be initials."""
    assert is_ship("M/V Anna")
    assert not any(map(is_ship, ("M/S Anna Trading", "MV Anna", "M Anna/Vera", "Anna M/V")))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("PORT OLYA-3", {3}),
        ("SEA STAR III", {3}),
        ("ARGO I", {1}),
        ("M/V ARGO", set()),
        ("IV TRIDENT", set()),
        ("HORIZON 007", {7}),
        ("M.V. DELTA 5", {5}),
        ("IMICO NEKA 455", {455}),
    ],
)
def test_numbers_in_names_of_ships(text: str, numbers: set[int]) -> None:
    """Arabic and Roman ones; no letter of the prefix."""
    assert ship_numbers(text) == numbers


def test_sisters_of_a_series_are_not_one_ship(ships: Matcher) -> None:
    """A different number is mitigating; the same one in Roman numerals is not."""
    assert _match(ships, "MV PORT ZARIVA 1")[0].probability >= LEAST
    other = _match(ships, "MV PORT ZARIVA-3")[0]
    assert other.probability < LEAST
    assert "ship's number: other" in {m.what for m in other.explanation.modifiers}
    assert _match(ships, "M/V Dremavel 2")[0].probability >= LEAST
    bare = {m.what for m in _match(ships, "DREMAVEL")[0].explanation.modifiers}
    assert "ship's number: one has none" in bare


def test_a_former_name_finds_the_ship(ships: Matcher) -> None:
    """Ships are renamed to be let in."""
    match = _match(ships, "MT ASTRAMOOR")[0]
    assert (match.entry, match.name_kind) == ("1", "former")
    assert match.probability >= LEAST


def test_another_flag_says_little(ships: Matcher) -> None:
    """A ship under another flag is still told; a firm in another country costs more."""
    match = _match(ships, "PORT ZARIVA-1", countries=("PA",))[0]
    said = {m.what: m.points for m in match.explanation.modifiers}
    assert match.probability >= LEAST
    assert said["flag: other"] < 0
    assert "country: other" not in said
    firm = _match(ships, "PORT ZARIVA-1", "organisation", countries=("PA",))[0]
    assert "country: other" in {m.what for m in firm.explanation.modifiers}


def test_the_kind_is_told_by_the_letters(ships: Matcher) -> None:
    """An unknown kind with M/V before the name is asked for as a ship, in a batch too."""
    named, known = _match(ships, "M/V PORT ZARIVA-1", "unknown"), _match(ships, "M/V PORT ZARIVA-1")
    assert [m.log_odds for m in named] == [m.log_odds for m in known]
    asking = ships.ask([AskedParty(text="M/V PORT ZARIVA-1")])
    assert asking.kind.tolist() == [3]
