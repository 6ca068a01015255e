"""Power failure: a node is stopped before any write or sync, and the disk loses data.

``python -m tests.soak.power --crashes 1000``

A node receives messages from a peer and writes some. A preloaded library of a hundred lines of C
records each write and each sync of its database and of the write-ahead log, and ends the process
before one of them. Then the disk is put into a possible state: each write to a file since its last
sync is there completely, or up to some sector, or not at all. The node restarts from that state.
Whatever was acknowledged, by a receipt or to its own user, must be there.

``--synchronous NORMAL`` is the control: it must lose something, or this shows nothing.

What it does not show: names of files (a new log is there at once), disks that lie about syncs or
damage data at rest, file systems that need more than a sync of the file, and PostgreSQL.
"""

import argparse
import ctypes
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from sqlalchemy import event, select
from tests.soak.disks import Disk
from tests.soak.world import Effect, Place, Plan, World, desk_at, written

from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol import envelopes
from tidewaiter.exchange.protocol.envelopes import Draft, close, message_id
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.node.identity import own_ring
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.transport.context import Desk
from tidewaiter.transport.receiving import receive

SOURCE = Path(__file__).with_name("power.c")
_NEVER = 10**9  # operations


class Result(Record, frozen=True, kw_only=True):
    """Its result."""

    crashes: int
    synchronous: str
    seed: int
    acknowledged: int  # receipts, and messages of the node's own
    lost: int  # of these
    unreadable: int  # starts at which the database was damaged
    log_holds: bool
    operations: int  # writes and syncs that were noted
    seconds: float


class Crashes:
    """Lives of a node, each of which ends with the power."""

    def __init__(self, world: World, folder: Path, synchronous: str) -> None:
        self._node, self._peer = world.places
        self._folder, self._synchronous = folder, synchronous
        self._chance = random.Random(world.plan.seed)
        self._fresh: set[str] = set()  # acknowledged, and not yet looked for
        self.disk = Disk(self._chance)
        self.disk.read(folder)
        self.kept: set[str] = set()
        self.lost: set[str] = set()
        self.unreadable = 0

    def crash(self, operations: int) -> None:
        """Let the node live for so many writes and syncs; then see what it had said."""
        self.disk.write(self._folder)
        log, (reads, writes) = self._folder.parent / "log", os.pipe()
        log.write_bytes(b"")
        process = os.fork()
        if process == 0:
            os.close(reads)
            self._live(log, writes, operations)
        os.close(writes)
        with open(reads, "rb") as told:  # noqa: PTH123 - a pipe
            lines = told.read().decode().splitlines()
        status = os.waitpid(process, 0)[1]
        for line in lines:
            what, _, name = line.partition(" ")
            if what == "acknowledged":
                self._fresh.add(name)
            elif what == "looked":  # all before it was looked for
                self.kept |= self._fresh - self.lost
                self._fresh.clear()
            else:
                self.lost.add(name)
        if not os.WIFSIGNALED(status):
            self.unreadable += 1
        self.disk.lose_power(log.read_bytes())

    def _live(self, log: Path, told: int, operations: int) -> None:
        """Be the node; this does not return."""
        try:
            fd = os.open(log, os.O_WRONLY | os.O_APPEND)
            begin = ctypes.CDLL(None).power_begin
            begin(str(self._folder).encode(), fd, ctypes.c_long(operations))
            desk = desk_at(self._node, skewed=False)
            event.listen(desk.database._reach.engine, "connect", self._on_connect)
            desk.database.close()  # what opened it had the settings of before
            self._look(desk, told)
            if operations < _NEVER:
                self._work(desk, told)
            os.kill(os.getpid(), signal.SIGKILL)
        except BaseException as error:  # noqa: BLE001 - this process has nobody above it
            print(f"a start failed: {str(error).splitlines()[:1]}", file=sys.stderr)  # noqa: T201
        os._exit(3)

    def _on_connect(self, connection: object, _record: object) -> None:
        run = connection.execute  # type: ignore[attr-defined]
        run(f"PRAGMA synchronous = {self._synchronous}")
        run("PRAGMA wal_autocheckpoint = 12")  # often, so that it is cut off there too

    def _look(self, desk: Desk, told: int) -> None:
        i, o = tables.incoming.c, tables.outgoing.c
        with desk.database.work() as work:
            there = {*work.connection.execute(select(i.digest)).scalars()}
            there |= {*work.connection.execute(select(o.id)).scalars()}
        lines = [f"lost {each}" for each in (self._fresh | self.kept) - there - self.lost]
        os.write(told, "".join(f"{each}\n" for each in [*lines, "looked"]).encode())

    def _work(self, desk: Desk, told: int) -> None:
        chance = random.Random(os.getpid())
        while True:
            with desk.database.work() as work:
                known = peer_of(work, self._peer.node)
            lines = _lines(self._peer, self._node, (known.have, known.head), chance)
            receipts = [read_receipt(text).receipt for text in receive(desk, lines)]
            if any(each.state != "processed" for each in receipts):
                raise ValueError(f"it gave {receipts}")
            _acknowledge(told, [each.digest for each in receipts])
            message = Message(kind="effect", body=written(Effect(content="own")))
            with desk.database.work(desk.stamp()) as work:
                name = write_message(work, desk.ring.lock, self._peer.node, message)
            _acknowledge(told, [name])


def _acknowledge(told: int, names: list[str]) -> None:
    os.write(told, "".join(f"acknowledged {each}\n" for each in names).encode())


def _lines(sender: Place, to: Place, last: tuple[int, str], chance: random.Random) -> list[str]:
    """Write the next messages of a peer."""
    ring, key = own_ring(sender.ring), to.document.active("open")
    if ring is None or key is None:
        raise ValueError("there are no keys")
    (seq, prev), signer, lines, now = last, ring.signer(), list[str](), int(time.time())
    for _ in range(chance.randint(1, 4)):
        seq += 1
        name = message_id(now * 1000, chance.randbytes(10))
        draft = Draft(
            id=name,
            kind="effect",
            schema=1,
            thread=name,
            marking=Marking(tlp="amber"),
            iat=now,
            exp=now + 400 * 86_400,
            body=written(Effect(content=f"{seq}")),
        )
        envelope = close(
            draft,
            envelopes.Place(sender=sender.node, to=to.node, seq=seq, prev=prev),
            kid=signer.kid,
            secret=signer.secret,
            public=key.public,
            salt=chance.randbytes(16),
        )
        lines.append(envelope.line())
        prev = envelope.digest
    return lines


def run(crashes: int, synchronous: str, seed: int, folder: Path) -> Result:
    """Crash a node so often, and say what was lost."""
    begun = time.monotonic()
    disk = folder / "disk"
    disk.mkdir()
    open_database(folder / "empty.db").close()
    plan = Plan(exchanges=0, kills=0, nodes=2, seed=seed)
    world = World(plan, folder, folder / "empty.db")
    (folder / "0.db").rename(disk / "0.db")
    node = msgspec.structs.replace(world.places[0], db=str(disk / "0.db"))
    world.places[0] = node
    lives, chance = Crashes(world, disk, synchronous), random.Random(f"{seed} operations")
    for _ in range(crashes):
        lives.crash(chance.randrange(120))
    lives.crash(_NEVER)  # only to look
    lives.disk.write(disk)
    with desk_at(node, skewed=False).database as database, database.work() as work:
        holds = verify_audit(work).broken is None
    return Result(
        crashes=crashes,
        synchronous=synchronous,
        seed=seed,
        lost=len(lives.lost),
        acknowledged=len(lives.kept | lives.lost),
        unreadable=lives.unreadable,
        log_holds=holds,
        operations=lives.disk.operations,
        seconds=round(time.monotonic() - begun, 1),
    )


def preload(folder: Path) -> None:
    """Restart this program with the library preloaded."""
    library = folder / "power.so"
    command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    os.environ["LD_PRELOAD"] = str(library)
    os.execv(sys.executable, [sys.executable, "-m", "tests.soak.power", *sys.argv[1:]])  # noqa: S606


def main() -> None:
    """Run, print, and end with 1 where anything was lost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--crashes", type=int, default=1000)
    options.add_argument("--synchronous", default="FULL", choices=("FULL", "NORMAL", "OFF"))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--write", type=Path, help="write the result there, as JSON")
    told = options.parse_args()
    memory = Path("/dev/shm")  # noqa: S108 - as fast as memory, where there is one
    folder = Path(tempfile.mkdtemp(prefix="power-", dir=memory if memory.is_dir() else None))
    if not hasattr(ctypes.CDLL(None), "power_begin"):
        preload(folder)
    shutil.rmtree(Path(os.environ["LD_PRELOAD"]).parent)  # it is loaded
    try:
        result = run(told.crashes, told.synchronous, told.seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = json.dumps(msgspec.to_builtins(result), indent=2)
    print(text)  # noqa: T201
    if told.write:
        told.write.write_text(f"{text}\n")
    sys.exit(bool(result.lost or result.unreadable or not result.log_holds))


if __name__ == "__main__":
    main()
