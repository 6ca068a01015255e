"""The matching API: single queries per minute and their latency, in the process and over HTTP.

``python -m benchmarks.matching_service --queries 10000`` loads OFAC's list of 2026-07 and asks for
one party at a time, by a fixed seed: half are listed names with one edit, half are ordinary
companies with their country. It asks the service in its process by one thread, and then
`tidewaiter serve` in a process of its own by several connections that wait for each answer; client
and server share the cores. It checks how many of the edited names are found. Writes
``docs/benchmarks/matching_service.json``.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benchmarks.evaluation import ROOT, shared
from benchmarks.noise import edit
from benchmarks.screen_parties import ofac

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.node.matching.service import Filters, MatchingService
from tidewaiter.parties.matching.ftm import parse_query
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import ListedParty
from tidewaiter.store.accounts.sessions import User, add_token
from tidewaiter.store.accounts.users import NewAccount, account_of, add_account
from tidewaiter.web.core.node import Node, Serving

OUT = ROOT / "docs" / "benchmarks" / "matching_service.json"
SEED = 1988
DAY = date(2026, 7, 11)
PORT = 8487
PAUSE = 61  # seconds, so that the next run has the rate limit to itself
CONNECTIONS = (1, 2)
LIMIT = 5
WARM = 200  # queries before the clock starts
FOUND = "edited names found"
TARGETS = {"queries a minute": 10_000, "p95 in ms": 5.0}

Query = dict[str, Any]


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--queries", type=int, default=10_000)
    options.add_argument("--out", type=Path, default=OUT)
    asked = options.parse_args()
    place = shared()
    if place is None:
        print("the data are not here")
        return
    folder = place / "data" / "parties" / "lists"
    listed = ofac(folder / "ofac_sdn_2026-07" / "ofac_sdn.json")
    queries = made_queries(listed, folder, asked.queries)
    with tempfile.TemporaryDirectory() as name:
        keep(Path(name) / "lists", listed)
        found = {
            "entries": len(listed),
            "queries": len(queries),
            "load at the start": round(os.getloadavg()[0], 2),
            "targets": TARGETS,
            "in the process": in_process(Path(name) / "lists", queries),
            **over_http(Path(name), queries),
        }
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


def made_queries(listed: Sequence[ListedParty], folder: Path, count: int) -> list[Query]:
    """Make queries: listed names with an edit at even places, ordinary companies at odd ones."""
    chance = random.Random(SEED)
    names = [name.text for party in listed for name in party.names]
    with (folder / "ordinary_companies" / "companies.tsv").open(encoding="utf-8") as file:
        companies = [(row["name"], row["country"]) for row in csv.DictReader(file, delimiter="\t")]
    found: list[Query] = []
    while len(found) < count:
        name = chance.choice(names)
        found.append({"schema": "Thing", "properties": {"name": [edit(name, chance) or name]}})
        company, country = chance.choice(companies)
        asked = {"name": [company], "country": [country]}
        found.append({"schema": "Company", "properties": asked})
    return found[:count]


def keep(folder: Path, listed: Sequence[ListedParty]) -> None:
    """Keep the list in a folder, as the command does."""
    content = write_own_json(ListHeader(slug="ofac-sdn", dated=DAY), listed)
    files = [ListFile(name="own.jsonl", content=content)]
    folder.mkdir()
    Archive(folder).add(read_list(files, load_definitions(), "ofac-sdn"), files, datetime.now(UTC))


def in_process(folder: Path, queries: Sequence[Query]) -> dict[str, object]:
    """Ask the service by one thread."""
    service = MatchingService(lambda: (folder, DAY))
    lists, levels = service.lists(cleared=False), service.levels(None, None)
    took, busy, hits = [], [], 0
    for place, query in enumerate((*queries[:WARM], *queries)):
        start, cpu = time.perf_counter(), time.thread_time()
        read = parse_query(query["schema"], query["properties"])
        result = lists.match([read], levels, Filters(), LIMIT)[0]
        if place >= WARM:
            took.append(time.perf_counter() - start)
            busy.append(time.thread_time() - cpu)
            hits += query["schema"] == "Thing" and bool(result.total)
    told = figures(busy, sum(busy), hits)
    of_cpu = {f"CPU: {name}": value for name, value in told.items() if name != FOUND}
    return {**figures(took, sum(took), hits), **of_cpu}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the list from a process of its own; give the token of a program that may match."""
    place = folder / "tidewaiter.db"
    node = Node(Serving(db=str(place)))
    with node.change(None) as work:
        account = account_of(work, add_account(work, NewAccount(name="reyes", role="analyst")).id)
        user = User(account=account, rights=frozenset({"match"}), session="")
        _, token = add_token(work, user, "a benchmark", {"match"}, node.now() + timedelta(days=1))
    node.close()
    command = (sys.executable, "-m", "tidewaiter", "serve", "--no-sample", "--port", f"{PORT}")
    paths = ("--db", str(place), "--lists", str(folder / "lists"))
    keys = {"TIDEWAITER_KEY": f"{folder}/node.key"}
    with subprocess.Popen(
        [*command, *paths], env={**os.environ, **keys}, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for()
            yield token
        finally:
            server.terminate()


def wait_for() -> None:
    """Wait for the server.

    Raises:
        TimeoutError: It does not answer.
    """
    for _ in range(300):
        connection = HTTPConnection("127.0.0.1", PORT)
        try:
            connection.request("GET", "/yente/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise TimeoutError("the server does not answer")


def over_http(folder: Path, queries: Sequence[Query]) -> dict[str, object]:
    """Ask the server by one connection, then by several, one query per request."""
    found: dict[str, object] = {}
    with served(folder) as token:
        ask(token, queries[:WARM])  # loads the lists
        for count in CONNECTIONS:
            parts = [queries[at::count] for at in range(count)]
            start = time.perf_counter()
            with ThreadPoolExecutor(count) as pool:
                done = list(pool.map(lambda part: ask(token, part), parts))
            whole = time.perf_counter() - start
            took = [each for part, _ in done for each in part]
            hits = sum(each for _, each in done)
            found[f"over HTTP, {count} at a time"] = figures(took, whole, hits)
            time.sleep(PAUSE)
    return found


def ask(token: str, queries: Sequence[Query]) -> tuple[list[float], int]:
    """Send queries one by one; return how long each took, and how many edited names were found."""
    connection = HTTPConnection("127.0.0.1", PORT)
    headers = {"Authorization": f"Apikey {token}", "Content-Type": "application/json"}
    took, hits = [], 0
    for query in queries:
        body = json.dumps({"queries": {"q": query}})
        start = time.perf_counter()
        connection.request("POST", "/yente/match/default", body, headers)
        content = connection.getresponse().read()
        took.append(time.perf_counter() - start)
        answer = json.loads(content)["responses"]["q"]
        hits += query["schema"] == "Thing" and answer["total"]["value"] > 0
    connection.close()
    return took, hits


def figures(took: Sequence[float], whole: float, hits: int) -> dict[str, object]:
    """Return the figures of a run."""
    ranked = sorted(took)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {
        "queries a minute": round(60 * len(took) / whole),
        **{
            f"{name} in ms": round(1_000 * ranked[int(p * len(ranked))], 2)
            for name, p in at.items()
        },
        FOUND: round(hits / (len(took) / 2), 3),
    }


if __name__ == "__main__":
    main()
