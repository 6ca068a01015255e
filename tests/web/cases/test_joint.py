"""The pages of joint cases: each side for itself, bundles by their hashes, what was held back."""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import httpx
import pytest
from tests.support.peers import Party
from tests.web.conftest import Desk
from tests.web.exchanging import meet
from tests.web.requesting import open_case

from tidewaiter.exchange.cases import Decision, Part
from tidewaiter.ledger.bundles import source_of, write_bundle
from tidewaiter.ledger.signed_notes import SecretKey
from tidewaiter.store.cases.joint import find_joint, say_in_joint
from tidewaiter.web.cases.joint_views import PARTS
from tidewaiter.web.core.node import Node

CASE = b'{"title": "Drums", "parties": [{"name": "Alpha Trading", "role": "consignee"}]}'


@pytest.fixture
def pair(node: Node, tmp_path: Path) -> Iterator[tuple[Party, Party]]:
    """Let the installation exchange with another node."""
    own, other = meet(node, tmp_path)
    yield own, other
    other.desk.database.close()


def test_every_part_has_its_words() -> None:
    """A page never shows a code."""
    assert set(PARTS) == set(get_args(Part))


def test_a_side_joins_decides_and_holds_a_field_back(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """Differences are shown; a bundle by its hashes, and a redacted field by its place."""
    own, other = pair
    open_case(other, own)
    other.send(own)
    ben, chief = desk("analyst", "ben"), desk("administrator", "chief")
    assert [(each["part"], each["number"]) for each in ben.get("/joint.json").json()["rows"]] == [
        ("invited", 1)
    ]
    text = ben.get("/joint/1").text
    assert "Drums &lt;b&gt;" in text
    assert "Share our decision" not in text
    decision = {"subject": "incident S-17", "decision": "hold/inspect", "note": ""}
    assert ben.post("/joint/1/decisions", decision).status_code == 400
    assert ben.post("/joint/1/part", {"part": "joined"}).headers["location"] == "/joint/1"
    assert ben.post("/joint/1/part", {"part": "declined"}).status_code == 400
    assert ben.post("/joint/1/decisions", decision).status_code == 303
    bundle = _bundle()
    assert _send(ben, "/joint/1/bundles", bundle).status_code == 303
    told = {"member": "case.json", "fields": "/parties/0/name\n", "why": "Another case"}
    given = _send(ben, "/joint/1/redactions", bundle, **told)
    assert b"Alpha" not in given.content
    assert b"consignee" in given.content
    assert _send(ben, "/joint/1/redactions", bundle, **{**told, "why": ""}).status_code == 400
    own.send(other)
    theirs = Decision(
        case="j-1",
        opener=other.name,
        number=0,
        subject="incident S-17",
        verdict="release",
        reason="permitted",
        day=other.desk.stamp().at.date(),
    )
    with other.desk.database.work(other.desk.stamp()) as work:
        known = find_joint(work, other.desk.ring.lock, other.name, "j-1")
        say_in_joint(work, other.desk.ring.lock, other.name, theirs)
    (brought,) = known.sides[own.name].bundles
    assert brought.sha256 == hashlib.sha256(bundle).hexdigest()
    assert brought.redacted[0].given == hashlib.sha256(given.content).hexdigest()
    other.send(own)
    page = ben.get("/joint/1").text
    assert "decisions differ" in page
    assert "/parties/0/name" in page
    assert "Another case" in page
    assert ben.get("/joint.json").json()["rows"][0]["apart"] == 1
    assert ben.get("/joint/1.json").json()["acts"] == ["bring", "decide", "leave"]
    assert chief.get("/joint/1").status_code == 403


def test_a_joint_case_is_opened_and_its_partner_sees_it(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """For one purpose, under its label."""
    own, other = pair
    ben = desk("analyst", "ben")
    form = {"title": "Drums", "partners": other.name, "purpose": "control", "tlp": "amber"}
    assert ben.post("/joint", {**form, "partners": ""}).status_code == 400
    assert ben.post("/joint", form).headers["location"] == "/joint/1"
    own.send(other)
    name = ben.get("/joint/1.json").json()["id"]
    with other.desk.database.work() as work:
        case = find_joint(work, other.desk.ring.lock, own.name, name).case
    assert case is not None
    assert (case.body.title, case.body.marking.purposes) == ("Drums", ("control",))


def _bundle() -> bytes:
    file = io.BytesIO()
    secret = SecretKey(name="aland.example", seed=bytes(range(32)))
    sources = [source_of("case.json", CASE)]
    write_bundle(file, sources, secret, of="case 7", made="2026-11-20T00:00:00Z")
    return file.getvalue()


def _send(who: Desk, path: str, file: bytes, **fields: str) -> httpx.Response:
    return who.client.post(
        f"{path}?csrf={who.token()}",
        data=fields,
        files={"file": ("case.zip", file)},
        headers=who.cookie(),
        follow_redirects=False,
    )
