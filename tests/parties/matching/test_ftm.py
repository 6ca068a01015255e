"""FollowTheMoney queries and entities: what is compared, what is reported as ignored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.party_lists import LEI, WATCHED

from tidewaiter.base.errors import InputError
from tidewaiter.parties.matching.ftm import (
    MOST_NAMES,
    Ignored,
    label_of,
    parse_query,
    properties_in,
    schema_of,
)
from tidewaiter.parties.readers.ftm import properties_of
from tidewaiter.parties.types import Identifier


def test_a_query_is_read_as_a_party_with_attributes() -> None:
    """Names, dates, countries, addresses and numbers count; all else is reported."""
    query = parse_query(
        "Person",
        {
            "name": "Zorblatt Quimberly",
            "birthDate": ["1970"],
            "nationality": ["China", "Nowhereland"],
            "passportNumber": "A1",
            "address": ["12 Harbour Road"],
            "gender": ["male"],
            "shoeSize": "41",
            "addressEntity": [{"id": "a"}],
        },
        query_id="q",
    )
    (party,) = query.parties
    assert (party.id, party.text, party.kind) == ("q", "Zorblatt Quimberly", "person")
    assert (party.births, party.countries) == (("1970",), ("CN",))
    assert party.identifiers == (Identifier(scheme="passport", value="A1"),)
    assert party.addresses == ("12 Harbour Road",)
    assert query.properties["nationality"] == ("cn",)
    assert set(query.ignored) == {
        Ignored(property="nationality", why="not-a-country"),
        Ignored(property="gender", why="not-compared"),
        Ignored(property="shoeSize", why="unknown-property"),
        Ignored(property="addressEntity", why="nested-entity"),
    }


def test_each_name_is_asked_for() -> None:
    """Aliases and former names too; a query without names has one party without a name."""
    query = parse_query("Company", {"name": ["A", "B"], "alias": "C", "previousName": ["A"]})
    assert [each.text for each in query.parties] == ["A", "B", "C"]
    nameless = parse_query("LegalEntity", {"leiCode": LEI})
    assert [each.text for each in nameless.parties] == [""]


def test_parts_of_a_name_make_one() -> None:
    """Only where no whole name is given."""
    parts = {"lastName": "Vandermeersch", "firstName": ["Zorblatt", "Q"]}
    assert parse_query("Person", parts).parties[0].text == "Zorblatt Q Vandermeersch"
    whole = parse_query("Person", {**parts, "name": "Z. Vandermeersch"})
    assert [each.text for each in whole.parties] == ["Z. Vandermeersch"]


@pytest.mark.parametrize(
    ("schema", "properties", "code", "at"),
    [
        ("Banana", {}, "parties/schema-unknown", "q.schema"),
        ("Sanction", {}, "parties/schema-not-matched", "q.schema"),
        ("Person", {"name": [True]}, "parties/value-not-text", "q.properties.name"),
        ("Person", {"name": [1.5]}, "parties/value-not-text", "q.properties.name"),
        ("Person", {"name": "x" * 1_001}, "parties/value-too-long", "q.properties.name"),
        ("Person", {"email": ["x"] * 101}, "parties/too-many-values", "q.properties.email"),
        ("Person", {"alias": [f"n{i}" for i in range(21)]}, "parties/too-many-names", "q"),
    ],
)
def test_a_bad_query_is_refused(
    schema: str, properties: dict[str, object], code: str, at: str
) -> None:
    """With a code, and the place in the query."""
    assert MOST_NAMES == 20
    with pytest.raises(InputError) as caught:
        parse_query(schema, properties, at="q")
    assert (caught.value.code, caught.value.at) == (code, at)


@given(
    st.dictionaries(
        st.sampled_from(["name", "birthDate", "country", "phone", "address", "topics", "x"]),
        st.lists(st.text(max_size=30) | st.integers(), max_size=3),
    )
)
def test_each_value_is_used_or_reported(properties: dict[str, list[str | int]]) -> None:
    """No property of a query vanishes."""
    query = parse_query("LegalEntity", properties)
    told = {*query.properties, *(each.property for each in query.ignored)}
    assert {name for name, held in properties.items() if any(str(v).strip() for v in held)} == told


def test_an_entry_has_properties_of_its_schema_only() -> None:
    """What FollowTheMoney has no property for is kept as a note."""
    for party in WATCHED:
        assert properties_in(party).keys() <= properties_of(schema_of(party))
    told = properties_in(WATCHED[0])
    assert told["name"] == ["Qorvex Plumbing Works"]
    assert (told["weakAlias"], told["previousName"]) == (["QPW"], ["Qorvex Trading"])
    assert (told["leiCode"], told["country"]) == ([LEI], ["cn"])
    assert told["topics"] == ["export.control"]
    assert told["sourceUrl"] == ["https://lists.example/W1"]
    assert told["notes"] == [
        "countryName: Nowhereland",
        "wallet: made-up-wallet",
        "owned-by: Beispiel AG (60 %)",
    ]


def test_an_indictment_is_no_crime() -> None:
    """It has no topic, as no court has decided."""
    assert "topics" not in properties_in(WATCHED[1])


@pytest.mark.parametrize(
    ("name", "label"), [("birthDate", "Birth date"), ("name", "Name"), ("imoNumber", "Imo number")]
)
def test_a_property_has_a_label(name: str, label: str) -> None:
    """Made of its words."""
    assert label_of(name) == label
