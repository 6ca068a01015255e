"""Private questions: what is missed or found wrongly, what each costs, and what a guesser gets.

``python -m benchmarks.private`` asks 10,000 keys, half of which are there, of a holder of 10,000;
lets a filter of a wide chance show how often it finds what is not there; and sends one question
between two nodes against 100,000 keys, with messages, receipts and databases. Then it counts what a
list of hashes would give to a guesser, beside what a budget leaves.

It writes ``docs/benchmarks/private.json``.
"""

import hashlib
import json
import os
import random
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.evaluation import ROOT
from benchmarks.throughput import processor, versions

from tidewaiter.exchange.private.intersection import (
    VERSION,
    Party,
    blinded,
    blinded_again,
    filled,
    found_in,
    keys_of,
    make_filter,
    new_secret,
)
from tidewaiter.exchange.private.messages import FALSE, SLOTS, Filter, Terms, filter_size
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.keyring import About, found
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.directory import add_documents, add_peer, documents, set_relation
from tidewaiter.store.private.offers import Made, filter_digest, give_offer
from tidewaiter.store.private.questions import ask, find_question
from tidewaiter.transport.context import Desk
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.sending import Post, send_round

OUT = ROOT / "docs" / "benchmarks" / "private.json"
_WIDE = 0.5  # a chance that shows in a thousand questions
_WIDE_QUESTIONS = 1_000
_REGISTER = 5_000_000  # names that a guesser tries
_BUDGET = 3 * SLOTS
_HASHES = 2_000_000

T = TypeVar("T")


def main() -> None:
    """Measure, print and write."""
    told: dict[str, Any] = {
        "day": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "load": round(os.getloadavg()[1], 1),
        "versions": versions(("openmined-psi", "sqlalchemy", "cryptography")),
    }
    told |= {"many": many(10_000), "wide": wide(), "one": one(100_000)}
    told |= {"guesser": guesser(told["many"]["holder_ms_a_key"])}
    print(json.dumps(told, indent=1))
    OUT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def many(count: int) -> dict[str, Any]:
    """Ask as many keys as the holder has, every second of which is there."""
    keys, other = _keys(count, "there"), _keys(count // 2, "elsewhere")
    secret = new_secret()
    made, setup = _timed(lambda: _filter(secret, keys))
    asked = [*keys[::2], *other]
    random.Random(1988).shuffle(asked)
    spent = {"blind": 0.0, "holder": 0.0, "look": 0.0}
    hits: set[str] = set()
    for at in range(0, count, SLOTS):
        slots = filled(asked[at : at + SLOTS], SLOTS, secrets.token_bytes)
        hits |= _hits(made, secret, slots, spent)
    questions = -(-count // SLOTS)
    return {
        "keys": count,
        "asked": count,
        "questions": questions,
        "misses": len(set(keys[::2]) - hits),
        "false": len(hits - set(keys)),
        "chance_of_a_question": FALSE,
        "filter_cpu_s": round(setup, 2),
        "filter_bytes": len(made.bits),
        "asker_cpu_s": round(spent["blind"] + spent["look"], 2),
        "holder_cpu_s": round(spent["holder"], 2),
        "holder_ms_a_key": round(1000 * spent["holder"] / (questions * SLOTS), 4),
    }


def wide() -> dict[str, Any]:
    """Count what a filter of a wide chance finds wrongly: the parameter is what it says."""
    secret, spent = new_secret(), {"blind": 0.0, "holder": 0.0, "look": 0.0}
    made = make_filter(secret, _keys(1024, "there"), chance=_WIDE)
    wrong = sum(
        len(_hits(made, secret, _keys(SLOTS, f"elsewhere {number}"), spent))
        for number in range(_WIDE_QUESTIONS)
    )
    return {
        "chance_of_a_question": _WIDE,
        "questions": _WIDE_QUESTIONS,
        "false": wrong,
        "expected": round(_WIDE * _WIDE_QUESTIONS),
    }


def one(count: int) -> dict[str, Any]:
    """Ask one question between two nodes, from the offer to the hit."""
    with tempfile.TemporaryDirectory(prefix="private-") as folder:
        asker, holder = (_desk(Path(folder), name) for name in ("asker", "holder"))
        _meet(asker, holder)
        party = Party(numbers=(("email", "desk@firm.example"),))
        secret = new_secret()
        keys = [*_keys(count - 1, "there"), *keys_of(party)]
        made, setup = _timed(lambda: _filter(secret, keys))
        with holder.database.work(holder.stamp()) as work:
            give_offer(work, holder.ring.lock, _made(holder, asker, secret, made))
        offered = _send(holder, asker)
        with asker.database.work(asker.stamp()) as work:
            shown, asking = _timed(
                lambda: ask(work, asker.ring.lock, holder.node, [party], "control")
            )
        there, back = _send(asker, holder), _send(holder, asker)
        with asker.database.work() as work:
            after = find_question(work, asker.ring.lock, shown.line.number)
        for desk in (asker, holder):
            desk.database.close()
    return {
        "keys": count,
        "filled_to": filter_size(count),
        "filter_cpu_s": round(setup, 2),
        "filter_bytes": len(made.bits),
        "offer_messages": offered[2],
        "offer_bytes": offered[0],
        "hit": list(after.parties[0].by),
        "question_bytes": there[0],
        "answer_bytes": back[0],
        "ask_ms": round(1000 * asking, 1),
        "answer_ms": round(1000 * there[1], 1),
        "look_ms": round(1000 * back[1], 1),
    }


def guesser(ms: float) -> dict[str, Any]:
    """Say what a register of names costs against hashes, and against a budget."""
    hashes = {hashlib.sha256(key.encode()).digest() for key in _keys(10_000, "there")}
    tried = _keys(_HASHES, "guess")
    _, spent = _timed(lambda: sum(hashlib.sha256(k.encode()).digest() in hashes for k in tried))
    return {
        "register": _REGISTER,
        "hashes_a_cpu_s": round(_HASHES / spent),
        "register_against_hashes_cpu_s": round(_REGISTER * spent / _HASHES, 1),
        "budget": _BUDGET,
        "register_against_budget_days": round(_REGISTER / _BUDGET),
        "holder_cpu_s_for_the_register": round(_REGISTER * ms / 1000),
    }


def _hits(made: Filter, secret: bytes, slots: Sequence[str], spent: dict[str, float]) -> set[str]:
    mine = new_secret()
    points, blind = _timed(lambda: blinded(mine, slots))
    again, holder = _timed(lambda: blinded_again(secret, points))
    places, look = _timed(lambda: found_in(mine, made, again))
    for name, seconds in (("blind", blind), ("holder", holder), ("look", look)):
        spent[name] += seconds
    return {slots[place] for place in places}


def _keys(count: int, word: str) -> list[str]:
    return [f"{VERSION}|email|{number}@{word}.example" for number in range(count)]


def _filter(secret: bytes, keys: Sequence[str]) -> Filter:
    return make_filter(secret, filled(keys, filter_size(len(keys)), secrets.token_bytes))


def _timed(do: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    return do(), time.process_time() - began


def _desk(folder: Path, name: str) -> Desk:
    about = About(
        node=f"bench/{name}",
        name=name,
        country="",
        role="authority",
        endpoints=("http://127.0.0.1:1",),
    )
    made = found(about, secrets.token_bytes, datetime.now(UTC).isoformat())
    desk = Desk(open_database(folder / f"{name}.db"), made.ring)
    with desk.database.work(desk.stamp()) as work:
        add_documents(work, [made.document])
    return desk


def _meet(*desks: Desk) -> None:
    for desk, other in (desks, desks[::-1]):
        with other.database.work() as work:
            chain = documents(work, other.node)
        with desk.database.work(desk.stamp()) as work:
            add_peer(work, chain)
            set_relation(work, other.node, Relation(standing="active", confirmed="compared"))


def _made(holder: Desk, asker: Desk, secret: bytes, made: Filter) -> Made:
    terms = Terms(
        offer=secrets.token_hex(16),
        holder=holder.node,
        asker=asker.node,
        version=VERSION,
        keys=131_072,
        budget=_BUDGET,
        purposes=("control",),
        until=(holder.clock() + timedelta(days=30)).date(),
        divisor=made.divisor,
        range=made.range,
        size=len(made.bits),
        digest=filter_digest(made),
    )
    return Made(terms=terms, secret=secret, filter=made)


def _send(sender: Desk, taker: Desk) -> tuple[int, float, int]:
    """Send what is due; return bytes, seconds of the processor at the taker, and messages."""
    size, spent, count = 0, 0.0, 0

    def post(_document: Document, lines: Sequence[str]) -> list[str]:
        nonlocal size, spent, count
        given, seconds = _timed(lambda: receive(taker, lines))
        size += sum(len(each) + 1 for each in lines)
        spent += seconds
        count += len(lines)
        return given

    line: Post = post
    while send_round(sender, taker.node, line).more:
        pass
    return size, spent, count


if __name__ == "__main__":
    main()
