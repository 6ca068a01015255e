"""Requests and joint cases between an installation and a node that it meets."""

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from tests.support.peers import Party
from tests.web.exchanging import meet

from tidewaiter.exchange.cases import JointCase
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.requests.types import About, Asked, Request
from tidewaiter.store.cases.joint import open_joint
from tidewaiter.store.core import tables
from tidewaiter.store.requests import ask
from tidewaiter.web.core.node import Node

MARKING = Marking(tlp="amber", purposes=("investigation",))


def request(one: Party, other: Party, **more: Any) -> Request:
    """Make a request of two things."""
    told: dict[str, Any] = {
        "id": "r-1",
        "asker": one.name,
        "asked": other.name,
        "kind": "information",
        "day": date(2026, 11, 20),
        "purpose": "investigation",
        "facts": "Four drums with another label <b>were found</b>; the maker is [redacted].",
        "instrument": "un-1988-12",
        "deadline": date(2099, 12, 10),
        "marking": MARKING,
        "items": (Asked(number=1, text="Who sent them?"), Asked(number=2, text="What was paid?")),
        "about": (About(kind="incident", node=other.name, ref="S-17"),),
    }
    return Request(**{**told, **more})


def ask_for(one: Party, asked: Request) -> None:
    """Let a node ask."""
    with one.desk.database.work(one.desk.stamp()) as work:
        ask(work, one.desk.ring.lock, one.name, asked)


def fill_requests(node: Node) -> dict[str, list[Any]]:
    """Let an installation be asked by a node, and ask it.

    Returns:
        What is there, by the part of a path that names it.
    """
    own, other = meet(node, Path(node.serving.db).parent, "corfu")
    ask_for(other, request(other, own))
    other.send(own)
    ask_for(own, request(own, other, id="r-2"))
    open_case(other, own)
    other.send(own)
    other.desk.database.close()
    return {
        "/requests/{number}": numbers(node, "request"),
        "/joint/{number}": numbers(node, "joint-case"),
    }


def open_case(one: Party, other: Party) -> None:
    """Let a node open a joint case with another."""
    case = JointCase(
        id="j-1",
        opener=one.name,
        partners=(other.name,),
        title="Drums <b>",
        purpose="investigation",
        day=date(2026, 11, 20),
        marking=MARKING,
    )
    with one.desk.database.work(one.desk.stamp()) as work:
        open_joint(work, one.desk.ring.lock, one.name, case)


def numbers(node: Node, kind: str) -> list[int]:
    """Return the numbers of what was said by one kind of message."""
    wanted = select(tables.said.c.number).where(tables.said.c.kind == kind)
    with node.read() as work:
        return list(work.connection.execute(wanted.order_by(tables.said.c.number)).scalars())
