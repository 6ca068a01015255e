"""The pages of incidents: reported by a form, read, answered, and shared by the marking."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.support.exchange import incident, party
from tests.support.peers import Party
from tests.web.conftest import Desk
from tests.web.exchanging import meet

from tidewaiter.exchange.fields import field_of, fields_of
from tidewaiter.exchange.incidents.drafts import (
    Draft,
    DraftGoods,
    DraftHiding,
    DraftParty,
    DraftQuestion,
    draft_of,
    incident_from,
)
from tidewaiter.exchange.incidents.types import (
    Concealment,
    Equipment,
    Identified,
    Incident,
    Label,
    Packaging,
    Place,
    Stop,
    Transport,
)
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.store.incidents import Change, find_known, incidents, propose, send_incident
from tidewaiter.web.core.form_fields import is_asked
from tidewaiter.web.core.node import Node
from tidewaiter.web.core.request_parsing import flat, formed
from tidewaiter.web.incidents.views import BY_FIELD, differing
from tidewaiter.web.peers.schemas import peer_key


@pytest.fixture
def pair(node: Node, tmp_path: Path) -> Iterator[tuple[Party, Party]]:
    """Let the installation exchange with another node."""
    own, other = meet(node, tmp_path)
    yield own, other
    other.desk.database.close()


def test_a_form_loses_nothing_of_an_incident() -> None:
    """The form of the next version, sent unchanged, equals the previous version."""
    before = incident(owner="tidewaiter/a", version=2, status="updated")
    fields = flat(msgspec.to_builtins(draft_of(before)))
    draft = msgspec.convert(formed(list(fields.items()), Draft), Draft, strict=False)
    after = incident_from(draft, before.id, before.owner, 2)
    assert msgspec.structs.replace(after, changed=before.changed) == before


def test_what_is_not_filled_in_of_a_form_is_not_there() -> None:
    """Places that stay empty are closed, and a list of words keeps its words."""
    told = formed(
        [
            ("lines.0.declared.text", ""),
            ("lines.0.found.mass", " "),
            ("lines.2.declared.text", "two"),
            ("lines.2.found.text", ""),
            ("marking.purposes.0", "control"),
            ("marking.purposes.3", "warning"),
            ("concealment.how", ""),
        ],
        Draft,
    )
    assert told == {
        "lines": [{"declared": {"text": "two"}}],
        "marking": {"purposes": ["control", "warning"]},
    }


@pytest.mark.parametrize("path", list(BY_FIELD))
def test_every_value_has_its_words(path: str) -> None:
    """A page never shows the bare code of a new value of the type."""
    assert set(BY_FIELD[path]) == set(field_of(Incident, path).shape.words)


def test_a_version_says_which_parts_it_changes() -> None:
    """Whatever its owner says of it."""
    before = incident()
    after = msgspec.structs.replace(before, version=2, status="updated", title="x", lines=())
    assert differing(before, after) == ("status", "title", "lines")


def test_the_form_asks_for_every_field(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """Every field of an incident has its place in the form."""
    assert pair
    page = desk("analyst", "ben").get("/incidents/new").text
    names = set(re.findall(r' name="([^"]+)"', page))
    for kind, path in (
        (Draft, ""),
        (Place, "place."),
        (DraftGoods, "lines.0.declared."),
        (DraftGoods, "lines.1.found."),
        (Identified, "lines.0.identified."),
        (Equipment, "equipment.0."),
        (DraftParty, "parties.0."),
        (Transport, "transport."),
        (Stop, "route.0."),
        (Concealment, "concealment."),
        (DraftHiding, "concealment."),
        (Label, "label."),
        (Packaging, "packaging.0."),
        (DraftQuestion, "questions.0."),
    ):
        asked = {path + field.name for field in fields_of(kind) if is_asked(field)}
        assert asked - {"changed", "status"} <= names, kind  # those of a next version


FORM = {
    "kind": "seizure",
    "day": "2026-11-03",
    "place.country": "NL",
    "place.name": "Rotterdam",
    "title": "Drums <b>",
    "stage": "import",
    "lines.0.declared.text": "Epoxy resin",
    "lines.0.found.text": "Clear liquid",
    "lines.0.found.substance": "acetic-anhydride",
    "lines.0.found.mass": "100.5 kg",
    "parties.1.role": "consignee",
    "parties.1.basis": "waybill",
    "marking.tlp": "amber",
    "marking.pap": "green",
    "marking.purposes.0": "control",
    "after": "0",
}


def test_an_incident_is_told_by_the_form_answered_and_told_again(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """What is wrong comes back in the form; a proposal is settled by the next version."""
    own, other = pair
    ben = desk("analyst", "ben")
    wrong = ben.post("/incidents", {**FORM, "lines.0.found.mass": "much", "to": other.name})
    assert wrong.status_code == 400
    assert 'value="much"' in wrong.text
    assert ben.get("/incidents.json").json()["rows"] == []
    told = ben.post("/incidents", {**FORM, "to": other.name})
    assert told.headers["location"] == "/incidents/1", told.text
    own.send(other)
    with other.desk.database.work(other.desk.stamp()) as work:
        (listed,) = incidents(work)
        known = find_known(work, other.desk.ring.lock, own.name, listed.id)
        propose(work, other.desk.ring.lock, other.name, (own.name, listed.id), Change(text="200 l"))
    now = known.now()
    assert now is not None
    assert (now.title, now.lines[0].found and now.lines[0].found.net_mg) == (
        "Drums <b>",
        100_500_000,
    )
    other.send(own)
    page = ben.get("/incidents/1.json").json()
    assert [each["state"] for each in page["told"]] == ["processed"]
    assert "Drums &lt;b&gt;" in ben.get("/incidents/1").text
    proposal = page["known"]["proposals"][0]["said"]
    answer = {
        "settled.0.node": proposal["sender"],
        "settled.0.proposal": proposal["body"]["id"],
        "settled.0.taken": "true",
    }
    again = {**FORM, **answer, "after": "1", "changed": "The drums were measured"}
    assert ben.post("/incidents/1/versions", {**again, "after": "7"}).status_code == 409
    assert ben.post("/incidents/1/versions", again).status_code == 303
    own.send(other)
    with other.desk.database.work() as work:
        known = find_known(work, other.desk.ring.lock, own.name, listed.id)
    assert [each.body.version for each in known.versions] == [1, 2]
    assert known.proposals[0].settled


def test_an_incident_of_another_is_read_answered_and_given_out_by_its_marking(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """Its owner gets the answers; TLP:RED is not shared; an administrator sees none of it."""
    own, other = pair
    red = Marking(tlp="red")
    seen = incident(id="S-17", owner=other.name, settled=(), parties=(), marking=red)
    with other.desk.database.work(other.desk.stamp()) as work:
        send_incident(work, other.desk.ring.lock, other.name, seen, [own.name])
    other.send(own)
    ben, chief = desk("analyst", "ben"), desk("administrator", "chief")
    text = ben.get("/incidents/1").text
    assert "For the individual recipients only." in text
    assert "/incidents/1/version" not in text
    ben.post("/incidents/1/proposals", {"text": "The drums were of 200 l"})
    ben.post(
        "/incidents/1/sightings",
        {"day": "2026-11-20", "country": "NL", "place": "Rotterdam", "what": "The same drums"},
    )
    own.send(other)
    with other.desk.database.work() as work:
        known = find_known(work, other.desk.ring.lock, other.name, "S-17")
    assert [each.said.body.text for each in known.proposals] == ["The drums were of 200 l"]
    assert [each.body.what for each in known.sightings] == ["The same drums"]
    assert ben.get("/incidents/1/export?reach=organisation").status_code == 400
    given = ben.get("/incidents/1/export?reach=person&form=misp")
    assert given.json()["Event"]["info"] == seen.title
    assert chief.get("/incidents/1").status_code == 403
    assert ben.get("/incidents/2").status_code == 404


def test_a_party_for_the_authority_only_is_shown_to_those_who_are_cleared(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """On the page, in its record, in the form and in evidence; others learn that there is one."""
    own, other = pair
    hidden = party(ref="p-9", name="Omega Listed", restricted=True)
    told = {"settled": (), "parties": (party(), hidden)}
    for one, to in ((own, other), (other, own)):
        with one.desk.database.work(one.desk.stamp()) as work:
            seen = incident(owner=one.name, **told)
            send_incident(work, one.desk.ring.lock, one.name, seen, [to.name])
    other.send(own)
    ben, eve = desk("analyst", "ben", cleared=True), desk("analyst", "eve")
    with own.desk.database.work() as work:
        known = find_known(work, own.desk.ring.lock, other.name, "inc-7")
    proof = f"/peers/{peer_key(other.name)}/evidence/{known.versions[0].id}"
    for path in ("/incidents/1", "/incidents/2", "/incidents/2.json"):
        assert "Omega Listed" in ben.get(path).text
        assert "Omega Listed" not in eve.get(path).text
        assert "Alpha Trading" in eve.get(path).text
    assert "1 authority-only party is not shown to you" in eve.get("/incidents/1").text
    assert "Omega Listed" in ben.get("/incidents/1/version").text
    assert eve.get("/incidents/1/version").status_code == 400
    assert (ben.get(proof).status_code, eve.get(proof).status_code) == (200, 404)
