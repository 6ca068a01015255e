"""Words of incidents: kinds, stages, roles and the rest, as officers say them."""

from collections.abc import Mapping
from typing import Any

from tidewaiter.exchange.incidents.types import (
    Function,
    Kind,
    Method,
    Mode,
    PartyKind,
    Role,
    Stage,
    Status,
)
from tidewaiter.report.languages import marked, words

KINDS: Mapping[Kind, str] = {
    "seizure": marked("seizure"),
    "stopped-shipment": marked("stopped shipment"),
    "suspicious-shipment": marked("suspicious shipment"),
    "diversion": marked("diversion"),
    "attempted-diversion": marked("attempted diversion"),
    "theft-or-loss": marked("theft or loss"),
}
STATUSES: Mapping[Status, str] = {
    "open": marked("open"),
    "updated": marked("updated"),
    "closed": marked("closed"),
}
STAGES: Mapping[Stage, str] = {
    "export": marked("export"),
    "transit": marked("transit"),
    "import": marked("import"),
    "free-zone": marked("free zone"),
    "domestic-trade": marked("domestic trade"),
    "manufacture": marked("manufacture"),
    "storage": marked("storage"),
    "laboratory": marked("laboratory"),
    "unknown": marked("not known"),
}
METHODS: Mapping[Method, str] = {
    "laboratory": marked("laboratory"),
    "field-test": marked("presumptive test"),
    "instrument": marked("instrument held in the hand"),
    "papers": marked("papers"),
    "label": marked("label"),
    "statement": marked("somebody's words"),
    "unknown": marked("not known"),
}
MODES: Mapping[Mode, str] = {
    "sea": marked("sea"),
    "air": marked("air"),
    "road": marked("road"),
    "rail": marked("rail"),
    "inland-water": marked("inland water"),
    "post": marked("post"),
    "courier": marked("courier"),
    "person": marked("a person"),
    "unknown": marked("not known"),
}
ROLES: Mapping[Role, str] = {
    "exporter": marked("exporter"),
    "importer": marked("importer"),
    "consignor": marked("consignor"),
    "consignee": marked("consignee"),
    "ultimate-consignee": marked("ultimate consignee"),
    "notify": marked("notify party"),
    "seller": marked("seller"),
    "buyer": marked("buyer"),
    "broker": marked("broker"),
    "carrier": marked("carrier"),
    "forwarder": marked("forwarder"),
    "customs-broker": marked("customs broker"),
    "manufacturer": marked("manufacturer"),
    "holder": marked("holder"),
    "other": marked("other"),
}
PARTY_KINDS: Mapping[PartyKind, str] = {
    "person": marked("person"),
    "organisation": marked("organisation"),
    "vessel": marked("vessel"),
    "unknown": marked("not known"),
}
FUNCTIONS: Mapping[Function, str] = {
    "origin": marked("origin"),
    "loading": marked("loading"),
    "transit": marked("transit"),
    "unlading": marked("unlading"),
    "destination": marked("destination"),
}
PARTS: Mapping[str, str] = {
    "status": marked("Status"),
    "kind": marked("Kind"),
    "day": marked("Day"),
    "place": marked("Place"),
    "stage": marked("Stage"),
    "law_day": marked("Law as of"),
    "marking": marked("Marking"),
    "title": marked("Title"),
    "account": marked("What happened"),
    "lines": marked("Goods"),
    "equipment": marked("Equipment"),
    "concealment": marked("Concealment"),
    "label": marked("Label"),
    "route": marked("Route"),
    "transport": marked("Transport"),
    "packaging": marked("Packaging"),
    "flags": marked("Red flags"),
    "parties": marked("Parties, alleged"),
    "notifications": marked("Notifications"),
    "questions": marked("Questions"),
    "settled": marked("Answers to proposals"),
}
"""Parts of an incident, in the order of its page."""


def choices(said: Mapping[Any, str]) -> tuple[tuple[str, str], ...]:
    """Return values with their words, for a form."""
    return tuple((value, words(text)) for value, text in said.items())


ALL: Mapping[str, tuple[Mapping[Any, str], Any]] = {
    "kinds": (KINDS, Kind),
    "statuses": (STATUSES, Status),
    "stages": (STAGES, Stage),
    "methods": (METHODS, Method),
    "modes": (MODES, Mode),
    "roles": (ROLES, Role),
    "party_kinds": (PARTY_KINDS, PartyKind),
    "functions": (FUNCTIONS, Function),
}
"""Of each set of values its words, and the type that names them all."""
