"""`tidewaiter requests`: asked, answered, refused, and recalled."""

import json
from pathlib import Path

from tests.cli.nodes import Node

REQUEST = {
    "kind": "information",
    "purpose": "investigation",
    "facts": "Drums with another label.",
    "instrument": "un-1988-12",
    "deadline": "2031-12-10",
    "items": [{"number": 1, "text": "Who sent them?"}, {"number": 2, "text": "Who paid?"}],
    "marking": {"tlp": "amber", "purposes": ["investigation"]},
}


def test_a_request_is_asked_answered_and_recalled(met: tuple[Node, Node], here: Path) -> None:
    """Let two nodes exchange; a request lies in a file."""
    one, other = met
    (here / "request.json").write_text(json.dumps(REQUEST))
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
