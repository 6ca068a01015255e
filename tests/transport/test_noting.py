"""No peer can fill the log or the database, in another's name or its own."""

import json
import random
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select
from tests.soak.forgeries import Forger
from tests.support.peers import Party

from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.envelopes import assemble
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.exchange.protocol.signing import unwrapped, wrapped
from tidewaiter.store.audit import audit_entries, audit_size
from tidewaiter.store.core import tables
from tidewaiter.store.peers import inbox as incoming
from tidewaiter.transport.context import TURNED_AWAY, UNLISTED, Noting
from tidewaiter.transport.receiving import receive

Pair = tuple[Party, Party]


def entries(party: Party, after: int) -> list[str]:
    """Return what the log says since."""
    with party.desk.database.work() as work:
        return [each.action for each in audit_entries(work, after=after)]


def test_forgeries_in_one_name_are_listed_so_far() -> None:
    """Then the log says once that there are more; it lists again when the hour is over."""
    noting = Noting(3, 10.0)
    entry = (TURNED_AWAY, {"peer": "a"})
    told = [noting.kept(entry, second) for second in (0, 0, 0, 1, 2, 11, 11, 11, 12)]
    assert told[:5] == [entry, entry, entry, (UNLISTED, {"peer": "a"}), None]
    assert told[5:] == [entry, entry, entry, (UNLISTED, {"peer": "a"})]
    other = (TURNED_AWAY, {"peer": "b"})
    assert noting.kept(other, 1) == other
    taken = ("message taken", {"peer": "a"})
    assert [noting.kept(taken, 1) for _ in range(9)] == [taken] * 9


def test_lines_of_strangers_among_those_of_a_peer_leave_no_trace(pair: Pair) -> None:
    """They come in one request with a true message, and are answered; that is all."""
    one, other = pair
    one.say(other, "true")
    chance = random.Random(1)
    lines: list[str] = []

    def with_others(_peer: Document, sent: Sequence[str]) -> list[str]:
        text, _, box = sent[0].partition(" ")
        head, payload, signature = text.split(".")
        told = json.loads(unwrapped(payload))
        for _ in range(20):
            strange = {**told, "from": f"tidewaiter/{chance.random()}"}
            changed = wrapped(json.dumps(strange).encode())
            lines.append(f"{head}.{changed}.{signature} {box}")
        return receive(other.desk, [*lines[:10], *sent, *lines[10:]])[10:11]

    with other.desk.database.work() as work:
        size = audit_size(work)
    assert one.send(other, with_others).receipts == 1
    assert entries(other, size) == ["message taken"]


def test_a_peer_that_contradicts_itself_fills_nothing(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many contradictions are kept, and no more."""
    monkeypatch.setattr(incoming, "CONTRADICTIONS", 5)
    forger = Forger(tmp_path_factory.mktemp("forger"), 1)
    forger.place_now = forger.place()
    for _ in range(3):
        receive(forger.bergen.desk, [forger.contradiction().line for _ in range(4)])
    with forger.bergen.desk.database.work() as work:
        count = select(func.count()).select_from(tables.contradiction)
        assert work.connection.execute(count).scalar_one() == 5
    for each in (forger.aland, forger.bergen, forger.cork):
        each.desk.database.close()


def test_one_name_twice_in_a_request_is_taken_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Two messages with one id, in sequence in the chain, do not block those of others."""
    forger = Forger(tmp_path_factory.mktemp("forger"), 1)
    forger.place_now = have, _ = forger.place()
    first, box = forger.header()
    lines = [forger.write(first, box, forger.now)]
    second = {**first, "seq": have + 2, "prev": assemble(*lines[0].split(" ")).digest}
    lines.append(forger.write(second, box, forger.now))
    codes = [read_receipt(text).receipt.code for text in receive(forger.bergen.desk, lines)]
    assert codes == ["", "equivocation"]
    for each in (forger.aland, forger.bergen, forger.cork):
        each.desk.database.close()
