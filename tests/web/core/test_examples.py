"""The examples in the API description: each matches its record."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from tests.web.conftest import app_for

from tidewaiter.base.phrases import decoder_of, english_json
from tidewaiter.base.resources import data
from tidewaiter.web.core import api_examples as examples
from tidewaiter.web.core.node import Node
from tidewaiter.web.core.openapi import body_of, description

READS = {
    "queue_page",
    "alert_page",
    "case_page",
    "party_page",
    "substance_page",
    "law_page",
    "flows_page",
    "overview_page",
    "audit_page",
    "notices_page",
    "notice_page",
    "board_page",
    "register_page",
    "trends_page",
    "claims_page",
    "ranker_page",
}


@pytest.fixture
def app(node: Node) -> Iterator[Litestar]:
    """Make the application."""
    with app_for(node) as made:
        yield made


@pytest.fixture
def told(app: Litestar) -> dict[str, Any]:
    """Return the description of the API."""
    return description(app)


def _handlers(app: Litestar) -> Mapping[str, HTTPRouteHandler]:
    every = (each for route in app.routes for each in getattr(route, "route_handlers", ()))
    return {each.handler_name: each for each in every if isinstance(each, HTTPRouteHandler)}


def _operations(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in told["paths"].values():
        yield from path.values()


def _contents(told: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return what each operation is sent or answers in JSON: its name, which of both, and how."""
    for operation in _operations(told):
        sent = operation.get("requestBody", {}).get("content", {})
        answers = next(iter(operation["responses"].values()))["content"]
        for way, contents in (("sent", sent), ("answered", answers)):
            if "application/json" in contents:
                yield operation["operationId"], way, contents["application/json"]


def test_whatever_takes_a_body_shows_one(app: Litestar, told: dict[str, Any]) -> None:
    """Nothing is without an example but a form of files, and no example is of nothing."""
    handlers = _handlers(app)
    taking = {name for name, way, _ in _contents(told) if way == "sent"}
    assert set(examples.BODIES) == taking
    for operation in _operations(told):
        name = operation["operationId"]
        assert (body_of(handlers[name]) is not None) == (name in taking), name
        kinds = set(operation.get("requestBody", {}).get("content", {}))
        assert kinds <= {"application/json"} or name in {"receive_files", "add_list_files"}


def test_a_body_is_one_that_its_handler_takes(app: Litestar, told: dict[str, Any]) -> None:
    """Decoded like the handler does, it is the record in our source."""
    handlers = _handlers(app)
    for name, way, content in _contents(told):
        if way != "sent":
            continue
        kind = body_of(handlers[name])
        assert kind is not None
        (example,) = content["examples"].values()
        assert msgspec.convert(example["value"], kind) == examples.BODIES[name]


def test_an_answer_is_the_record_of_its_page(app: Litestar, told: dict[str, Any]) -> None:
    """The main reads show one; a field that has gone makes it another record."""
    handlers = _handlers(app)
    shown = {
        name for name, way, each in _contents(told) if way == "answered" and "examples" in each
    }
    assert shown == READS
    assert {each.name for each in data("api").iterdir()} == {f"{name}.json" for name in READS}
    for name in READS:
        kind = handlers[name].parsed_fn_signature.return_type.inner_types[0].annotation
        value = examples.answer(name, kind)
        kept = json.loads(data("api", f"{name}.json").read_bytes())
        assert _named(kept, value) == kept, name
        record = decoder_of(kind).decode(json.dumps(value))
        assert json.loads(english_json(record)) == value, name


def _named(kept: Any, value: Any) -> Any:
    """Return of a value what an example that is kept names too."""
    if isinstance(kept, dict):
        return {name: _named(kept[name], value[name]) for name in kept}
    if isinstance(kept, list):
        return [_named(one, other) for one, other in zip(kept, value, strict=True)]
    return value


def test_every_example_has_the_shape_that_is_described(told: dict[str, Any]) -> None:
    """As another program checks it: by the schema, not by our records."""
    seen = 0
    for name, way, content in _contents(told):
        for example in content.get("examples", {}).values():
            schema = {**content["schema"], "components": told["components"]}
            problems = jsonschema_rs.validator_for(schema).iter_errors(example["value"])
            assert [str(each) for each in problems] == [], (name, way)
            seen += 1
    assert seen == len(examples.BODIES) + len(READS)
