"""`tidewaiter joint`: evidence and decisions of both sides of a case."""

import hashlib
from pathlib import Path

from tests.cli.nodes import Node

from tidewaiter.ledger.bundles import source_of, write_bundle
from tidewaiter.ledger.signed_notes import SecretKey

FILE = b'{"parties": [{"name": "Alpha", "role": "consignee"}]}'


def test_both_sides_of_a_joint_case_stand_side_by_side(met: tuple[Node, Node], here: Path) -> None:
    """A bundle is brought by its hashes, a file of it without a field; who gets it can check."""
    one, other = met
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
    one.bring(other)
    other.bring(one)
    shown = other.run("joint", "show", *of).stdout
    for line in (
        "release (permitted)",
        "hold (inspect)",
        "case.json: 1 field(s) redacted",
        "/parties/0/name: another case",
        f"SHA-256 {brought}",
    ):
        assert line in shown
    assert ", redacted by tidewaiter/" in other.run("joint", "check", *of, "given.json").stdout
    assert "no side" in other.run("joint", "check", *of, "bergen.json", code=1).stdout
