"""Entity resolution and the network of a database of 200,000 consignments, on either database.

``python -m benchmarks.network`` does all of this in a temporary SQLite file, and writes
``docs/benchmarks/network.json``; the steps can also be run separately.
``python -m benchmarks.network fill DB`` stores consignments of made-up parties: most name few
others, 20 forwarders are in a third of all consignments, and some rooms and telephones are shared.
``python -m benchmarks.network resolve DB`` compares the parties, and ``python -m benchmarks.network
ask DB`` requests pages, neighbours and paths of random parties, including busy ones, and prints the
wall time and the CPU time of this process for the slowest 5 in 100, and the time to place 2,000
nodes. ``DB`` is a path or a URL. The seed is fixed; all names are made up.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from benchmarks.evaluation import ROOT
from benchmarks.keeping import keep, kind_of
from sqlalchemy import select

from tidewaiter.base.phrases import as_written
from tidewaiter.node.network.drawing import draw_graph
from tidewaiter.node.network.graph import Seen, build_graph, network_rules
from tidewaiter.node.network.party import view_party
from tidewaiter.node.network.paths import find_ways
from tidewaiter.node.network.resolution import resolve_database, take_up
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.network.entities import search_entities
from tidewaiter.store.network.resolutions import current_run
from tidewaiter.store.screening.runs import (
    Batch,
    Run,
    Source,
    add_batch,
    begin_screening,
    finish_screening,
)
from tidewaiter.trade.types import LINES, Alert, Line, PartyMatch, Reason

OUT = ROOT / "docs" / "benchmarks" / "network.json"
SEED = 1988
CONSIGNMENTS = 200_000
FIRMS = 60_000
FORWARDERS = 20
BATCH = 8_192  # consignments
FIRST = date(2024, 1, 1)
DAYS = 900
ALERT = 20  # one line in so many
COUNTRIES = ("CN", "IN", "US", "GB", "HK", "TH", "DE", "MX", "BR", "TR", "NL", "FR")
CODES = dict(zip(COUNTRIES, (86, 91, 1, 44, 852, 66, 49, 52, 55, 90, 31, 33), strict=True))
SYLLABLES = (
    "ka",
    "li",
    "mo",
    "ren",
    "shan",
    "ta",
    "vo",
    "xin",
    "yue",
    "ze",
    "bar",
    "dol",
    "fen",
    "gar",
    "hul",
    "jor",
    "kem",
    "lan",
    "mir",
    "nor",
    "pel",
    "ros",
    "tim",
    "wa",
    "dru",
    "sti",
    "pla",
    "gri",
)
TRADES = ("Trading", "Chemicals", "Industries", "Import Export", "Pharma", "Textiles", "Supplies")
FORMS = ("Ltd", "Limited", "Co Ltd", "GmbH", "BV", "SA", "LLC")
SUBSTANCES = ("acetone", "toluene", "potassium-permanganate", "acetic-anhydride")


def main() -> None:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["fill", "resolve", "ask", "all"], nargs="?", default="all")
    parser.add_argument("db", nargs="?", help="without it, an SQLite file that is not kept")
    parser.add_argument("--consignments", type=int, default=CONSIGNMENTS)
    parser.add_argument("--asked", type=int, default=200)
    given = parser.parse_args()
    steps: dict[str, Callable[[Database], dict[str, Any]]] = {
        "fill": lambda database: fill(database, given.consignments),
        "resolve": resolve,
        "ask": lambda database: ask(database, given.asked),
    }
    with tempfile.TemporaryDirectory() as folder:
        place = given.db or str(Path(folder) / "network.db")
        with open_database(place) as database:
            for step in steps if given.step == "all" else (given.step,):
                keep(OUT, kind_of(place), {step: steps[step](database)})


def stamp() -> Stamp:
    """Say who works, and when."""
    return Stamp(who="benchmark", at=datetime.now(UTC))


def fill(database: Database, consignments: int) -> dict[str, Any]:
    """Store consignments, then add their parties as a screening does."""
    begun, cpu = time.monotonic(), time.process_time()
    chance = random.Random(SEED)
    firms = list(_firms(chance, max(50, FIRMS * consignments // CONSIGNMENTS)))
    forwarders = [_written(chance, f) for f in list(_firms(chance, FORWARDERS))]
    source = Source(sha256="5" * 64, name="made.csv", size=1)
    run = Run(day=date(2026, 3, 1), registry="r", rules="r")
    with database.work(stamp()) as work:
        screening = begin_screening(work, source, run).id
    row = 0
    for start in range(0, consignments, BATCH):
        rows: list[dict[str, Any]] = []
        for number in range(start, min(consignments, start + BATCH)):
            rows += list(_consignment(chance, number, firms, forwarders, row + len(rows)))
        alerts = [_alert(chance, each) for each in rows if chance.randrange(ALERT) == 0]
        row += len(rows)
        lines = pa.RecordBatch.from_pylist(rows, schema=LINES)
        with database.work(stamp()) as work:
            add_batch(work, screening, Batch(lines=lines, alerts=alerts, done_row=row))
    with database.work(stamp()) as work:
        finish_screening(work, screening)
    stored = _since(begun, cpu)
    print(f"{consignments:,} consignments, {row:,} lines stored: {stored}", flush=True)
    begun, cpu = time.monotonic(), time.process_time()
    steps = take_up(database, stamp)
    taken = _since(begun, cpu)
    print(f"taken up in {steps} transactions: {taken}", flush=True)
    return {"consignments": consignments, "lines": row, "stored": stored, "taken up": taken}


def resolve(database: Database) -> dict[str, Any]:
    """Resolve the parties."""
    begun, cpu = time.monotonic(), time.process_time()
    found = resolve_database(database, stamp, lambda *_: None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = _since(begun, cpu)
    print(found)
    print(f"resolved: {spent}, {peak:.0f} MiB at the most", flush=True)
    return {"found": str(found), "spent": spent, "peak MiB": round(peak)}


def _since(begun: float, cpu: float) -> dict[str, float]:
    spent, used = time.monotonic() - begun, time.process_time() - cpu
    return {"s": round(spent, 1), "cpu s": round(used, 1)}


def ask(database: Database, asked: int) -> dict[str, Any]:
    """Ask for pages, neighbours and paths; print how long the slowest 5 in 100 took."""
    rules, chance = network_rules(), random.Random(SEED)
    with database.work() as work:
        run = current_run(work)
        assert run is not None
        p = tables.entity_profile.c
        mine = select(p.entity, p.name).where(p.run == run.id).order_by(p.lines.desc(), p.entity)
        ordered = [tuple(row) for row in work.connection.execute(mine)]
    busy, rest = ordered[:FORWARDERS], ordered[FORWARDERS:]
    some = [*busy, *chance.sample(rest, asked)]
    others = chance.sample(rest, len(some))

    names = dict(some)
    ends = [(a, b) for (a, _), (b, _) in zip(some, others, strict=True) if a != b]

    told: dict[str, Any] = {}

    def timed(what: str, do: Callable[[Seen, int], Any], of: Sequence[int]) -> None:
        told[what] = _timed(database, run.id, what, do, of)

    for which, of in (("all", list(names)), ("busy", [entity for entity, _ in busy])):
        timed(f"page, {which}", view_party, of)
        timed(f"neighbours, {which}", lambda s, e: build_graph(s, e, {}, 1, rules), of)
    timed("search", lambda s, e: search_entities(s.work, s.run, names[e]), list(names))
    timed("path", lambda s, i: find_ways(s, ends[i], rules), range(len(ends)))
    with database.work() as work:
        seen = Seen(work, run.id, cleared=True)
        lengths = [
            len(s.ways[0].steps) if (s := find_ways(seen, pair, rules)).ways else 0 for pair in ends
        ]
        graph = build_graph(seen, busy[0][0], {}, 3, rules)
    print("steps of ways found:", {n: lengths.count(n) for n in sorted(set(lengths))})
    begun, used = time.perf_counter(), time.process_time()
    draw_graph(graph)
    took, cpu = time.perf_counter() - begun, time.process_time() - used
    print(
        f"{len(graph.nodes):,} nodes and {len(graph.edges):,} ties placed: {took:.1f} s,"
        f" CPU {cpu:.1f} s"
    )
    placed = {"nodes": len(graph.nodes), "ties": len(graph.edges), "cpu s": round(cpu, 1)}
    return told | {"placed": placed}


def _timed(
    database: Database, run: int, what: str, do: Callable[[Seen, int], Any], of: Sequence[int]
) -> dict[str, float]:
    """Print and return how long something takes for each of some numbers."""
    took, cpu = list[float](), list[float]()
    for number in of:
        begun, used = time.perf_counter(), time.process_time()
        with database.work() as work:
            do(Seen(work, run, cleared=True), number)
        took.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    told = (
        f"{_of(took, 50):.1f} and {_of(took, 95):.1f} ms, "
        f"CPU {_of(cpu, 50):.1f} and {_of(cpu, 95):.1f} ms"
    )
    print(f"{what}, median and p95: {told}", flush=True)
    return {
        f"{kind} p{percent}": round(_of(some, percent), 1)
        for kind, some in (("ms", took), ("cpu ms", cpu))
        for percent in (50, 95)
    }


def _of(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]


def _firms(chance: random.Random, count: int) -> Iterator[dict[str, Any]]:
    rooms = [
        f"Room {chance.randrange(900)}, {chance.randrange(200)} {_word(chance)} Road"
        for _ in range(count // 200 + 1)
    ]
    for _ in range(count):
        country = chance.choice(COUNTRIES)
        name = f"{_word(chance)} {_word(chance)} {chance.choice(TRADES)}"
        own = f"{chance.randrange(1, 400)} {_word(chance)} Street, {_word(chance)}"
        shared = chance.randrange(40) == 0
        yield {
            "name": name,
            "country": country,
            "address": chance.choice(rooms) if shared else own,
            "phone": f"+{CODES[country]} {chance.randrange(10**8, 10**9)}",
            "email": f"info@{_word(chance).lower()}{_word(chance).lower()}.com",
            "forms": chance.sample(FORMS, 2),
        }


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(2, 4))).title()


def _written(chance: random.Random, firm: dict[str, Any]) -> dict[str, Any]:
    """Write a firm as trade does: a form, an address with or without telephone and e-mail."""
    address = firm["address"]
    if chance.random() < 0.5:
        address += f", TEL {firm['phone']}"
    if chance.random() < 0.3:
        address += f", {firm['email']}"
    name = f"{firm['name']} {firm['forms'][chance.random() < 0.2]}"
    return {
        "name": name.upper() if chance.random() < 0.2 else name,
        "address": address,
        "country": firm["country"],
    }


def _consignment(
    chance: random.Random,
    number: int,
    firms: Sequence[dict[str, Any]],
    forwarders: Sequence[dict[str, Any]],
    row: int,
) -> Iterator[dict[str, Any]]:
    sender = int(len(firms) * chance.random() ** 3)  # some send much
    receiver = (sender * 7 + int(len(firms) * chance.random() ** 4)) % len(firms)
    parties = [
        {"role": "exporter", **_written(chance, firms[sender])},
        {"role": "consignee", **_written(chance, firms[receiver])},
    ]
    if chance.randrange(3) == 0:
        parties.append({"role": "consignor", **chance.choice(forwarders)})
    if chance.randrange(4) == 0:
        parties.append({"role": "notify", **chance.choice(forwarders)})
    day = FIRST + timedelta(days=chance.randrange(DAYS))
    for seq in range(1, chance.choice((1, 1, 2, 3)) + 1):
        row += 1
        yield {
            "row": row,
            "consignment": f"C{number}",
            "seq": seq,
            "departure": day,
            "goods": f"goods {chance.randrange(20_000)} in drums",
            "parties": parties,
        }


def _alert(chance: random.Random, row: dict[str, Any]) -> Alert:
    slug = chance.choice(SUBSTANCES)
    matches: tuple[PartyMatch, ...] = ()
    if chance.randrange(50) == 0:
        named = row["parties"][0]
        matches = (
            PartyMatch(
                role=named["role"],
                name=named["name"],
                list="board",
                list_name="Board",
                version="0",
                list_day=None,
                entry=f"B-{chance.randrange(200)}",
                listed_name=named["name"],
                name_kind="primary",
                kind="organisation",
                probability=0.9,
                action="restricted",
            ),
        )
    return Alert(
        id=f"{row['row']:024x}",
        file="made.csv",
        row=row["row"],
        consignment=row["consignment"],
        seq=row["seq"],
        day=date(2026, 3, 1),
        severity=chance.choice(("high", "medium", "low")),
        score=40,
        rank=chance.randrange(1000),
        due=None,
        days_left=None,
        substances=(slug,),
        title=as_written(f"{slug} in row {row['row']}"),
        mentions=(),
        law=(),
        parties=matches,
        line=Line(row=row["row"], consignment=row["consignment"], seq=row["seq"]),
        reasons=(
            Reason(rule="named", says=as_written("The goods are named."), points=40, source="made"),
        ),
    )


if __name__ == "__main__":
    main()
