"""Matching by identifiers: decisive ones, mitigating ones, and their weights."""

from collections.abc import Callable

import pytest

from tidewaiter.parties.identifiers.schemes import scheme_named
from tidewaiter.parties.matching.attributes import NOT_VALID, points, rules
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher, model_record
from tidewaiter.parties.matching.types import AskedParty, Match
from tidewaiter.parties.types import Address, Identifier, ListedParty, PartyKind, PartyName

Read = tuple[object, list[ListedParty], object]
LEIS = ("213800KUD8LAJWSQ9D15", "7LTWFZYICNSX8D621K86")
IMOS = ("9187629", "9187655")
USCCS = ("91310115MA1K4DLAXM", "91222401MA0Y31E659")
LEAST = model_record().threshold


def _id(scheme: str, value: str, country: str = "") -> Identifier:
    return Identifier(scheme=scheme, value=value, country=country)


def _firm(
    key: str, name: str, *numbers: Identifier, kind: PartyKind = "organisation", **more: object
) -> ListedParty:
    return ListedParty(
        id=key,
        kind=kind,
        names=(PartyName(text=name),),
        identifiers=numbers,
        **more,  # type: ignore[arg-type]
    )


FIRMS = (
    _firm(
        "all",
        "Qorvex Plumbing Works",
        _id("LEI", LEIS[0]),
        _id("USCC", USCCS[0]),
        _id("passport", "A1234567", "IR"),
        _id("national-id", "B12345678"),
        _id("website", "www.facebook.com"),
        _id("phone", "12345"),
        _id("registration", "55512"),
        _id("phone", "010 6512 3456"),
        _id("email", "Sales@qorvex.example.com"),
        _id("website", "www.qorvex-works.com"),
        _id("wallet", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        _id("website", "http://www.facebook.com/QorvexWorks/"),
        _id("SWIFT", "HAVIGB2L"),
        countries=("CN",),
    ),
    _firm("ship", "ZARIVANTO", _id("IMO", IMOS[0]), _id("call-sign", "T2EU4"), kind="vessel"),
    *(
        _firm(f"sister {n}", name, _id("website", "www.sisters-group.com"))
        for n, name in enumerate(("Belltorn Mining", "Dagovich Freight", "Umbrel Optics"))
    ),
)


@pytest.fixture(scope="module")
def firms(index: Index) -> Matcher:
    """Match against the firms of this file, with words as rare as on the small list."""
    return Matcher(build_index(FIRMS, index.rarity))


def _ask(matcher: Matcher, text: str, *numbers: Identifier, **more: object) -> dict[str, Match]:
    party = AskedParty(text=text, identifiers=numbers, **more)  # type: ignore[arg-type]
    return {match.entry: match for match in matcher.match([party], 0.0)[0].matches}


def _what(match: Match) -> dict[str, float]:
    return {each.what: each.points for each in match.explanation.modifiers}


@pytest.mark.parametrize(
    ("entry", "number", "rule"),
    [
        ("all", _id("lei", LEIS[0].lower()), "identifier: same, check digits right"),
        ("all", _id("", USCCS[0]), "identifier: same, check digits right"),
        ("all", _id("passport", "A 1234567", "Iran"), "identifier: same"),
        ("all", _id("passport", "A1234567"), "identifier: same number"),
        ("all", _id("id", "b-12345678"), "identifier: same number"),
        ("all", _id("mobile", "+86 10 6512 3456 ext 9"), "phone: same"),
        ("all", _id("email", "sales@QORVEX.example.com"), "e-mail: same"),
        ("all", _id("wallet", "BTC 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), "wallet: same"),
        ("all", _id("web", "facebook.com/qorvexworks"), "page: same"),
        ("all", _id("web", "https://qorvex-works.com/contact"), "domain: same"),
        ("all", _id("email", "other@qorvex-works.com"), "domain: same"),
        ("all", _id("bic", "HAVIGB2L"), "bank code: same"),
        ("ship", _id("imo", f"IMO {IMOS[0]}"), "identifier: same, check digits right"),
        ("ship", _id("callsign", "t2eu4"), "call sign: same"),
    ],
)
def test_an_identifier_finds_its_entry_whatever_the_name(
    firms: Matcher, entry: str, number: Identifier, rule: str
) -> None:
    """The explanation has the rule, its points, and that the name is unrelated."""
    match = _ask(firms, "Nothing Alike Bakery", number)[entry]
    said = _what(match)
    assert said == {rule: points()[rule], "name: in no relation": points()["name: in no relation"]}
    assert match.log_odds == pytest.approx(sum(said.values()))
    assert match.probability >= LEAST
    assert [m.entry for m in firms.match([AskedParty(text="", identifiers=(number,))])[0].matches]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (_id("passport", "A1234567", "PK"), "a passport of another country"),
        (_id("phone", "+86 10 6512 3457"), "another telephone"),
        (_id("email", "sales@gmail.com"), "another mailbox"),
        (_id("web", "www.facebook.com/another"), "another page of a site for all"),
        (_id("registration", "55512"), "a short number of a register not said"),
        (_id("id", "a-1234567"), "a short number of another scheme"),
        (_id("web", "facebook.com"), "a site for all"),
        (_id("phone", "12345"), "no telephone"),
        (_id("web", "www.sisters-group.com"), "a domain that three entries share"),
    ],
)
def test_what_does_not_find_an_entry_alone(firms: Matcher, number: Identifier, why: str) -> None:
    """Such a number supports a name at most."""
    found = _ask(firms, "Nothing Alike Bakery", number)
    assert all(match.probability < LEAST for match in found.values()), why


def test_a_generic_name_does_not_hide_who_bears_the_number(firms: Matcher) -> None:
    """A name that is not assessable does not hide a decisive number."""
    asked = AskedParty(text="Trading Company Ltd", identifiers=(_id("lei", LEIS[0]),))
    answer = firms.match([asked])[0]
    assert answer.not_assessable == "generic words only"
    assert [match.entry for match in answer.matches] == ["all"]


def test_a_shared_domain_is_told_with_its_bearers(firms: Matcher) -> None:
    """It supports the name that fits, and counts less for each that has it."""
    number = _id("email", "info@sisters-group.com")
    found = _ask(firms, "Dagovich Freight", number)
    said = _what(found["sister 1"])
    assert said["domain: same"] > 0
    assert said["shared by entries"] == pytest.approx(-1.0986, abs=1e-3)
    assert found["sister 1"].log_odds > _ask(firms, "Dagovich Freight")["sister 1"].log_odds
    assert found["sister 0"].probability < LEAST


@pytest.mark.parametrize(
    ("name", "entry", "number", "kind"),
    [
        ("Qorvex Plumbing Works", "all", _id("LEI", LEIS[1]), "organisation"),
        ("Qorvex Plumbing Works", "all", _id("tax", USCCS[1]), "organisation"),
        ("M/V ZARIVANTO", "ship", _id("IMO", IMOS[1]), "vessel"),
    ],
)
def test_another_valid_number_speaks_against_the_same_name(
    firms: Matcher, name: str, entry: str, number: Identifier, kind: PartyKind
) -> None:
    """Two valid numbers of one scheme are of two parties; one mistyped says nothing."""
    assert _ask(firms, name, kind=kind)[entry].probability >= LEAST
    against = _ask(firms, name, number, kind=kind)[entry]
    assert _what(against)["identifier: other"] < 0
    assert against.probability < LEAST
    wrong = _id(number.scheme, number.value[:-1] + ("0" if number.value[-1] != "0" else "1"))
    assert _ask(firms, name, wrong, kind=kind)[entry].probability >= LEAST


def test_quality_orders_the_points() -> None:
    """An official number with check digits is above all, a domain below all that find alone."""
    order = (
        "identifier: same, check digits right",
        "wallet: same",
        "identifier: same",
        "e-mail: same",
        "phone: same",
        "call sign: same",
        "domain: same",
        "identifier: same, short",
    )
    values = [points()[rule] for rule in order]
    assert values == sorted(values, reverse=True)
    assert points()["identifier: other"] <= -max(values)


def test_each_rule_says_why_and_stands_there_once() -> None:
    """Points without labelled data have a written justification."""
    assert len({each.what for each in rules()}) == len(rules())
    assert all(len(each.why) > 20 for each in rules())


def test_each_scheme_names_rules_that_there_are() -> None:
    """A scheme with its own rule has one for invalid numbers, too."""
    for name in ("phone", "fax", "e-mail", "web", "wallet", "bic", "call sign"):
        rule = scheme_named(name)[0].agrees
        assert {rule, f"{rule}, {NOT_VALID}"} <= points().keys(), name


def test_a_firms_imo_number_is_found_under_either_word(index: Index) -> None:
    """Papers call both numbers IMO: that of the ship and that of her owner."""
    owner = _firm("owner", "Qorvex Shipping", _id("IMO-company", "5342883"))
    matcher = Matcher(build_index([owner], index.rarity))
    assert _what(_ask(matcher, "", _id("imo", "5342883"))["owner"]) == {
        "identifier: same number": points()["identifier: same number"],
        NOT_VALID: 0.0,
    }


def test_what_cannot_be_right_is_told_and_compared_as_written(firms: Matcher) -> None:
    """It costs nothing, and is in the answer with or without a match."""
    bad = _id("LEI", LEIS[0][:-1] + "6")
    answer = firms.match([AskedParty(text="Qorvex Plumbing Works", identifiers=(bad,))])[0]
    assert answer.doubts == (f"LEI {bad.value}: its check digits are wrong",)
    assert _what(answer.matches[0])[NOT_VALID] == 0
    assert firms.match([AskedParty(text="Other", identifiers=(bad,))])[0].doubts


def test_several_numbers_add_up(firms: Matcher) -> None:
    """The points of names and numbers are the log-odds; an e-mail's domain counts once."""
    numbers = (
        _id("email", "sales@qorvex.example.com"),
        _id("web", "qorvex.example.com"),
        _id("phone", "+86 10 6512 3456"),
        _id("lei", LEIS[1]),
    )
    match = _ask(firms, "Qorvex Plumbing", *numbers, countries=("CN",))["all"]
    said = match.explanation
    points_of_words = sum(p.points for p in said.pairs) + sum(p.points for p in said.left_over)
    beside = sum(m.points for m in said.modifiers)
    assert points_of_words + beside == pytest.approx(match.log_odds, abs=1e-3)
    assert {"e-mail: same", "phone: same", "identifier: other"} <= _what(match).keys()
    assert "domain: same" not in _what(match)


PLACE = "Room 301, 3/F, No. 12 Keji Road, Nanshan District, Shenzhen, China"


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("NO. 12, KEJI RD., 3FL, UNIT 301, NANSHAN, SHENZHEN", "address: same room"),
        ("12 Keji Road, Nanshan, Shenzhen", "address: same house"),
        ("Unit 905, 12 Keji Road, Nanshan, Shenzhen", ""),
        ("14 Keji Road, Nanshan, Shenzhen", ""),
        ("12 Binhe Road, Futian, Shenzhen", ""),
        ("Shenzhen, China", ""),
    ],
)
def test_a_shared_address_supports_and_another_says_nothing(
    index: Index, written: str, rule: str
) -> None:
    """House, street and place must agree; another place is neutral; no address alerts alone."""
    firm = _firm("f", "Qorvex Plumbing Works", addresses=(Address(text=PLACE, country="CN"),))
    matcher = Matcher(build_index([firm], index.rarity))
    match = _ask(matcher, "Qorvex Plumbing Works", addresses=(written,))["f"]
    said = {what: n for what, n in _what(match).items() if what.startswith("address")}
    assert said == ({rule: points()[rule]} if rule else {})
    nobody = _ask(matcher, "Nothing Alike Bakery", addresses=(PLACE,), countries=("CN",))
    assert all(each.probability < LEAST for each in nobody.values())


def test_real_listed_identifiers_decide(read_real: Callable[..., Read], index: Index) -> None:
    """Numbers, telephones, e-mails and wallets of OFAC's list find their entry under any name."""
    _, parties, _ = read_real("ofac_sdn_2023-11/sdn.csv")
    wanted = {"LEI", "IMO", "USCC", "INN", "RFC", "phone", "email", "wallet", "passport"}
    bearing = [p for p in parties if any(i.scheme in wanted for i in p.identifiers)][::20]
    matcher = Matcher(build_index(bearing, index.rarity))
    asked = [
        (party.id, AskedParty(text="Nothing Alike Bakery", identifiers=(each,)))
        for party in bearing
        for each in party.identifiers
        if each.scheme in wanted and len(each.value) > 6
    ]
    answers = matcher.match([party for _, party in asked])
    found = [
        key in {match.entry for match in answer.matches}
        for (key, _), answer in zip(asked, answers, strict=True)
    ]
    assert len(found) > 100
    assert sum(found) / len(found) > 0.97
