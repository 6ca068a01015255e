"""Markings as STIX 2.1 writes them.

TLP 2.0 is not among the markings of STIX 2.1 itself; its five marking definitions, with their ids,
are those of the OASIS common objects. What TLP does not tell, a statement does.

Source: oasis-open/cti-stix-common-objects, extension-definition-specifications/tlp-2.0, read on
26 November 2026.
"""

from collections.abc import Iterable

from tidewaiter.exchange.edges.extensions import Json
from tidewaiter.exchange.edges.ids import MADE, named
from tidewaiter.exchange.markings import Marking, Tlp, load_marking_rules

TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_MADE = "2022-10-01T00:00:00.000Z"
TLP_IDS: dict[Tlp, str] = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}


def marking_refs(marking: Marking) -> list[str]:
    """Return the ids of the marking definitions of a marking."""
    return [TLP_IDS[marking.tlp], _statement_id(marking)]


def marking_objects(markings: Iterable[Marking]) -> list[Json]:
    """Return the marking definitions of markings, each once, sorted by id."""
    found = {}
    for marking in markings:
        for each in (_tlp(marking.tlp), _statement(marking)):
            found[each["id"]] = each
    return [found[key] for key in sorted(found)]


def _tlp(tlp: Tlp) -> Json:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP_IDS[tlp],
        "created": TLP_MADE,
        "name": load_marking_rules().tlp[tlp].label,
        "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp}},
    }


def _statement(marking: Marking) -> Json:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _statement_id(marking),
        "created": MADE,
        "definition_type": "statement",
        "definition": {"statement": words(marking)},
    }


def words(marking: Marking) -> str:
    """Say in words what TLP does not tell: what may be done, what for, and by whom."""
    rules = load_marking_rules()
    pap = rules.pap[marking.pap]
    for_ = ", ".join(rules.purpose[each].says for each in marking.purposes) or "any purpose"
    on = "may be passed on" if marking.reshare or marking.tlp == "clear" else "not to be passed on"
    group = " For the members of one working group only." if marking.group else ""
    return f"{pap.label}: {pap.says} For: {for_}. Between nodes: {on}.{group}"


def _statement_id(marking: Marking) -> str:
    return f"marking-definition--{named('statement', words(marking))}"
