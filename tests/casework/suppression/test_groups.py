"""Groups of dismissed alerts: their traits, those that share some, and the scope of all of them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tidewaiter.casework.suppression.proposals import (
    Key,
    Known,
    Place,
    Traits,
    frequent,
    known_of,
    shared_by,
)
from tidewaiter.casework.suppression.scope import (
    Found,
    Given,
    Named,
    Scope,
    Subject,
    Trader,
    Written,
)

Make = Callable[..., Subject]


def _line(alert: Subject, **changes: Any) -> Subject:
    return structs.replace(alert, line=structs.replace(alert.line, **changes))


def _scope(*alerts: Subject) -> Scope:
    found = shared_by([known_of(each) for each in alerts])
    assert found is not None
    return found


def test_the_traits_of_an_alert(subject: Make) -> None:
    """Its substances sorted, the words around its find, its heading and its traders."""
    alert = structs.replace(
        subject(goods="Sassafras tea, blend of spring"), substances=("safrole", "piperonal")
    )
    assert known_of(alert).traits == Traits(
        substances=("piperonal", "safrole"),
        place=Place((), ("sassafras",), ("tea", "blend")),
        heading="1211",
        shipper=("example", "herbs", "ltd"),
        consignee=("specimen", "tea", "gmbh"),
    )


@pytest.mark.parametrize(
    ("hs", "heading"),
    [("121190", "1211"), ("1211", "1211"), ("121", ""), ("12 11", "1211"), (None, "")],
)
def test_a_heading_has_four_digits(subject: Make, hs: str | None, heading: str) -> None:
    """A shorter code is none."""
    assert known_of(_line(subject(), hs=hs)).traits.heading == heading


def test_a_line_without_traders_has_none(subject: Make) -> None:
    """A line with nameless traders has none either."""
    for parties in (None, (Named(role="consignor", id="77"),)):
        traits = known_of(_line(subject(), parties=parties)).traits
        assert (traits.shipper, traits.consignee) == ((), ())


GOODS = "One two three sassafras four five"


def _find(text: str, field: str = "goods") -> Found:
    start = GOODS.index(text) if text in GOODS else 0
    end = start + len(text)
    return Found(substance="safrole", field=field, start=start, end=end, text=text, how="fuzzy")


@pytest.mark.parametrize(
    ("finds", "place"),
    [
        ([_find("sassafras")], Place(("two", "three"), ("sassafras",), ("four", "five"))),
        ([_find("One")], Place((), ("one",), ("two", "three"))),
        ([_find("two three")], Place(("one",), ("two", "three"), ("sassafras", "four"))),
        ([_find("94-59-7", "cas"), _find("five")], Place(("sassafras", "four"), ("five",), ())),
        ([_find("Box", "commercial")], Place((), ("box",), ("of", "tea"))),
        ([_find("94-59-7", "cas")], Place((), tuple(GOODS.lower().split()), ())),
    ],
)
def test_the_place_is_that_of_the_first_find_in_a_text(
    subject: Make, finds: list[Found], place: Place
) -> None:
    """With two words on each side; without such a find, a short description as a whole."""
    alert = _line(subject(mentions=tuple(finds)), goods=GOODS, commercial="Box of tea")
    assert known_of(alert).traits.place == place


@pytest.mark.parametrize(("count", "there"), [(0, False), (1, True), (8, True), (9, False)])
def test_a_description_of_a_few_words_is_a_place(subject: Make, count: int, *, there: bool) -> None:
    """A longer one is not a pattern, and neither is one without words."""
    goods = " ".join("abcdefghij"[:count])
    alert = _line(subject(mentions=()), goods=goods)
    assert (known_of(alert).traits.place is not None) == there


_ALERT = Subject(
    id="a1",
    severity="low",
    substances=("safrole",),
    line=Written(),
    mentions=(),
    reasons=(),
)


def _phrases(place: Place | None) -> Iterator[tuple[str, ...]]:
    """Yield what may be said around a find, in any way."""
    if place is not None:
        words = (*place.before, *place.find, *place.after)
        first, after = len(place.before), len(place.before) + len(place.find)
        for begin, end in product(range(len(words) + 1), repeat=2):
            if begin <= first and end >= after:
                yield words[begin:end]


def _keys(traits: Traits) -> set[Key]:
    choices = product(
        [(), *_phrases(traits.place)],
        {"", traits.heading},
        {(), traits.shipper},
        {(), traits.consignee},
    )
    return {Key(traits.substances, *each) for each in choices if any(each)}


def _by_hand(known: Sequence[Known], least: int) -> set[tuple[int, ...]]:
    """Group alerts by each choice of their traits, however rare."""
    keys = [_keys(each.traits) for each in known]
    groups = {
        tuple(place for place, mine in enumerate(keys) if key in mine) for key in set().union(*keys)
    }
    return {each for each in groups if len(each) >= least}


_word = st.sampled_from(["tea", "oil"])
_words = st.lists(_word, max_size=2).map(tuple)
_traits = st.builds(
    Traits,
    substances=st.sampled_from([("safrole",), ("safrole", "piperonal")]),
    place=st.none() | st.builds(Place, _words, _word.map(lambda word: (word,)), _words),
    heading=st.sampled_from(["", "1211", "3302"]),
    shipper=_words,
    consignee=_words,
)


@given(st.lists(_traits, max_size=8), st.integers(1, 4))
def test_groups_are_those_of_each_choice_of_traits(traits: list[Traits], least: int) -> None:
    """Skipping what is rare alone loses no group; the largest groups are first."""
    known = [Known(_ALERT, each) for each in traits]
    found = frequent(known, least)
    assert set(found) == _by_hand(known, least)
    assert len(set(found)) == len(found)
    assert found == sorted(found, key=lambda places: (-len(places), places))


def test_the_scope_of_alerts_takes_in_all_that_they_have(subject: Make) -> None:
    """Substances, ways and rules of any of them, and the highest severity."""
    one = subject("a1", reasons=(Given(rule="control", points=45), Given(rule="free", points=-9)))
    exact = structs.replace(one.mentions[0], how="exact", substance="piperonal")
    other = subject(
        "a2",
        severity="medium",
        substances=("piperonal",),
        mentions=(*one.mentions, exact),
        reasons=(Given(rule="name", points=2), Given(rule="vague", points=0)),
    )
    found = _scope(one, other)
    assert (found.substances, found.ways) == (("piperonal", "safrole"), ("exact", "fuzzy"))
    assert (found.rules, found.most) == (("control", "name"), "medium")
    assert _scope(other, one) == found


@pytest.mark.parametrize(
    ("goods", "phrase"),
    [
        (["Sassafras tea blend", "Sassafras tea blend"], "sassafras tea blend"),
        (["Sassafras tea blend", "Sassafras tea bags"], "sassafras tea"),
        (["Sassafras tea blend", "Sassafras"], "sassafras"),
        (["Sassafras tea blend", "Sassafras oil blend"], "sassafras"),
        (["Sassafras tea", "Sassafrass tea"], ""),
    ],
)
def test_the_phrase_of_alerts_is_the_longest_around_one_find(
    subject: Make, goods: list[str], phrase: str
) -> None:
    """Where they are found by different words there is none."""
    assert _scope(*(subject(goods=each) for each in goods)).phrase == phrase


def test_the_words_before_a_find_are_shared_from_the_nearest_on(subject: Make) -> None:
    """Whatever precedes them."""
    finds = []
    for goods in ("red leaf of sassafras", "dry leaf of sassafras", "leaf of sassafras"):
        (mention,) = subject().mentions
        at = structs.replace(mention, start=goods.index("sassafras"), end=len(goods))
        finds.append(subject(goods=goods, mentions=(at,)))
    assert _scope(*finds).phrase == "leaf of sassafras"
    assert _scope(*finds[:2]).phrase == "leaf of sassafras"
    without = subject(goods="too many words to be one pattern of goods here", mentions=())
    assert _scope(*finds, without).phrase == ""


def test_a_heading_and_a_trader_are_those_that_all_have(subject: Make) -> None:
    """Of a trader with several numbers, or none, the name alone is; it is written as first met."""
    alert = subject()
    assert _scope(alert, _line(alert, hs="1211")).heading == "1211"
    assert _scope(alert, _line(alert, hs="3302")).heading == ""
    assert _scope(alert, _line(alert, hs=None)).heading == ""

    def named(name: str | None, number: str | None = "77") -> Subject:
        return _line(alert, parties=(Named(role="consignor", name=name, id=number),))

    first = named("Example Herbs Ltd")
    ours = Trader(name="Example Herbs Ltd", id="77")
    assert _scope(first, named("EXAMPLE HERBS, LTD", " 77 ")).shipper == ours
    assert _scope(first, named("Example Herbs Ltd", "78")).shipper == structs.replace(ours, id="")
    assert _scope(first, named("Example Herbs Ltd", None)).shipper == structs.replace(ours, id="")
    assert _scope(first, named("Other Herbs Ltd")).shipper is None
    assert _scope(first, named(None)).shipper is None
    assert _scope(named(None), first).shipper is None
    assert _scope(named("?!"), named("?!")).shipper is None


def test_alerts_that_share_too_little_have_no_scope(subject: Make) -> None:
    """Nothing was found in them, or all that is shared is the name of a country."""
    nothing = subject(substances=(), mentions=(), reasons=())
    assert shared_by([known_of(nothing)]) is None
    of_china = _line(subject(), parties=(Named(role="consignee", name="China"),))
    assert shared_by([known_of(of_china)]) is None
