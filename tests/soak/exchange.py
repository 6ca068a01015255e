"""Fault-injection test of the exchange: nodes that are killed, on unreliable connections.

``python -m tests.soak.exchange --exchanges 10000 --kills 200 --nodes 5 --seed 1``

Each node is a separate process with its own database: it serves, sends, writes messages with
business rows, freezes peers for a while, and has a clock that is wrong by days. A proxy in front of
each drops, delays, duplicates, shuffles, replays, misroutes, forges and cuts off messages. Nodes
are killed at random moments and at named points of the code. When all messages are written and all
kills are done, the faults end; then every message must have been acted on once, by the right node,
with a receipt.

``--fault NAME`` plants a fault in the nodes, which the test must detect. It exits with 1 if there
was a violation; with ``--faults``, which tries each fault, if one was not detected.

What it does not show: a killed process leaves what it wrote to the system; for power loss there is
`tests.soak.power`.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec
from msgspec import structs
from tests.soak.checks import Kept, read_kept, violations
from tests.soak.faults import FAULTS
from tests.soak.node import POINTS, Life, live
from tests.soak.proxies import Proxy
from tests.soak.results import Result, table
from tests.soak.world import Plan, World
from tests.support.databases import own_database

from tidewaiter.store.core.database import open_database

_STEP = 0.01  # seconds between two looks at what happens
_TRIES = 3  # of a fault
_AT_POINTS = 0.7  # of kills; the others come at any moment


class Run:
    """A run, as its parent process sees it."""

    def __init__(self, world: World) -> None:
        self._world, self._plan = world, world.plan
        self._chance = random.Random(f"{world.plan.seed} kills")
        self._alive: dict[int, int] = {}  # by process, the node
        self._lives: dict[int, Life] = {}  # by node
        self._ends: dict[int, float] = {}  # by node, when it is killed from here
        self._lines: list[int] = []
        planted = FAULTS.get(self._plan.fault)
        self._chosen = planted.points if planted else ()
        self._points = self._chosen or POINTS
        self.kills: Counter[str] = Counter()

    def run(self) -> tuple[float, bool]:
        """Run; return the seconds until all was settled, and whether it was."""
        self._lines = [_fork(partial(_serve, self._world, each)) for each in self._indexes()]
        try:
            for index in self._indexes():
                self._begin(index)
            self._wild()
            return self._settle()
        finally:
            for process in [*self._alive, *self._lines]:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)

    def _indexes(self) -> range:
        return range(self._plan.nodes)

    def _wild(self) -> None:
        """Go on with faults until all is written and all kills are done."""
        until = time.monotonic() + 120 + self._plan.kills * 5
        while time.monotonic() < until:
            self._allow()
            self._look()
            written = sum(self._world.board.get(i, "written") for i in self._indexes())
            if written >= self._plan.exchanges and self._killed() >= self._plan.kills:
                break
            time.sleep(_STEP)
        self._world.board.wild = False
        for index, life in self._lives.items():  # none ends without a kill any more
            if life.point:
                self._end(index)

    def _allow(self) -> None:
        """Spread what is written over the kills."""
        share = (self._killed() + 1) / (self._plan.kills + 1)
        for index in self._indexes():
            self._world.board.put(index, "allowed", int(self._world.quota(index) * share))

    def _settle(self) -> tuple[float, bool]:
        begun, quiet = time.monotonic(), 0
        while time.monotonic() - begun < self._plan.settle:
            self._look()
            open_ = sum(self._world.board.get(i, "open") for i in self._indexes())
            quiet = 0 if open_ else quiet + 1
            if quiet * _STEP > 0.6:  # longer than a node takes to say that something is open
                return time.monotonic() - begun, True
            time.sleep(_STEP)
        return time.monotonic() - begun, False

    def _look(self) -> None:
        """Restart crashed nodes, and kill those that are due."""
        while self._alive:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                break
            if process not in self._alive:
                raise RuntimeError("a line has died")
            index = self._alive.pop(process)
            if not os.WIFSIGNALED(status):
                raise RuntimeError(f"node {index} ended: see {self._world.folder}/{index}.log")
            if self._world.board.wild:
                self.kills[self._lives[index].point or "at any moment"] += 1
            self._begin(index)
        for index, when in self._ends.items():
            if self._world.board.wild and time.monotonic() > when:
                self._end(index)
                break

    def _end(self, index: int) -> None:
        process = next(p for p, i in self._alive.items() if i == index)
        self._ends[index] = float("inf")
        self._lives[index] = Life(number=self._lives[index].number)
        os.kill(process, signal.SIGKILL)

    def _begin(self, index: int) -> None:
        number = self._lives[index].number + 1 if index in self._lives else 0
        life, self._ends[index] = Life(number=number), float("inf")
        if self._world.board.wild and self._killed() + len(self._alive) < self._plan.kills:
            if self._chosen or self._chance.random() < _AT_POINTS:
                point, passes = (
                    self._chance.choice(self._points),
                    int(self._chance.expovariate(0.7)),
                )
                life = Life(number=number, point=point, passes=passes)
                self._ends[index] = time.monotonic() + 3  # it may never come by
            else:
                self._ends[index] = time.monotonic() + self._chance.uniform(0.15, 1.5)
        self._lives[index] = life
        place = self._world.places[index]
        self._alive[_fork(lambda: live(self._world, place, life))] = index

    def _killed(self) -> int:
        return sum(self.kills.values())


def _fork(child: Callable[[], object]) -> int:
    """Begin a process that has all modules already; it ends when the child does."""
    process = os.fork()
    if process == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        child()
        os._exit(3)
    return process


def _serve(world: World, index: int) -> None:
    asyncio.run(Proxy(world, index).serve())


def run(plan: Plan, folder: Path, empty: Path, urls: Sequence[str] = ()) -> Result:
    """Run once.

    Args:
        plan: What is run.
        folder: An empty one, for databases and logs.
        empty: An empty database.
        urls: Of empty databases of PostgreSQL, in place of SQLite.
    """
    begun, cpu, load = time.monotonic(), os.times(), os.getloadavg()[0]
    world = World(plan, folder, empty, urls)
    running = Run(world)
    settled, is_settled = running.run()
    kept = {place.node: read_kept(place) for place in world.places}
    found = violations(world, kept)
    found["never settled"] += not is_settled
    now = os.times()
    return Result(
        plan=plan,
        violations=dict(+found),
        kills=dict(running.kills),
        line=world.board.counted(),
        messages=_messages(kept),
        seconds=round(time.monotonic() - begun, 1),
        settled=round(settled, 1),
        load=round(load, 1),
        cpu=round(sum(now[:4]) - sum(cpu[:4]), 1),
    )


def _messages(kept: dict[str, Kept]) -> int:
    return sum(len(each.outgoing) for each in kept.values())


class Runs:
    """Runs, one after another, each in a separate folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._empty = folder / "empty.db"
        open_database(self._empty).close()

    def once(self, plan: Plan) -> Result:
        """Run once."""
        folder = self._folder / f"{plan.fault or 'none'}-{plan.seed}"
        folder.mkdir()
        with ExitStack() as stack:
            nodes = range(plan.nodes if plan.postgresql else 0)
            urls = [stack.enter_context(own_database()) for _ in nodes]
            return run(plan, folder, self._empty, urls)

    def until_seen(self, plan: Plan) -> Result:
        """Run a fault until it is seen: a short run may miss one by chance, three may not."""
        for seed in range(plan.seed, plan.seed + _TRIES):
            kills = plan.kills * FAULTS[plan.fault].kills
            result = self.once(structs.replace(plan, seed=seed, kills=kills))
            seen = "seen" if result.is_seen else "NOT SEEN"
            print(f"{plan.fault}, seed {seed}: {seen}, {result.violations}", flush=True)  # noqa: T201
            if result.is_seen:
                break
        return result


def main() -> None:
    """Run, print, and end with 1 where anything is wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--exchanges", type=int, default=10_000)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--nodes", type=int, default=5)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--settle", type=float, default=60.0)
    options.add_argument("--fault", choices=list(FAULTS), default="")
    options.add_argument("--faults", action="store_true", help="each of them: all must be seen")
    options.add_argument(
        "--postgresql",
        action="store_true",
        help="on the server that TIDEWAITER_TEST_POSTGRESQL names; no --faults",
    )
    options.add_argument("--folder", type=Path, help="leave databases and logs in this new one")
    options.add_argument("--write", type=Path, help="write the results there, as JSON")
    told = vars(options.parse_args())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # no node is left behind
    names = ("exchanges", "kills", "nodes", "seed", "settle", "fault", "postgresql")
    plan = Plan(**{name: told[name] for name in names})
    with ExitStack() as stack:
        folder = told["folder"] or stack.enter_context(tempfile.TemporaryDirectory())
        Path(folder).mkdir(parents=True, exist_ok=True)
        runs = Runs(Path(folder))
        if told["faults"]:
            results = [runs.until_seen(structs.replace(plan, fault=each)) for each in FAULTS]
        else:
            results = [runs.once(plan)]
            print(table(results[0]))  # noqa: T201
    if told["write"]:
        told["write"].write_text(json.dumps(msgspec.to_builtins(results), indent=2) + "\n")
    right = [each.is_seen if told["faults"] else each.is_green for each in results]
    sys.exit(not all(right))


if __name__ == "__main__":
    main()
