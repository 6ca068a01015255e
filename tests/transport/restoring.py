"""Databases of nodes that are copied and put back, and questions between nodes."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.peers import Party

from tidewaiter.base.errors import OutputError
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.store.core import tables
from tidewaiter.transport.reconciliation import answer, catch_up

Pair = tuple[Party, Party]


class Copies:
    """Copies of the databases of nodes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, party: Party) -> None:
        """Copy the database of a node while it is in use."""
        live = sqlite3.connect(self._place(party))
        copy = sqlite3.connect(self._place(party).with_suffix(".copy"))
        live.backup(copy)
        live.close()
        copy.close()

    def restore(self, party: Party) -> None:
        """Put the copy in the place of the database."""
        party.desk.database.close()
        for ending in ("-wal", "-shm"):
            Path(f"{self._place(party)}{ending}").unlink(missing_ok=True)
        shutil.copy(self._place(party).with_suffix(".copy"), self._place(party))

    def _place(self, party: Party) -> Path:
        return self._folder / f"{party.name.partition('/')[2]}.db"


def asking(other: Party) -> Callable[[Document, str], list[str]]:
    """Return a line that hands a question over."""
    return lambda _peer, text: answer(other.desk, text)


def contradictions(party: Party) -> int:
    """Count the contradictions recorded by a node."""
    with party.desk.database.work() as work:
        return len(list(work.connection.execute(select(tables.contradiction.c.id))))


def both_agree(one: Party, other: Party) -> bool:
    """Say whether both sides have the same messages from one to the other, all receipted."""
    o, i = tables.outgoing.c, tables.incoming.c
    with one.desk.database.work() as work:
        sent = work.connection.execute(
            select(o.seq, o.id, o.digest, o.receipt).where(o.peer == other.name).order_by(o.seq)
        ).all()
    with other.desk.database.work() as work:
        came = work.connection.execute(
            select(i.seq, i.id, i.digest, i.receipt).where(i.peer == one.name).order_by(i.seq)
        ).all()
    return list(map(tuple, sent)) == list(map(tuple, came))


def kept_question(one: Party, other: Party) -> str:
    """Return a question of one to the other, which is not answered."""
    asked: list[str] = []

    def keeps(_peer: Document, text: str) -> list[str]:
        asked.append(text)
        raise OutputError.from_words("cut")

    with pytest.raises(OutputError):
        catch_up(one.desk, other.name, keeps)
    return asked[0]
