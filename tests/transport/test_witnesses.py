"""Peers witness each other's logs: contradictions are recorded, and repeats are not odd."""

from msgspec import structs
from tests.support.peers import Party

from tidewaiter.exchange.protocol.receipts import Before, Receipt, contradiction, give, read_receipt
from tidewaiter.store.audit import find_entries
from tidewaiter.store.evidence import (
    check_witnessed,
    count_log_contradictions,
    log_contradictions,
    stated_logs,
    witnessed,
)
from tidewaiter.store.peers.outbox import heard_from

RECEIPT = Receipt(
    id="",
    digest="0" * 64,
    sender="b",
    to="a",
    at="2026-11-25T12:00:00+00:00",
    state="processed",
    have=7,
    size=100,
    root="a" * 64,
)


def _said(party: Party, other: Party, **more: object) -> str:
    """Let a node sign a receipt that says something of its log."""
    told = structs.replace(RECEIPT, sender=party.name, to=other.name, **more)
    signer = party.desk.ring.signer()
    return give(told, kid=signer.kid, secret=signer.secret)


def _hear(one: Party, other: Party, *texts: str) -> None:
    with one.desk.database.work(one.desk.stamp()) as work:
        heard_from(work, other.name, [read_receipt(text) for text in texts])


def test_a_receipt_that_comes_again_contradicts_nothing() -> None:
    """It was true when it was issued; only new receipts must have a longer log."""
    before = Before(largest=120, have=9)
    assert contradiction(RECEIPT, before) == ""
    assert contradiction(structs.replace(RECEIPT, have=10), before) == "shorter"
    turned = structs.replace(RECEIPT, state="turned-away", code="frozen")
    assert contradiction(turned, before) == "shorter"
    assert contradiction(RECEIPT, structs.replace(before, root="b" * 64)) == "two-roots"
    assert contradiction(RECEIPT, structs.replace(before, root="a" * 64)) == ""


def test_a_log_with_two_roots_or_a_shorter_one_is_kept_with_the_receipts(
    pair: tuple[Party, Party],
) -> None:
    """Both signed texts are there to be shown, and the log of this node says so."""
    one, other = pair
    for number in range(3):
        one.say(other, f"words {number}")
        one.send(other)
    with one.desk.database.work() as work:
        assert log_contradictions(work, other.name) == []
        assert len(witnessed(work, other.name)) == 3
    first = _said(other, one, size=1_000, have=20)
    second = _said(other, one, size=1_000, root="b" * 64, have=21)
    shorter = _said(other, one, size=900, root="c" * 64, have=22)
    _hear(one, other, first)
    _hear(one, other, second)
    _hear(one, other, shorter)
    _hear(one, other, shorter, first)  # again: nothing new
    _hear(one, other, _said(other, one, size=950, root="d" * 64, have=23))  # it restarted
    with one.desk.database.work() as work:
        found = log_contradictions(work, other.name)
        assert [(each.kind, each.size, each.before) for each in found] == [
            ("shorter", 900, 1_000),
            ("two-roots", 1_000, 1_000),
        ]
        assert found[1].root_before == "a" * 64
        assert {first, second, shorter} <= set(witnessed(work, other.name))
        assert count_log_contradictions(work) == {other.name: 2}
        assert len(find_entries(work, action="log contradiction")) == 2


def test_a_node_finds_its_own_log_as_its_peers_have_it(pair: tuple[Party, Party]) -> None:
    """What it told them last still holds; a root that it never had, or a cut log, does not."""
    one, other = pair
    one.say(other, "words")
    one.send(other)
    with other.desk.database.work() as work:
        assert [(each.peer, each.holds) for each in stated_logs(work)] == [(one.name, True)]
        own = other.documents()[-1].read()
    with one.desk.database.work() as work:
        texts = witnessed(work, other.name)
    long = _said(other, one, size=10_000)
    forged = _said(other, one, size=2)
    with other.desk.database.work() as work:
        told = check_witnessed(work, own, [*texts, long, forged])
    assert [each.holds for each in told] == [True, False, False]
