"""The matching service: one matcher with the command, lists as they are now, and who sees them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.party_lists import EXTRACT, LEI, WATCHED, keep_list, keep_lists

from tidewaiter.base.errors import MissingError
from tidewaiter.bulk.party_lists import PartyLists, load_party_lists
from tidewaiter.lists.decisions import KeptThreshold, add_threshold
from tidewaiter.node.matching import service as service_module
from tidewaiter.node.matching.service import Filters, MatchingService, public_id
from tidewaiter.parties.matching.ftm import parse_query
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty, read_rows

TODAY = date(2026, 11, 26)
NAMES = [name.text for party in read_rows(EXTRACT) for name in party.names][:200]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a folder with lists."""
    made = tmp_path_factory.mktemp("service") / "lists"
    keep_lists(made)
    return made


@pytest.fixture(scope="module")
def service(folder: Path) -> MatchingService:
    """Serve these lists."""
    return MatchingService(lambda: (folder, TODAY))


@pytest.fixture(scope="module")
def whole(folder: Path) -> PartyLists:
    """Load the lists as the command does."""
    return load_party_lists(folder, TODAY, restricted=False)


def _ids(service: MatchingService, name: str, **more: object) -> list[str]:
    query = parse_query("Thing", {"name": name})
    filters = Filters(**more)  # type: ignore[arg-type]
    (found,) = service.lists(cleared=False).match([query], service.levels(None, None), filters, 50)
    return [each.match.entry for each in found.candidates]


def _expected(whole: PartyLists, text: str) -> list[str]:
    answer = Matcher(whole.index).match([AskedParty(text=text)])[0]
    return [each.entry for each in answer.matches]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(NAMES) | st.text(max_size=40), min_size=1, max_size=6))
def test_a_batch_answers_as_the_command_does(
    service: MatchingService, whole: PartyLists, names: Sequence[str]
) -> None:
    """The same entries with the same probabilities in the same order."""
    queries = [parse_query("Thing", {"name": name}) for name in names]
    levels = service.levels(None, None)
    results = service.lists(cleared=False).match(queries, levels, Filters(), 50)
    answers = Matcher(whole.index).match([query.parties[0] for query in queries])
    for result, answer in zip(results, answers, strict=True):
        assert [each.match for each in result.candidates] == [
            whole.settled(AskedParty(text=answer.text), answer).matches[at]
            for at in range(len(answer.matches))
        ]
        assert result.not_assessable == answer.not_assessable
        assert result.total == len(answer.matches)


def test_the_best_of_several_names_counts(service: MatchingService, whole: PartyLists) -> None:
    """Each entry is answered once."""
    query = parse_query("Thing", {"name": ["Nothing Alike Whatsoever", NAMES[0]]})
    (found,) = service.lists(cleared=False).match(
        [query], service.levels(None, None), Filters(), 50
    )
    ids = [each.match.entry for each in found.candidates]
    assert set(_expected(whole, NAMES[0])) <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_name_that_cannot_be_compared_is_reported(service: MatchingService) -> None:
    """The total is a lower bound, then; so is it where one of two names is not compared."""
    lists, levels = service.lists(cleared=False), service.levels(None, None)
    queries = [
        parse_query("Thing", {"name": "குமரன் செல்வம்"}),
        parse_query("Thing", {"name": ["குமரன் செல்வம்", "Qorvex Plumbing Works"]}),
        parse_query("Thing", {"leiCode": LEI}),
        parse_query("Thing", {}),
    ]
    tamil, both, number, empty = lists.match(queries, levels, Filters(), 5)
    assert (tamil.not_assessable, tamil.script) == ("script without reader", "Tamil")
    assert tamil.at_least
    assert (both.not_assessable, both.not_compared) == ("", ("குமரன் செல்வம்",))
    assert (both.total, both.at_least) == (1, True)
    assert (number.not_assessable, number.total, number.at_least) == ("", 1, False)
    assert empty.not_assessable == "empty"


def test_filters_leave_out_entries(service: MatchingService) -> None:
    """By list, schema, id and topic."""
    name = "Qorvex Plumbing Works"
    assert _ids(service, name) == ["watch W/1"]
    assert _ids(service, name, dataset="watch") == ["watch W/1"]
    assert _ids(service, name, topics=frozenset({"export.control"})) == ["watch W/1"]
    for more in (
        {"dataset": "sample"},
        {"include": frozenset({"sample"})},
        {"exclude": frozenset({"watch"})},
        {"exclude_schemas": frozenset({"Organization"})},
        {"exclude_ids": frozenset({"W/1"})},
        {"exclude_ids": frozenset({public_id("watch", "W/1")})},
        {"topics": frozenset({"sanction"})},
    ):
        assert _ids(service, name, **more) == []


def test_restricted_entries_are_for_the_cleared(service: MatchingService) -> None:
    """To others they do not exist, by name, word or id."""
    open_, cleared = service.lists(cleared=False), service.lists(cleared=True)
    text = WATCHED[1].names[0].text
    query, levels = parse_query("Person", {"name": text}), service.levels(None, None)
    assert open_.match([query], levels, Filters(), 5)[0].candidates == ()
    assert [
        each.place.id for each in cleared.match([query], levels, Filters(), 5)[0].candidates
    ] == ["watch:W-2"]
    for lists, found in ((open_, 0), (cleared, 1)):
        assert len(lists.search("zorblatt")) == found
        assert bool(lists.find("watch:W-2")) == bool(lists.find("W-2")) == bool(found)


def test_words_find_entries(service: MatchingService) -> None:
    """In any order and case, by the beginning of the last word, and by numbers."""
    lists = service.lists(cleared=False)
    for text, prefix in (("works qorvex", False), ("QORVEX plu", True), (LEI, False)):
        assert [each.id for each in lists.search(text, prefix=prefix)] == ["watch:W~2F1"]
    assert lists.search("qorvex plu") == lists.search("", prefix=True) == []


def test_thresholds(service: MatchingService) -> None:
    """A cutoff shows more than the matches, and never fewer."""
    lists = service.lists(cleared=False)
    query = parse_query("Thing", {"name": "Qorvex Works"})
    every = lists.match([query], service.levels(1.0, 0), Filters(), 5)[0]
    assert every.candidates
    assert not any(each.is_match for each in every.candidates)
    assert every.total == 0
    assert service.levels(0.5, 0.9).shown.least == 0.5


def test_changes_of_lists_and_thresholds_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next look; without a list there is an error, never an empty answer."""
    monkeypatch.setattr(service_module, "_SECONDS", 0.0)
    folder = tmp_path / "lists"
    service = MatchingService(lambda: (folder, TODAY))
    assert not service.is_ready()
    with pytest.raises(MissingError) as caught:
        service.lists(cleared=False)
    assert caught.value.code == "node/no-party-list"
    folder.mkdir()
    keep_list(folder, "watch", WATCHED)
    assert service.is_ready()
    first = service.lists(cleared=False)
    assert service.lists(cleared=False) is first
    keep_list(folder, "more", WATCHED[2:])
    assert set(service.lists(cleared=False).versions) == {"watch", "more"}
    held = service.levels(None, None).match.least
    kept = KeptThreshold(threshold=0.99, why="x", by="anna", day=TODAY, model="0")
    add_threshold(folder, kept)
    assert service.levels(None, None).match.least == 0.99 != held


def test_lists_without_restricted_entries_are_loaded_once(tmp_path: Path) -> None:
    """Those who are cleared see nothing more."""
    keep_list(tmp_path, "open", WATCHED[2:])
    service = MatchingService(lambda: (tmp_path, TODAY))
    assert service.lists(cleared=True) is service.lists(cleared=False)


def test_a_list_for_the_authority_only_is_not_named_to_others(tmp_path: Path) -> None:
    """Even where there is no other list."""
    keep_list(tmp_path, "secret", WATCHED[1:2])
    service = MatchingService(lambda: (tmp_path, TODAY))
    assert service.lists(cleared=False).versions == {}
    assert service.lists(cleared=False).search("zorblatt") == []
    assert set(service.lists(cleared=True).versions) == {"secret"}


@pytest.mark.parametrize(
    ("entry", "made"), [("W/1", "l:W~2F1"), ("a b", "l:a~20b"), ("~", "l:~7E"), ("7-x", "l:7-x")]
)
def test_an_id_fits_into_an_address(entry: str, made: str) -> None:
    """Without signs that an address gives a meaning."""
    assert public_id("l", entry) == made
