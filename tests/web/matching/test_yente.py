"""The matching API, asked as clients of yente ask: shapes, equality with `match`, refusals."""

import logging
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from tests.support.party_lists import EXTRACT, LEI, WATCHED
from tests.web.conftest import client_for
from tests.web.matching.conftest import Make, MatchingClient

from tidewaiter.accounts.passwords import Limiter
from tidewaiter.bulk.party_lists import load_party_lists
from tidewaiter.node.matching.service import public_id
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty, read_rows
from tidewaiter.parties.readers.ftm import properties_of
from tidewaiter.web.core.node import Node, Serving

NAMES = [name.text for party in read_rows(EXTRACT) for name in party.names][:150]
TAMIL = "குமரன் செல்வம்"


def assert_entity(told: dict[str, Any]) -> None:
    """Check what a client of yente relies on."""
    assert {"id", "caption", "schema", "properties", "datasets", "referents"} <= told.keys()
    assert told["target"] is (told["schema"] != "Sanction")
    for name, values in told["properties"].items():
        assert name in {*properties_of(told["schema"]), "sanctions"}
        assert values
        for value in values:
            if isinstance(value, dict):
                assert_entity(value)
            else:
                assert isinstance(value, str)
    for key in ("first_seen", "last_seen", "last_change"):
        assert told[key] is None or datetime.fromisoformat(told[key])


def test_a_batch_has_the_shape_of_yente(matcher: MatchingClient) -> None:
    """Responses by the ids of the queries, each with its query, total and scored results."""
    example = {
        "id": "my-id",
        "schema": "Company",
        "properties": {"name": ["Qorvex Plumbing Works"], "jurisdiction": "cn", "sector": ["x"]},
        "caption": "whole entities may be sent",
    }
    answer = matcher.post("/match/default", json={"queries": {"q1": example, "q2": example}})
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-batch-size"] == "2"
    told = answer.json()
    assert told["limit"] == 5
    assert told["responses"].keys() == {"q1", "q2"}
    found = told["responses"]["q1"]
    assert found["status"] == 200
    assert found["total"] == {"value": 1, "relation": "eq"}
    assert found["query"] == {
        "id": "my-id",
        "schema": "Company",
        "properties": {"name": ["Qorvex Plumbing Works"], "jurisdiction": ["cn"]},
    }
    assert found["tidewaiter"]["ignored"] == [
        {"property": "sector", "why": "not-compared"},
        {"property": "caption", "why": "unknown-field"},
    ]
    (result,) = found["results"]
    assert_entity(result)
    assert (result["id"], result["datasets"]) == ("watch:W~2F1", ["watch"])
    assert (result["referents"], result["match"]) == (["W/1"], True)
    assert 0 < result["score"] <= 1
    for each in result["explanations"].values():
        assert each.keys() == {"score", "detail", "query", "candidate"}
    assert "country" in result["explanations"]


def test_scores_are_explained_in_full(matcher: MatchingClient) -> None:
    """The log odds of the features add up to those of the score."""
    for answer in matcher.match(*NAMES[:40], cutoff=0).values():
        for result in answer["results"]:
            total = sum(result["features"].values())
            assert math.isclose(total, result["tidewaiter"]["log_odds"], abs_tol=1e-6)
            assert math.isclose(result["score"], 1 / (1 + math.exp(-total)), abs_tol=1e-6)
            shown = {name: each["score"] for name, each in result["explanations"].items()}
            assert shown == result["features"]


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(NAMES) | st.text(max_size=30), min_size=1, max_size=5))
def test_it_answers_as_the_command_does(
    matcher: MatchingClient, listing: Node, names: list[str]
) -> None:
    """The same entries, probabilities and order as `tidewaiter match`, in any batch."""
    assert listing.lists is not None
    lists = load_party_lists(listing.lists, listing.today(), restricted=False)
    parties = [AskedParty(text=name.strip()) for name in names]
    queries = {
        f"{at}": {"schema": "Thing", "properties": {"name": party.text}}
        for at, party in enumerate(parties)
    }
    answer = matcher.post("/match/default", json={"queries": queries}, params={"limit": 500})
    for at, expected in enumerate(Matcher(lists.index).match(parties)):
        found = answer.json()["responses"][f"{at}"]
        assert [(each["id"], each["score"]) for each in found["results"]] == [
            (public_id(*each.entry.split(" ", 1)), each.probability) for each in expected.matches
        ]
        assert (found["status"] == 422) == bool(expected.not_assessable)


def test_what_cannot_be_compared_is_no_clean_result(matcher: MatchingClient) -> None:
    """The status of the query is 422, its total a lower bound, and the response names it."""
    queries = {
        "h": {"schema": "Person", "properties": {"name": [TAMIL]}},
        "e": {"schema": "Person", "properties": {}},
        "n": {"schema": "Company", "properties": {"leiCode": [LEI]}},
        "b": {"schema": "Person", "properties": {"name": [TAMIL, "Nothing Alike"]}},
    }
    told = matcher.post("/match/default", json={"queries": queries}).json()
    found = told["responses"]
    assert {name: each["status"] for name, each in found.items()} == {
        "h": 422,
        "e": 422,
        "n": 200,
        "b": 200,
    }
    assert told["tidewaiter"]["not_assessable"] == ["h", "e"]
    assert found["h"]["total"] == found["b"]["total"] == {"value": 0, "relation": "gte"}
    assert found["h"]["tidewaiter"]["script"] == "Tamil"
    assert found["h"]["tidewaiter"]["not_assessable"] == "script without reader"
    assert found["e"]["tidewaiter"]["not_assessable"] == "empty"
    assert found["b"]["tidewaiter"]["not_compared"] == [TAMIL]
    assert found["n"]["results"][0]["id"] == "watch:W~2F1"
    searched = matcher.get("/search/default", q=TAMIL).json()
    assert searched["total"] == {"value": 0, "relation": "gte"}
    assert searched["tidewaiter"]["not_assessable"] == "script without reader"


def test_parameters_filter_the_results(matcher: MatchingClient) -> None:
    """By data set, schema, id and topic; a limit does not change the total."""
    name = "Qorvex Plumbing Works"
    nothing: list[dict[str, Any]] = [
        {"include_dataset": "sample"},
        {"exclude_dataset": ["watch"]},
        {"exclude_schema": "Organization"},
        {"exclude_entity_ids": ["W/1"]},
        {"topics": "sanction"},
        {"threshold": 1, "cutoff": 1},
    ]
    for params in nothing:
        assert matcher.match(name, **params)[name]["results"] == [], params
    one: list[dict[str, Any]] = [
        {"include_dataset": ["default"]},
        {"include_dataset": ["sample", "watch"]},
        {"topics": ["sanction", "export.control"]},
        {"fuzzy": "false", "algorithm": "best", "changed_since": ""},
        {"algorithm": "tidewaiter", "threshold": 0.5},
    ]
    for params in one:
        assert len(matcher.match(name, **params)[name]["results"]) == 1, params
    listed = {"queries": {"q": {"schema": "Thing", "properties": {"name": name}}}}
    assert matcher.post("/match/watch", json=listed).json()["responses"]["q"]["results"]
    told = matcher.post("/match/sample", json=listed, params={"fuzzy": "true"}).json()
    assert told["responses"]["q"]["results"] == []
    assert told["tidewaiter"]["ignored_parameters"] == ["fuzzy"]


def test_a_cutoff_shows_more_than_the_matches(matcher: MatchingClient) -> None:
    """They are marked, and not counted."""
    found = matcher.match("Qorvex Works", threshold=1, cutoff=0)["Qorvex Works"]
    assert found["results"]
    assert not any(each["match"] for each in found["results"])
    assert found["total"]["value"] == 0


QUERY = {"schema": "Person", "properties": {"name": "A B"}}


@pytest.mark.parametrize(
    ("body", "params", "code", "at"),
    [
        ({"queries": {"q": QUERY}}, {"changed_since": "2026-01-01"}, "not-supported", ""),
        ({"queries": {"q": QUERY}}, {"shape": "round"}, "parameter-unknown", "shape"),
        ({"queries": {"q": QUERY}}, {"algorithm": "logic-v2"}, "algorithm-unknown", "algorithm"),
        ({"queries": {"q": QUERY}}, {"limit": "0"}, "address-wrong", "address"),
        ({"queries": {"q": QUERY}}, {"limit": "501"}, "address-wrong", "address"),
        ({"queries": {"q": QUERY}}, {"threshold": "2"}, "address-wrong", "address"),
        ({"queries": {"q": QUERY}}, {"topics": "role.pep"}, "topic-unused", "topics"),
        ({"queries": {"q": QUERY}}, {"exclude_schema": "Company"}, "schema-unused", ""),
        ({"queries": {"q": QUERY}}, {"include_dataset": "x"}, "no-dataset", "include_dataset"),
        ({"queries": {"q": QUERY}}, {"exclude_entity_ids": ["x"] * 51}, "address-wrong", ""),
        ({"queries": {}}, {}, "no-queries", "queries"),
        ({}, {}, "match-body-wrong", "body"),
        ([], {}, "match-body-wrong", "body"),
        ({"queries": {"q": QUERY}, "more": 1}, {}, "match-body-wrong", "body"),
        ({"queries": {"q": None}}, {}, "match-body-wrong", "body"),
        ({"queries": {"q": QUERY}, "weights": {"a": 1}}, {}, "not-supported", "weights"),
        ({"queries": {"q": QUERY}, "config": {"a": 1}}, {}, "not-supported", "config"),
        ({"queries": {"q": {**QUERY, "filters": {}}}}, {}, "not-supported", "queries.q.filters"),
        ({"queries": {"q": {**QUERY, "id": 7}}}, {}, "query-incomplete", "queries.q.id"),
        ({"queries": {"q": {"schema": "Person"}}}, {}, "query-incomplete", "queries.q"),
        ({"queries": {"q": {"properties": {}}}}, {}, "query-incomplete", "queries.q"),
        ({"queries": dict.fromkeys(map(str, range(101)), QUERY)}, {}, "too-many-queries", ""),
    ],
)
def test_a_bad_request_is_refused_with_a_code(
    matcher: MatchingClient, body: object, params: dict[str, Any], code: str, at: str
) -> None:
    """As a whole: no part of it is answered."""
    answer = matcher.post("/match/default", json=body, params=params)
    told = answer.json()
    assert answer.status_code == 400, told
    assert told["code"].startswith("web/")
    assert told["code"].endswith(code)
    assert told["detail"]
    assert not at or told["at"] == at


@pytest.mark.parametrize(
    ("schema", "properties", "code"),
    [
        ("Banana", {}, "parties/schema-unknown"),
        ("Sanction", {}, "parties/schema-not-matched"),
        ("Person", {"name": 1.5}, "parties/value-not-text"),
        ("Person", {"name": ["x" * 1_001]}, "parties/value-too-long"),
        ("Person", {"name": [f"n{i}" for i in range(21)]}, "parties/too-many-names"),
        ("Person", {"email": ["x"] * 101}, "parties/too-many-values"),
    ],
)
def test_a_bad_query_is_refused_with_its_place(
    matcher: MatchingClient, schema: str, properties: dict[str, Any], code: str
) -> None:
    """One of them refuses the batch, as in yente."""
    queries = {"ok": QUERY, "bad": {"schema": schema, "properties": properties}}
    answer = matcher.post("/match/default", json={"queries": queries})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["at"].startswith("queries.bad")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"queries": 1}'])
def test_what_is_no_json_is_refused(matcher: MatchingClient, body: bytes) -> None:
    """However it is broken."""
    answer = matcher.post("/match/default", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "web/match-body-wrong")


@pytest.mark.parametrize("path", ["/match/sanctions", "/search/peps", "/reconcile/none"])
def test_an_unknown_data_set_is_not_found(matcher: MatchingClient, path: str) -> None:
    """The refusal names those that there are."""
    body = {"queries": {"q": QUERY}}
    is_match = path.startswith("/match")
    answer = matcher.post(path, json=body) if is_match else matcher.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "web/no-dataset")
    assert "default, sample, watch" in answer.json()["hint"]


def test_a_search_finds_names_and_words(matcher: MatchingClient) -> None:
    """In another spelling, by words, and by an identifier; with facets and pages."""
    for text in ("Qorvecks Plumbing Works", "plumbing", LEI):
        told = matcher.get("/search/default", q=text).json()
        assert [each["id"] for each in told["results"]] == ["watch:W~2F1"], text
        assert_entity(told["results"][0])
    assert told["facets"]["countries"] == {
        "label": "Countries",
        "values": [{"name": "cn", "label": "China", "count": 1}],
    }
    every = matcher.get("/search/default", limit=500).json()
    assert every["total"]["value"] == len(list(read_rows(EXTRACT))) + 2
    second = matcher.get("/search/default", limit=2, offset=1, facets="schema").json()
    assert second["results"] == every["results"][1:3]
    assert second["facets"].keys() == {"schema"}


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({}, 1),
        ({"schema": "Company"}, 1),
        ({"schema": "Person"}, 0),
        ({"countries": ["cn", "us"]}, 1),
        ({"countries": ["cn", "us"], "filter_op": "AND"}, 0),
        ({"countries": "China", "filter_op": "AND"}, 1),
        ({"topics": "sanction"}, 0),
        ({"datasets": "watch"}, 1),
        ({"datasets": "default"}, 1),
        ({"datasets": "sample"}, 0),
        ({"include_dataset": "sample"}, 0),
        ({"exclude_schema": "Organization"}, 0),
        ({"target": "true"}, 1),
        ({"target": "false"}, 0),
        ({"simple": "true", "fuzzy": "true"}, 1),
    ],
)
def test_a_search_is_filtered(matcher: MatchingClient, params: dict[str, Any], count: int) -> None:
    """By kind, country, topic and list."""
    told = matcher.get("/search/default", q="plumbing works", **params).json()
    assert told["total"] == {"value": count, "relation": "eq"}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"filter": "a:b"}, "web/parameter-not-supported"),
        ({"sort": "x"}, "web/parameter-not-supported"),
        ({"changed_since": "2026-01-01"}, "web/parameter-not-supported"),
        ({"schema": "Banana"}, "parties/schema-unknown"),
        ({"countries": "zz"}, "web/not-a-country"),
        ({"facets": "genders"}, "web/address-wrong"),
        ({"q": "x" * 301}, "web/address-wrong"),
        ({"datasets": "x"}, "web/no-dataset"),
    ],
)
def test_a_bad_search_is_refused(
    matcher: MatchingClient, params: dict[str, Any], code: str
) -> None:
    """With its code."""
    answer = matcher.get("/search/default", **params)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_an_entity_has_what_its_list_says(matcher: MatchingClient) -> None:
    """By its id, or by its id in the list, which redirects; nested on request."""
    told = matcher.get("/entities/watch:W~2F1").json()
    assert_entity(told)
    (sanction,) = told["properties"]["sanctions"]
    assert sanction["properties"] == {
        "entity": ["watch:W~2F1"],
        "program": ["Made up"],
        "reason": ["an example"],
        "listingDate": ["2026-01-05"],
        "sourceUrl": ["https://lists.example/W1"],
    }
    assert told["last_seen"] == "2026-11-01T00:00:00"
    assert (
        "sanctions" not in matcher.get("/entities/watch:W~2F1", nested=False).json()["properties"]
    )
    for own in ("W/1", "W%2F1"):
        answer = matcher.client.get(
            f"/yente/entities/{own}", headers=matcher.headers, follow_redirects=False
        )
        assert (answer.status_code, answer.headers["location"]) == (
            308,
            "/yente/entities/watch:W~2F1",
        )
    missing = matcher.get("/entities/NK-none")
    assert (missing.status_code, missing.json()["code"]) == (404, "web/no-entry-on-lists")


def test_the_catalogue_names_the_lists(matcher: MatchingClient) -> None:
    """With their numbers of entries; "default" is all of them."""
    told = matcher.get("/catalog").json()
    assert told == matcher.get("/manifest").json()
    sizes = {each["name"]: each["entity_count"] for each in told["datasets"]}
    assert sizes["watch"] == 2
    assert sizes["default"] == sizes["watch"] + sizes["sample"]
    assert told["datasets"][0]["children"] == told["current"] == ["sample", "watch"]


def test_the_algorithm_documents_each_feature(matcher: MatchingClient) -> None:
    """None is in an answer without a description."""
    told = matcher.get("/algorithms").json()
    assert (told["default"], told["best"]) == ("tidewaiter", "tidewaiter")
    known = told["algorithms"][0]["docs"]["features"]
    for answer in matcher.match(*NAMES[:40], cutoff=0).values():
        for result in answer["results"]:
            assert result["features"].keys() <= known.keys()


def test_only_the_right_to_match_is_needed(program: Make, open_client: "TestClient[Any]") -> None:
    """And nothing less; a refusal is a problem, never a page to sign in."""
    other = program("see")
    for path in ("/catalog", "/algorithms", "/search/default", "/entities/x"):
        assert other.get(path).status_code == 403
        stranger = open_client.get(f"/yente{path}", follow_redirects=False)
        assert (stranger.status_code, stranger.json()["status"]) == (401, 401)
    bearer = {"Authorization": f"Bearer {program('match').token}"}
    assert open_client.get("/yente/catalog", headers=bearer).status_code == 200
    assert open_client.get("/queue.json", headers=bearer).status_code == 403
    key = {"Authorization": f"Apikey {program('match', 'see').token}"}
    assert open_client.get("/queue.json", headers=key).status_code == 401
    with pytest.raises(AssertionError):
        program("match", role="viewer").match("x")


def test_health_is_public(open_client: "TestClient[Any]") -> None:
    """A probe has no token."""
    for path in ("/healthz", "/readyz"):
        answer = open_client.get(f"/yente{path}")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_restricted_entries_are_for_the_cleared(program: Make) -> None:
    """To others they do not exist; their confidentiality is marked."""
    name = WATCHED[1].names[0].text
    open_, cleared = program("match"), program("match", role="supervisor", cleared=True)
    assert open_.match(name)[name]["results"] == []
    assert open_.get("/search/default", q="zorblatt").json()["total"]["value"] == 0
    assert open_.get("/entities/watch:W-2").status_code == 404
    (found,) = cleared.match(name)[name]["results"]
    assert found["tidewaiter"]["confidential"]
    assert found["tidewaiter"]["outcome"] == "pending"
    assert "topics" not in found["properties"]
    assert cleared.get("/search/default", q="zorblatt").json()["total"]["value"] == 1


def test_without_a_list_there_is_no_answer(tmp_path: Path, folder: Path, program: Make) -> None:
    """An error, as "no match" would be wrong; the probe says so too."""
    del folder, program
    node = Node(Serving(db=str(tmp_path / "x.db")))
    with client_for(node) as client:
        assert client.get("/yente/healthz").status_code == 200
        assert client.get("/yente/readyz").status_code == 503
    node.close()


def test_queries_are_neither_logged_nor_stored(
    matcher: MatchingClient, listing: Node, caplog: pytest.LogCaptureFixture
) -> None:
    """They are personal data; the audit log records changes only."""
    caplog.set_level(logging.DEBUG)
    name = "Xanthippe Quillfeather"
    with listing.read() as work:
        before = work.connection.exec_driver_sql("select count(*) from audit").scalar()
    matcher.match(name)
    matcher.get("/search/default", q=name)
    matcher.post("/match/default", json={"queries": {"q": {"schema": name, "properties": {}}}})
    with listing.read() as work:
        after = work.connection.exec_driver_sql("select count(*) from audit").scalar()
    ours = [each for each in caplog.records if each.name.startswith(("tidewaiter", "litestar"))]
    assert not [each for each in ours if "Quillfeather" in each.getMessage()]
    assert before == after


def test_the_pace_is_limited_by_account(
    matcher: MatchingClient, listing: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another limit than that of the pages."""
    monkeypatch.setattr(listing, "matchers", Limiter(1, 60.0))
    monkeypatch.setattr(listing, "users", Limiter(0, 60.0))
    assert matcher.get("/algorithms").status_code == 200
    limited = matcher.get("/algorithms")
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) > 0
