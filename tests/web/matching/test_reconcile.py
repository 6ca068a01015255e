"""Reconciliation services, asked as OpenRefine asks: no header, a token in the address."""

import json
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from tests.support.party_lists import LEI
from tests.web.matching.conftest import Make, MatchingClient

TAMIL = "குமரன் செல்வம்"
SERVICE = "/yente/reconcile/default"


class Refine:
    """OpenRefine, with a service that was added by its address."""

    def __init__(self, client: "TestClient[Any]", token: str) -> None:
        self.client = client
        self.key = {"api_key": token}

    def get(self, path: str = "", **params: Any) -> httpx.Response:
        """Get an address of the service."""
        return self.client.get(f"{SERVICE}{path}", params={**self.key, **params})

    def post(self, **fields: object) -> httpx.Response:
        """Send a form whose fields are JSON."""
        data = {name: json.dumps(value) for name, value in fields.items()}
        return self.client.post(SERVICE, params=self.key, data=data)

    def reconcile(self, **query: object) -> list[dict[str, Any]]:
        """Reconcile one cell; return its candidates."""
        answer = self.post(queries={"q0": query})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["q0"]["result"]
        return found


@pytest.fixture(scope="module")
def refine(matcher: MatchingClient) -> Refine:
    """Make a client."""
    return Refine(matcher.client, matcher.token)


def test_the_manifest_leads_to_every_service(refine: Refine) -> None:
    """Its addresses carry the token on, and each answers."""
    answer = refine.get()
    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert told["versions"] == ["0.2"]
    assert told["authentication"]["in"] == "query"
    assert "Person" in [each["id"] for each in told["defaultTypes"]]
    services = [*told["suggest"].values(), told["extend"]["propose_properties"]]
    for each in services:
        found = refine.client.get(each["service_url"] + each["service_path"])
        assert found.status_code == 200, each
    for page in (told["view"]["url"], told["preview"]["url"]):
        found = refine.client.get(page.replace("{{id}}", "watch%3AW~2F1"))
        assert found.status_code == 200


def test_a_batch_is_reconciled(refine: Refine) -> None:
    """By form or address, with types, properties, scores and features."""
    query = {
        "query": "Qorvex Plumbing Works",
        "type": ["Organization"],
        "type_strict": "should",
        "limit": 3,
        "properties": [
            {"pid": "Thing:country", "v": {"id": "Q148", "name": "China"}},
            {"pid": "leiCode", "v": [LEI]},
        ],
    }
    queries = {"q0": query, "q1": {"query": "Nothing Alike Whatsoever", "type": "Person"}}
    sent = refine.post(queries=queries)
    told = sent.json()
    assert (sent.status_code, sent.headers["x-batch-size"]) == (200, "2")
    assert told == refine.get(queries=json.dumps(queries)).json()
    (found,) = told["q0"]["result"]
    assert (found["id"], found["name"]) == ("watch:W~2F1", "Qorvex Plumbing Works")
    assert found["type"] == [{"id": "Organization", "name": "Organization"}]
    assert found["match"]
    assert {"name_words", "country", "identifier"} <= {each["id"] for each in found["features"]}
    assert told["q1"]["result"] == []


def test_scores_are_those_of_the_matching_api(refine: Refine, matcher: MatchingClient) -> None:
    """Both use one matcher."""
    for name in ("Qorvex Plumbing Works", "Qorvex Trading", "Blue Quorvax"):
        ours = matcher.match(name)[name]["results"]
        found = refine.reconcile(query=name)
        assert [(each["id"], each["score"]) for each in found] == [
            (each["id"], each["score"]) for each in ours
        ]


def test_the_id_of_an_entry_finds_it(refine: Refine) -> None:
    """With certainty, as the specification wants it."""
    found = refine.reconcile(query="watch:W~2F1")
    assert (found[0]["id"], found[0]["score"], found[0]["match"]) == ("watch:W~2F1", 1, True)


def test_what_cannot_be_compared_has_a_candidate_that_says_so(refine: Refine) -> None:
    """An empty answer would look like a cleared name; it is never chosen, and has a page."""
    (found,) = refine.reconcile(query=TAMIL, limit=1)
    assert (found["id"], found["score"], found["match"]) == ("not-assessable", 0, False)
    assert "Tamil" in found["name"]
    assert "Not assessable" in refine.get("/preview/not-assessable").text
    properties = [{"pid": "alias", "v": TAMIL}]
    both = refine.reconcile(query="Qorvex Plumbing Works", properties=properties, limit=1)
    assert [each["id"] for each in both] == ["watch:W~2F1", "not-assessable"]


def test_suggestions_complete_what_is_typed(refine: Refine) -> None:
    """Entries, types, and the properties that are compared."""
    (entry,) = refine.get("/suggest/entity", prefix="qorvex pl").json()["result"]
    assert entry["id"] == "watch:W~2F1"
    assert refine.get("/suggest/entity").json()["result"] == []
    assert refine.get("/suggest/entity", prefix="qorvex", cursor=1).json()["result"] == []
    types = refine.get("/suggest/type", prefix="organ").json()["result"]
    assert types == [{"id": "Organization", "name": "Organization"}]
    names = refine.get("/suggest/property", prefix="date").json()["result"]
    assert names == [{"id": "birthDate", "name": "Birth date"}]


def test_properties_are_fetched(refine: Refine) -> None:
    """Those that are proposed; an entry that is not there has an empty row."""
    proposed = refine.get("/extend/property", type="Organization").json()["properties"]
    assert {"leiCode", "dataset"} <= {each["id"] for each in proposed}
    assert "birthDate" not in [each["id"] for each in proposed]
    limited = refine.get("/extend/property", type="Person", limit=2).json()
    assert (len(limited["properties"]), limited["type"]) == (2, "Person")
    wanted = [{"id": "leiCode"}, {"id": "notes", "settings": {"limit": "1"}}, {"id": "dataset"}]
    asked = {"ids": ["watch:W~2F1", "none"], "properties": wanted}
    told = refine.post(extend=asked).json()
    assert [each["id"] for each in told["meta"]] == ["leiCode", "notes", "dataset"]
    assert told["rows"]["watch:W~2F1"] == {
        "leiCode": [{"str": LEI}],
        "notes": [{"str": "countryName: Nowhereland"}],
        "dataset": [{"str": "watch"}],
    }
    assert told["rows"]["none"] == {}
    assert refine.get(extend=json.dumps(asked)).json() == told


def test_a_preview_shows_in_the_frame_of_openrefine(refine: Refine) -> None:
    """Which runs on the user's own machine; no other site may show it."""
    answer = refine.get("/preview/watch:W~2F1")
    assert "Qorvex Plumbing Works" in answer.text
    assert (
        "frame-ancestors http://127.0.0.1:* http://localhost:*"
        in (answer.headers["content-security-policy"])
    )
    arabic = refine.client.get(
        f"{SERVICE}/preview/watch:W~2F1", params=refine.key, headers={"accept-language": "ar"}
    )
    assert '<html lang="ar" dir="rtl">' in arabic.text
    assert refine.get("/preview/none").json()["code"] == "web/no-entry-on-lists"


def test_a_service_of_one_list_has_its_entries_only(refine: Refine) -> None:
    """By name, id and beginning."""
    path = "/yente/reconcile/sample"
    query = {"a": {"query": "Qorvex Plumbing Works"}, "b": {"query": "watch:W~2F1"}}
    told = refine.client.get(path, params={**refine.key, "queries": json.dumps(query)}).json()
    assert told["a"]["result"] == told["b"]["result"] == []
    for more in ("/suggest/entity?prefix=qorvex", "/preview/watch:W~2F1"):
        found = refine.client.get(f"{path}{more}", params=refine.key)
        assert found.status_code == 404 or found.json()["result"] == []


QUERY = {"query": "A B"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "web/reconcile-no-form"),
        ({"more": 1}, "web/reconcile-no-form"),
        ({"queries": {}}, "web/no-queries"),
        ({"queries": [1]}, "web/reconcile-query-wrong"),
        ({"queries": {"q": {"query": "A", "shape": 1}}}, "web/reconcile-query-wrong"),
        ({"queries": {"q": {"query": "A", "limit": 0}}}, "web/reconcile-query-wrong"),
        ({"queries": {"q": {"query": "A", "type": "Banana"}}}, "parties/schema-unknown"),
        ({"queries": {"q": {"query": "A", "type": ["Address"]}}}, "parties/schema-not-matched"),
        (
            {"queries": {"q": {"query": "A", "properties": [{"pid": "gender", "v": "x"}]}}},
            "web/property-not-compared",
        ),
        (
            {"queries": {"q": {"query": "A", "properties": [{"pid": "alias", "v": True}]}}},
            "parties/value-not-text",
        ),
        ({"queries": dict.fromkeys(map(str, range(101)), QUERY)}, "web/too-many-queries"),
        ({"extend": {"ids": []}}, "web/reconcile-query-wrong"),
        ({"extend": {"ids": ["a"] * 101, "properties": []}}, "web/too-many-queries"),
        ({"extend": {"ids": [], "properties": [{"id": "x"}]}}, "web/property-unknown"),
    ],
)
def test_a_bad_request_is_refused_with_a_code(
    refine: Refine, fields: dict[str, object], code: str
) -> None:
    """As a whole."""
    answer = refine.post(**fields)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("body", [b"queries=%7B", b"\xff", b"queries=" + b"%5B" * 50_000])
def test_what_is_no_form_is_refused(refine: Refine, body: bytes) -> None:
    """However it is broken."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = refine.client.post(SERVICE, params=refine.key, content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"].startswith("web/")
    as_json = refine.client.post(SERVICE, params=refine.key, json={})
    assert as_json.json()["code"] == "web/reconcile-no-form"


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("", {"shape": 1}, "web/parameter-unknown"),
        ("/suggest/entity", {"limit": 0}, "web/address-wrong"),
        ("/extend/property", {"type": "Banana"}, "parties/schema-unknown"),
        ("/preview/x", {"shape": 1}, "web/parameter-unknown"),
    ],
)
def test_a_bad_address_is_refused(
    refine: Refine, path: str, params: dict[str, Any], code: str
) -> None:
    """With its code."""
    answer = refine.get(path, **params)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_token_in_an_address_may_only_match(program: Make, refine: Refine) -> None:
    """It ends up in histories and logs; and it counts nowhere else."""
    more = Refine(refine.client, program("match", "see").token)
    assert more.get().status_code == 401
    wrong = Refine(refine.client, "made-up").get()
    assert (wrong.status_code, wrong.headers["access-control-allow-origin"]) == (401, "*")
    elsewhere = refine.client.get("/yente/catalog", params=refine.key)
    assert elsewhere.status_code == 401
    by_header = {"Authorization": f"Bearer {more.key['api_key']}"}
    assert refine.client.get(SERVICE, headers=by_header).status_code == 200


def test_another_site_may_ask_with_a_token_alone(refine: Refine, program: Make) -> None:
    """As the protocol wants it; a browser's session of ours is not used for that."""
    headers = {"Origin": "https://refine.example", "Sec-Fetch-Site": "cross-site"}
    data = {"queries": json.dumps({"q": QUERY})}
    url = f"{SERVICE}?api_key={refine.key['api_key']}"
    assert refine.client.post(url, data=data, headers=headers).status_code == 200
    assert refine.client.post(SERVICE, data=data, headers=headers).status_code == 403
    elsewhere = {**headers, "Authorization": f"Bearer {program('match').token}"}
    match = refine.client.post("/yente/match/default", json={}, headers=elsewhere)
    assert match.status_code == 403
