"""`tidewaiter requests`, `joint` and `recalls`: asked, answered, decided, and taken back."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.cli.test_node import Node

from tidewaiter.ledger.bundles import source_of, write_bundle
from tidewaiter.ledger.signed_notes import SecretKey

REQUEST = {
    "kind": "information",
    "purpose": "investigation",
    "facts": "Drums with another label.",
    "instrument": "un-1988-12",
    "deadline": "2031-12-10",
    "items": [{"number": 1, "text": "Who sent them?"}, {"number": 2, "text": "Who paid?"}],
    "marking": {"tlp": "amber", "purposes": ["investigation"]},
}
FILE = b'{"parties": [{"name": "Alpha", "role": "consignee"}]}'


@pytest.fixture
def two(
    call: Callable[..., Result], here: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Node, Node]:
    """Let two nodes exchange; a request lies in a file."""
    one, other = (Node(call, here, name, monkeypatch) for name in ("aland", "bergen"))
    for each, peer, name in ((one, other, "bergen"), (other, one, "aland")):
        each.run("peers", "add", f"{name}.json")
        each.run("peers", "confirm", peer.node, peer.words)
    one.bring(other)
    other.bring(one)
    (here / "request.json").write_text(json.dumps(REQUEST))
    return one, other


def _both(one: Node, other: Node) -> None:
    one.bring(other)
    other.bring(one)


def test_a_request_is_asked_answered_and_recalled(two: tuple[Node, Node], here: Path) -> None:
    """What is wrong with it is told; its answers are read; what is recalled is read no more."""
    one, other = two
    (here / "bad.json").write_text(json.dumps(REQUEST | {"instrument": ""}))
    told = one.run("requests", "ask", "bad.json", "--to", other.node, code=2)
    assert "wrong: basis" in told.stderr
    (here / "none.json").write_text('{"kind": "information"}')
    assert "invalid request" in one.run("requests", "ask", "none.json", "--to", "b", code=2).stderr
    asked = one.run("requests", "ask", "request.json", "--to", other.node).stdout.split()
    one.bring(other)
    other.run("requests", "delay", *asked, "--needs", "a court order")
    other.run("requests", "answer", *asked, "Alpha Trading", "--item", "1", "--tlp", "red")
    done = other.run("requests", "refuse", *asked, "Bank law", "--item", "2", "--ground", "law")
    assert "\tdone" in done.stdout
    other.bring(one)
    shown = one.run("requests", "show", *asked).stdout
    for line in (
        "only for investigation",
        "1. Who sent them? [full]",
        "2 refused (law): Bank law",
        "reply to 1: Alpha Trading",
        "reply needs first: a court order",
    ):
        assert line in shown
    (item,) = [
        line.split("\t")[0]
        for line in other.run("recalls", "items").stdout.splitlines()
        if "\tanswer\t" in line
    ]
    held = one.run("recalls", "items", "--came", "--with", other.node).stdout
    assert f"{item}\t" in held
    one.run("recalls", "shared", item, "--to", "2", "--asked", "1")
    other.run("recall", item, "--reason", "error")
    assert "waiting" in other.run("recalls", "list").stdout
    other.bring(one)
    assert "no reply since" in other.run("recalls", "list").stdout
    one.bring(other)
    listed = other.run("recalls", "list").stdout
    assert "destroyed, shared onward with 2" in listed
    shown = one.run("requests", "show", *asked).stdout
    assert "Alpha Trading" not in shown
    assert "destroyed here: 1" in shown
    assert "entries verified" in one.run("node", "verify").stdout
    one.run("requests", "withdraw", asked[1], "It was found.")
    assert "withdrawn" in one.run("requests", "list").stdout


def test_both_sides_of_a_joint_case_stand_side_by_side(two: tuple[Node, Node], here: Path) -> None:
    """A bundle is brought by its hashes, a file of it without a field; who gets it can check."""
    one, other = two
    with (here / "case.zip").open("w+b") as file:
        secret = SecretKey(name="aland.example", seed=bytes(range(32)))
        sources = [source_of("case.json", FILE)]
        write_bundle(file, sources, secret, of="case 7", made="2026-11-20T00:00:00Z")
    case = one.run("joint", "open", "Drums", "--with", other.node, "--purpose", "investigation")
    of = case.stdout.split()
    one.bring(other)
    assert "Drums\tTLP:AMBER\tfor investigation" in other.run("joint", "list").stdout
    other.run("joint", "decide", *of, "incident a/7", "hold", "--reason", "inspect", code=2)
    other.run("joint", "reply", *of, "joined")
    other.run("joint", "decide", *of, "incident a/7", "release", "--reason", "permitted")
    one.run("joint", "decide", *of, "incident a/7", "hold", "--reason", "inspect")
    brought = one.run("joint", "add", *of, "case.zip").stdout.strip()
    assert brought == hashlib.sha256((here / "case.zip").read_bytes()).hexdigest()
    one.run(
        "joint",
        "redact",
        *of,
        "case.zip",
        "case.json",
        "--field",
        "/parties/0/name",
        "--why",
        "another case",
        "--out",
        "given.json",
    )
    assert b"Alpha" not in (here / "given.json").read_bytes()
    _both(one, other)
    shown = other.run("joint", "show", *of).stdout
    for line in (
        "release (permitted)",
        "hold (inspect)",
        "case.json: 1 field",
        "/parties/0/name: another case",
        f"SHA-256 {brought}",
    ):
        assert line in shown
    assert "redacted by tidewaiter/" in other.run("joint", "check", *of, "given.json").stdout
    assert "no side" in other.run("joint", "check", *of, "request.json", code=1).stdout


def test_a_hold_keeps_what_a_wrong_recipient_was_sent(two: tuple[Node, Node]) -> None:
    """Its basis is told; when it is lifted, the message goes, and that is told too."""
    one, other = two
    one.run("peers", "send", other.node, "The name is Alpha.")
    one.bring(other)
    item = other.run("recalls", "items", "--came").stdout.split("\t")[0]
    assert other.run("recalls", "hold", item, "--basis", "Order 7").stdout == "held\n"
    one.run("recall", item, "--reason", "wrong-recipient", "--from", other.node)
    _both(one, other)
    assert "kept under legal hold (Order 7)" in one.run("recalls", "list").stdout
    assert "The name is Alpha." in other.run("peers", "messages", one.node).stdout
    assert other.run("recalls", "lift", item).stdout == "destroyed\n"
    other.bring(one)
    assert "\tdestroyed" in one.run("recalls", "list").stdout
    assert "no longer readable" in other.run("peers", "messages", one.node).stdout
    assert "Alpha" in one.run("peers", "messages", other.node).stdout
