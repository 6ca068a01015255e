"""Our own layout: written lists are read back unchanged."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises, says

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.changes import changes_between
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers.entries import EntryRefusal, ListHeader
from tidewaiter.parties.readers.own import claims_own_json, read_own_json, write_own_json
from tidewaiter.parties.types import Address, Identifier, ListedParty, PartyName, Tie

TEXT = st.text(min_size=1, max_size=12).filter(lambda text: text.strip())
DAYS = st.none() | st.dates(min_value=date(1900, 1, 1))

PARTIES = st.builds(
    ListedParty,
    id=TEXT,
    kind=st.sampled_from(["person", "organisation", "vessel", "aircraft", "unknown"]),
    names=st.lists(
        st.builds(PartyName, text=TEXT, language=st.just("en")), min_size=1, max_size=3
    ).map(tuple),
    addresses=st.lists(st.builds(Address, text=TEXT, city=TEXT), max_size=2).map(tuple),
    countries=st.lists(st.sampled_from(["IN", "MX"]), max_size=2).map(tuple),
    births=st.lists(st.sampled_from(["1970", "1970-03"]), max_size=2).map(tuple),
    births_about=st.booleans(),
    identifiers=st.lists(st.builds(Identifier, scheme=TEXT, value=TEXT), max_size=2).map(tuple),
    action=st.sampled_from(["blocked", "indicted", "other"]),
    basis=TEXT,
    outcome=st.sampled_from(["", "pending", "convicted", "acquitted", "dismissed"]),
    outcome_day=DAYS,
    listed=DAYS,
    delisted=DAYS,
    ties=st.lists(st.builds(Tie, kind=TEXT, party=TEXT), max_size=2).map(tuple),
    note=TEXT,
    confidential=st.booleans(),
)
LISTS = st.lists(PARTIES, max_size=5, unique_by=lambda party: party.id)


@given(LISTS, st.builds(ListHeader, name=TEXT, dated=DAYS, confidential=st.booleans()))
def test_a_list_that_was_written_is_read_as_it_was(
    parties: list[ListedParty], header: ListHeader
) -> None:
    """The round trip through JSON Lines changes nothing."""
    file = ListFile(name="own.jsonl", content=write_own_json(header, parties))
    assert claims_own_json([file])
    said, *read = read_own_json([file])
    assert said == header
    assert not any(isinstance(item, EntryRefusal) for item in read)
    assert read == parties


@given(LISTS)
def test_a_list_has_not_changed_against_itself(parties: list[ListedParty]) -> None:
    """No change is seen where there is none, in any order of the entries."""
    assert not changes_between(parties, list(reversed(parties)))


@given(LISTS, LISTS)
def test_changes_turn_around(old: list[ListedParty], new: list[ListedParty]) -> None:
    """What one direction adds, the other removes; the two together hold every id once."""
    there, back = changes_between(old, new), changes_between(new, old)
    assert there.added == back.removed
    assert there.removed == back.added
    assert [each.id for each in there.changed] == [each.id for each in back.changed]
    same = {p.id for p in old} & {p.id for p in new}
    assert {each.id for each in there.changed} <= same
    before = {p.id: p for p in old}
    for party in new:
        if party.id in same and before[party.id] != party:
            assert party.id in {each.id for each in there.changed}


@pytest.mark.parametrize(
    "beside", ['"entries": [{"id": "1"}]', '"parties": {"id": "1"}', '"parties": [], "note": ""']
)
def test_nothing_beside_the_list_is_passed_over(beside: str) -> None:
    """A key that is not read is refused: entries under another name would be lost."""
    content = f'{{"list": {{"name": "Ours"}}, {beside}}}'.encode()
    with raises("parties/key-not-read"):
        list(read_own_json([ListFile(name="own.json", content=content)]))


def test_entries_may_stand_beside_the_list() -> None:
    """One object holds the whole list."""
    entry = b'{"id": "1", "kind": "unknown", "names": [{"text": "A"}]}'
    content = b'{"list": {"name": "Ours"}, "parties": [' + entry + b"]}"
    _, party = read_own_json([ListFile(name="own.json", content=content)])
    assert isinstance(party, ListedParty)
    assert party.id == "1"


def test_a_list_without_entries_says_what_is_wrong_with_the_first() -> None:
    """The error has the reason of the first refusal."""
    content = b'{"list": {"slug": "ours"}}\n{"id": "1", "kind": "dragon", "names": []}\n'
    with raises("lists/no-entry-read", place="line 2") as caught:
        read_list([ListFile(name="own.json", content=content)], {})
    assert says(str(caught.value.values["problem"]), "parties/own-entry-not-valid")
