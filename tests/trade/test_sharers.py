"""The pre-filter in columns keeps each party that shares an attribute with one of an alert."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.members import read_written
from tidewaiter.parties.resolution.shared_attributes import SharedThing, Sought, things_of
from tidewaiter.trade.sharers import Near, Sharers
from tidewaiter.trade.shell_companies import Look
from tidewaiter.trade.types import LINES

FIELDS = ("name", "address", "country", "id_scheme", "id")
PLACES = frozenset({"address-shared", "building-shared"})


def things_of_all(*parties: Written) -> set[SharedThing]:
    """Return what parties have that others may share."""
    return {thing for each in parties for thing in things_of(read_written(each))}


def near(things: set[SharedThing], *parties: Written) -> Near:
    """Filter parties by searched attributes."""
    columns = {name: [getattr(each, name) for each in parties] for name in FIELDS}
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    return Sharers(Sought(things)).among(table)


PIECES = st.sampled_from(
    [
        "12",
        "012",
        "12a",
        "12-34ab",
        "123abc",
        "5th Floor",
        "No.7",
        "Rm301",
        "Rm12ab",
        "Unit 0",
        "0",
        "Keji Road",
        "KEJI RD",
        "Building",
        "Straße 9",
        "٣ Keji",
        "科技路12号",
        "90210",
        "EC1A 1BB",
        "P.O. Box 12",
        "TEL +49 30 1234567",
        "tel (030) 123-45.67",
        "A.B@c.example.com.",
        "x@y.example..z",
        "a@b.example@c.example",
        "a@b.example.com+x",
    ]
)
PARTIES = st.builds(
    Written,
    name=st.sampled_from(["Alpha", "c/o Beta", "a@b.example.com", "Tel 030 1234567", "", "Ω 12"]),
    address=st.tuples(st.lists(PIECES, max_size=5), st.sampled_from([" ", ", ", "-", ""])).map(
        lambda said: said[1].join(said[0])
    ),
    country=st.sampled_from(["DE", ""]),
    id_scheme=st.sampled_from(["", "phone"]),
    id=st.sampled_from(["", "+49 30 1234567", "x@y.example.org"]),
)


@given(st.lists(PARTIES, min_size=1, max_size=6), st.data())
def test_no_party_that_shares_an_attribute_is_lost(
    parties: list[Written], data: st.DataObject
) -> None:
    """Whatever is searched, each party that has it is kept, and marked with what it may share."""
    things = things_of_all(data.draw(st.sampled_from(parties)))
    found = near(things, *parties)
    rows = zip(*(found.parties.column(name).to_pylist() for name in FIELDS), strict=True)
    kept = dict(zip(rows, zip(found.calls, found.places, strict=True), strict=True))
    for each in parties:
        shared = things & things_of_all(each)
        call, place = kept.get(tuple(getattr(each, name) for name in FIELDS), (False, False))
        assert place or not any(kind in PLACES for kind, _ in shared), each
        assert call or all(kind in PLACES for kind, _ in shared), each


@pytest.mark.parametrize(
    "other",
    [
        Written(name="B", address="13 Keji Road, Shenzhen"),  # another house
        Written(name="B", address="12 Long Road, Wuhan"),  # another street
        Written(name="B", address="TEL +49 30 7654321"),
        Written(name="B", address="other@example.com"),
    ],
)
def test_a_party_that_shares_nothing_is_left_out(other: Written) -> None:
    """An address needs its house number, a telephone its last digits, an e-mail all of it."""
    one = Written(name="A", address="12 Keji Road, Shenzhen, TEL +49 30 1234567, me@example.com")
    things = things_of_all(one)
    assert len(things) == 3
    assert not near(things, other).parties.num_rows
    assert near(things, other, one).parties.num_rows == 1


def test_each_party_is_looked_at_once_and_those_of_alerts_never() -> None:
    """The same party on many lines and in many batches is reported once."""
    room = "Room 5, 12 Keji Road, Shenzhen"
    known, other = (Written(name=name, address=room, country="CN") for name in ("A", "B"))
    parties = [[{"name": n, "address": room, "country": "CN"}] for n in ("A", "B", "B")]
    rows = [
        {"row": row, "consignment": "A", "seq": 1, "parties": each}
        for row, each in enumerate(parties, 1)
    ]
    batch = pa.RecordBatch.from_pylist(rows, schema=LINES)
    look = Look(things_of_all(known), (known,))
    assert {party for party, _ in look.among(batch)} == {other}
    assert not list(look.among(batch))
