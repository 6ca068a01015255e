"""How long a board, the members and a meeting pack take with many notices.

    python -m benchmarks.boards
    python -m benchmarks.boards 20000 postgresql+psycopg://user@host/empty

Notices are made by a seed and written past the store, over two years, to and from 40 peers of as
many countries; seven in ten are answered, one channel in five was frozen for some time. All events
are encrypted as the store does it. Without a database, an SQLite file is made and not kept. It
writes ``docs/benchmarks/boards.json``.
"""

import argparse
import random
import resource
import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from benchmarks.evaluation import ROOT
from benchmarks.keeping import keep, kind_of
from sqlalchemy import insert
from tests.support.notices import NOTICE, changed

from tidewaiter.exchange.notices.types import Event, NoObjection, Queried, Sent, Side, What
from tidewaiter.exchange.protocol.keyring import About, found
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.exchange.protocol.signing import lock
from tidewaiter.explain.words import words_of
from tidewaiter.law.changes import changes_of
from tidewaiter.law.registry import load_registry
from tidewaiter.report.coalition import render_pack
from tidewaiter.report.pages import pdf_of
from tidewaiter.store.audit import moment
from tidewaiter.store.coalition.meeting_packs import (
    read_board,
    read_members,
    read_pack,
    usual_period,
)
from tidewaiter.store.coalition.participation import Reader
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.peers.directory import add_documents, add_peer, hear_relation, set_relation

OUT = ROOT / "docs" / "benchmarks" / "boards.json"
SEED = 1988
TODAY = date(2026, 11, 25)
COUNTRIES = (
    "AR",
    "AT",
    "AU",
    "BE",
    "BG",
    "BR",
    "CA",
    "CH",
    "CL",
    "CO",
    "CY",
    "CZ",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GB",
    "GH",
    "GR",
    "HR",
    "HU",
    "IE",
    "IN",
    "IS",
    "IT",
    "JP",
    "KE",
    "KR",
    "LT",
    "LU",
    "LV",
    "MT",
    "MX",
    "MY",
    "NL",
    "NO",
    "NZ",
    "PE",
    "PL",
)
DAYS = 730
_STAMP = Stamp(who="bench", at=datetime(2024, 11, 1, 12, tzinfo=UTC))

T = TypeVar("T")


def main() -> None:
    """Fill a database, time what is asked of it, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=20_000)
    parser.add_argument("db", nargs="?", help="without it, an SQLite file that is not kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = given.db or str(Path(folder) / "boards.db")
        with open_database(place) as database:
            keep(OUT, kind_of(place), measured(database, given.count))


def measured(database: Database, count: int) -> dict[str, Any]:
    """Fill a database that is empty, and time what is asked of it."""
    safe = secrets.token_bytes(32)
    told: dict[str, Any] = {"notices": count, "peers": len(COUNTRIES)}
    with database.work(_STAMP) as work:
        own = _fill(work, safe, count)
    registry = load_registry()
    laws = changes_of(registry, registry.book)
    period = usual_period(TODAY)
    with database.work() as work:
        reader = Reader(work=work, safe=safe, node=own)
        before = _memory()
        board = _timed(told, "board of a year", lambda: read_board(reader, period, TODAY))
        told["board, more memory MB"] = _memory() - before
        _timed(told, "members", lambda: read_members(reader, TODAY))
        pack = _timed(told, "pack", lambda: read_pack(reader, period, TODAY, laws))
        page = _timed(told, "its page", lambda: render_pack(pack, words_of(registry)))
        _timed(told, "its PDF", lambda: pdf_of(page))
    told["pairs"] = len(board.pairs)
    told["notices on the board"] = sum(each.now.notices for each in board.pairs)
    return told


def _fill(work: Work, safe: bytes, count: int) -> str:
    """Make nodes and notices; return the name of this node."""
    chance = random.Random(SEED)
    own = _node(work, chance, "own", "DE", peer=False)
    nodes = [_node(work, chance, f"p{each.lower()}", each, peer=True) for each in COUNTRIES]
    numbers = [chance.randrange(DAYS) for _ in range(count)]
    for start in range(0, count, 1_000):
        rows: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        for number in range(start, min(start + 1_000, count)):
            peer = chance.choice(nodes)
            since = TODAY - timedelta(days=numbers[number])
            _notice(rows, safe, (number + 1, own, peer), since, chance)
        for table, some in zip(
            (tables.notice, tables.outgoing, tables.notice_event), rows, strict=True
        ):
            work.connection.execute(insert(table), some)
    return own


def _node(work: Work, chance: random.Random, name: str, country: str, *, peer: bool) -> str:
    about = About(
        node=f"tidewaiter/{name}",
        name=name.title(),
        country=country,
        role="authority",
        endpoints=("http://127.0.0.1:1",),
    )
    made = found(about, chance.randbytes, moment(_STAMP.at))
    if not peer:
        add_documents(work, [made.document])
        return about.node
    add_peer(work, [made.document])
    set_relation(work, about.node, Relation(standing="active", confirmed="compared"))
    hear_relation(work, about.node, "active")
    if chance.random() < 0.2:
        frozen = Stamp(who="bench", at=_STAMP.at + timedelta(days=chance.randrange(DAYS - 60)))
        later = Work(connection=work.connection, stamp=frozen)
        hear_relation(later, about.node, "frozen")
        thawed = Stamp(who="bench", at=frozen.at + timedelta(days=40))
        hear_relation(Work(connection=work.connection, stamp=thawed), about.node, "active")
    return about.node


def _notice(
    rows: tuple[list[Any], list[Any], list[Any]],
    safe: bytes,
    who: tuple[int, str, str],
    since: date,
    chance: random.Random,
) -> None:
    number, own, peer = who
    mine = chance.random() < 0.5
    reference = f"N-{number}"
    notice = changed(NOTICE, reference=reference, sent=since, reply_by=since + timedelta(days=15))
    events: list[tuple[Side, date, What]] = [("exporter", since, Sent(notice=notice))]
    if chance.random() < 0.3:
        asked = since + timedelta(days=chance.randrange(1, 8))
        events.append(("importer", asked, Queried(text="Who is the end user?")))
    if chance.random() < 0.7:
        done = since + timedelta(days=chance.randrange(8, 30))
        events.append(("importer", done, NoObjection(decided_by="Section 4")))
    answered = len(events) > 1 and isinstance(events[-1][2], NoObjection)
    rows[0].append(
        {
            "number": number,
            "owner": own if mine else peer,
            "reference": reference,
            "peer": peer,
            "side": "exporter" if mine else "importer",
            "state": "no objection" if answered else "sent",
            "waits_for": "" if answered else "importer",
            "reply_by": None,
            "version": 1,
            "changed": _moment(events[-1][1]),
        }
    )
    for place, (by, on, what) in enumerate(events):
        _event(rows, safe, (number, peer), (place, by, on, what), own=(by == "exporter") == mine)


def _event(
    rows: tuple[list[Any], list[Any], list[Any]],
    safe: bytes,
    of: tuple[int, str],
    told: tuple[int, Side, date, What],
    *,
    own: bool,
) -> None:
    (number, peer), (place, by, on, what) = of, told
    seq = 1 if by == "exporter" else place
    event = Event(
        id=f"{number}-{place}",
        notice=f"N-{number}",
        by=by,
        seq=seq,
        seen=0 if by == "exporter" else 1,
        version=1,
        at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
        what=what,
    )
    name = f"m{number}-{place}"
    rows[2].append(
        {
            "notice": number,
            "id": event.id,
            "by": by,
            "seq": seq,
            "message": name,
            "written": lock(msgspec.json.encode(event), safe, secrets.token_bytes(12)),
            "came": _moment(on),
        }
    )
    if own:
        empty = dict.fromkeys(("parent", "code"), "")
        rows[1].append(
            {
                "id": name,
                "peer": peer,
                "kind": "notice",
                "schema": 1,
                "thread": name,
                **empty,
                "marking": "{}",
                "iat": 0,
                "exp": 0,
                "state": "processed",
                "body": None,
                "receipt": "signed",
                "made": _moment(on),
                "changed": _moment(on),
            }
        )


def _moment(on: date) -> str:
    return moment(datetime(on.year, on.month, on.day, 12, tzinfo=UTC))


def _timed(told: dict[str, Any], name: str, do: Callable[[], T]) -> T:
    start, cpu = time.perf_counter(), time.process_time()
    done = do()
    told[f"{name}, s"] = round(time.perf_counter() - start, 2)
    told[f"{name}, CPU s"] = round(time.process_time() - cpu, 2)
    print(f"  {name}: {told[f'{name}, s']} s, {told[f'{name}, CPU s']} CPU s")
    return done


def _memory() -> int:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
