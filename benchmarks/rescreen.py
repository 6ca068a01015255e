"""Rescreening of past lines after a list change: all of them, compared with changed entries only.

``python -m benchmarks.rescreen`` stores a list of 24,431 real entries without 50 of them, screens a
million made-up lines with 200,000 distinct parties into a database, adds the version of the list
with the 50, and screens again by both methods, each in a separate process and on a copy of the
database. It counts the alerts that only one finds. The time is the CPU time of that process from
its first line to its last; with ``--server URL`` the lines are in PostgreSQL, and its time is not
included. Before that, a law pack that lacks one listing is screened for in the same way; its names
are compiled beforehand, as by the command that switches to it. It writes
``docs/benchmarks/rescreen.json``.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from benchmarks.evaluation import ROOT, data
from benchmarks.lines import repeated
from benchmarks.parties import traffic
from benchmarks.throughput import processor, versions

from tidewaiter.base.archives import ListFile
from tidewaiter.base.resources import data as resource
from tidewaiter.bulk.screening import Settings, screen_batch
from tidewaiter.law.packs import INCLUDED, SETTING, Manifest
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.node.rescreen.again import screen_again
from tidewaiter.node.rescreen.basis import basis_of
from tidewaiter.parties.matching.types import read_rows
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import ListedParty
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.screening.runs import (
    Batch,
    Run,
    Source,
    add_batch,
    begin_screening,
    finish_screening,
)
from tidewaiter.trade.types import LINES
from tidewaiter.transport.law_packs.archive import keep_pack, pack_of

OUT = ROOT / "docs" / "benchmarks" / "rescreen.json"
SEED = 1988
THEN, NOW = date(2026, 12, 1), date(2026, 12, 8)  # the law does not move in between
NEW = 50
BATCH = 65_536
LISTED = 10_000  # one party in this many has a name of the list
STAMP = Stamp(who="benchmark", at=datetime(2026, 12, 1, tzinfo=UTC))


class _Dropped(Exception):  # noqa: N818 - it is no error
    """Results are not stored, so that the other method finds them too."""


def _drop() -> None:
    raise _Dropped


def main() -> None:
    """Measure, print, write; with --one, be one of the processes that are measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--parties", type=int, default=200_000)
    parser.add_argument("--server", default="", help="URL of an empty PostgreSQL database")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "LISTS", "DATABASE"))
    told = parser.parse_args()
    if told.one:
        print(json.dumps(one(*told.one)))
        return
    with tempfile.TemporaryDirectory() as place:
        found = both(Path(place), told.lines, told.parties, told.server)
    result = {
        "machine": processor(),
        "versions": versions(),
        "lines": told.lines,
        "parties": told.parties,
        "new_entries": NEW,
        **found,
        "ratio": round(found["whole"]["cpu_seconds"] / found["delta"]["cpu_seconds"], 1),
    }
    print(json.dumps(result, indent=1))
    if not told.server:
        OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def both(folder: Path, lines: int, parties: int, server: str) -> dict[str, Any]:
    """Fill a database, change the list, and screen again in both ways."""
    listed = data("parties/partybench/list.jsonl")
    if listed is None:
        raise SystemExit("no list of parties beside the checkout")
    entries = [msgspec.structs.replace(party, action="blocked") for party in read_rows(listed)]
    random.Random(SEED).shuffle(entries)
    lists = folder / "lists"
    keep(lists, entries[NEW:], THEN)
    database = server or str(folder / "past.db")
    with open_database(database) as opened:
        fill(opened, lists, lines, made_names(entries, parties))
    add_pack(folder / "law")
    found: dict[str, Any] = {"database": "postgresql" if server else "sqlite"}
    for way in ("law", "delta", "whole"):
        environment = {**os.environ, SETTING: INCLUDED}
        if way == "law":
            environment[SETTING] = "2026.12.08"
            prepare = "from tidewaiter.identify import load_lexicon; load_lexicon()"
            subprocess.run((sys.executable, "-c", prepare), check=True, env=environment)
        else:
            keep(lists, entries, NOW)
        copy = database if server else shutil.copy(database, folder / f"{way}.db")
        command = (sys.executable, "-m", "benchmarks.rescreen", "--one", way, lists, copy)
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        found[way] = json.loads(done.stdout)
    found["law"].pop("ids")
    few, all_of_them = (set(found[way].pop("ids")) for way in ("delta", "whole"))
    return {**found, "only_whole": len(all_of_them - few), "only_delta": len(few - all_of_them)}


def add_pack(folder: Path) -> None:
    """Put a law pack into a folder, in which toluene has left Table II, and use it."""
    os.environ["TIDEWAITER_LAW"] = str(folder)
    manifest = Manifest(version="2026.12.08", made=NOW)
    keep_pack(pack_of(resource(), manifest), manifest.version)
    file = folder / "packs" / manifest.version / "regimes" / "un-1988" / "controls.toml"
    rows = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(row for row in rows if 'substance = "toluene"' not in row), "utf-8")


def keep(folder: Path, parties: list[ListedParty], dated: date) -> None:
    """Keep a version of the list."""
    content = write_own_json(ListHeader(slug="bench", dated=dated), parties)
    files = [ListFile(name="bench.jsonl", content=content)]
    Archive(folder).add(read_list(files, load_definitions()), files, STAMP.at)


def made_names(entries: list[ListedParty], count: int) -> list[str]:
    """Make names of parties; a few are of the list, those of the new entries among them."""
    place = data("parties/lists/ordinary_companies/companies.tsv")
    assert place is not None
    rows = place.read_text(encoding="utf-8").splitlines()[1:]
    companies = [row.split("\t")[0] for row in rows]
    asked = traffic(entries, companies, count, count * 3 // 10)
    names = list(dict.fromkeys(party.text for party in asked))
    few = [entry.names[0].text for entry in entries[: max(NEW, count // LISTED)]]
    return [*few, *names[len(few) :]]


def fill(database: Database, lists: Path, lines: int, names: list[str]) -> None:
    """Screen made lines into a database, two parties a line."""
    settings = Settings(day=THEN, file="past.csv", sha256="0" * 64, lists=lists)
    basis = basis_of(settings)
    said = msgspec.json.encode(basis).decode()
    run = Run(day=THEN, registry=basis.digest, rules=basis.digest, basis=said)
    source = Source(sha256="0" * 64, name="past.csv", size=0)
    with database.work(STAMP) as work:
        screening = begin_screening(work, source, run).id
    for batch in batches(lines, names):
        alerts = screen_batch(batch, settings).alerts
        last = batch.column("row")[-1].as_py()
        with database.work(STAMP) as work:
            add_batch(work, screening, Batch(lines=batch, alerts=alerts, done_row=last))
    with database.work(STAMP) as work:
        finish_screening(work, screening)


def batches(lines: int, names: list[str]) -> Iterator[pa.RecordBatch]:
    """Make lines; every party is named by some."""
    chance = random.Random(SEED)
    goods = repeated(lines).to_pylist()
    for begin in range(0, lines, BATCH):
        rows = [
            {
                "row": row + 1,
                "consignment": f"C{row}",
                "seq": 1,
                "goods": goods[row],
                "parties": [
                    {"role": "consignor", "name": names[row % len(names)], "country": "CN"},
                    {"role": "consignee", "name": chance.choice(names), "country": "CN"},
                ],
            }
            for row in range(begin, min(begin + BATCH, lines))
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=LINES)


def one(way: str, lists: str, place: str) -> dict[str, Any]:
    """Screen a database again in one way, in this process; nothing of it is kept."""
    settings = Settings(day=NOW, file="", sha256="", lists=Path(lists))
    lines, ids = 0, []
    begun = time.perf_counter()
    try:
        with (
            open_database(place) as database,
            screen_again(database, settings, whole=way == "whole") as again,
        ):
            assert bool(again.plan.why) == (way == "whole"), again.plan.why
            for stored, new in again.batches():
                lines += len(stored.lines)
                ids += [alert.id for alert in new]
            assert list(again.noted()) == []
            _drop()
    except _Dropped:
        pass
    return {
        "cpu_seconds": round(time.process_time(), 1),
        "wall_seconds": round(time.perf_counter() - begun, 1),
        "lines_screened": lines,
        "new_alerts": len(ids),
        "ids": ids,
    }


if __name__ == "__main__":
    main()
