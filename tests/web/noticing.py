"""Notices between an installation and the node that it meets."""

from datetime import date, timedelta
from typing import Any

from msgspec import structs
from tests.support.notices import EPHEDRINE, NOTICE, changed
from tests.support.peers import Party

from tidewaiter.exchange.notices.types import Notice, Queried, Sent, What
from tidewaiter.store.core.database import Stamp
from tidewaiter.store.notices.drafts import Draft, add_draft
from tidewaiter.store.notices.events import do_to_notice, send_notice
from tidewaiter.web.core.node import Node


def notice_of(today: date, reference: str, days: int = 30) -> Notice:
    """Return a notice of two lines that asks for an answer in so many days."""
    return structs.replace(
        NOTICE,
        reference=reference,
        sent=today,
        reply_by=today + timedelta(days=days),
        lines=(NOTICE.lines[0], EPHEDRINE),
        transport=changed(NOTICE.transport, dispatch=today + timedelta(days=days + 10)),
    )


def send(sender: Party, to: Party, notice: Notice) -> int:
    """Send a notice, and let it arrive; return its number at the sender."""
    with sender.desk.database.work(sender.desk.stamp()) as work:
        kept = send_notice(work, sender.desk.ring.lock, sender.name, to.name, Sent(notice=notice))
    sender.send(to)
    return kept.row.number


def act(party: Party, to: Party, number: int, what: What) -> None:
    """Do something to a notice, and let it arrive."""
    with party.desk.database.work(party.desk.stamp()) as work:
        do_to_notice(work, party.desk.ring.lock, number, what)
    party.send(to)


def fill_notices(node: Node, own: Party, other: Party) -> dict[str, list[Any]]:
    """Keep one notice that waits for us, one that we owe an answer on, and one that is overdue."""
    today = node.today()
    send(other, own, notice_of(today, "NO-2026-0007"))
    send(other, own, notice_of(today, "NO-2026-0003", -3))
    number = send(own, other, notice_of(today, "AX-2026-0041"))
    act(other, own, 3, Queried(text="Who is the <b>end user</b>?"))
    with node.database.work(Stamp(who="account 1", at=node.now())) as work:
        kept = add_draft(work, own.desk.ring.lock, Draft())
    return {"/notices/{number}": [1, 2, number], "/notices/drafts/{number}": [kept.number]}
