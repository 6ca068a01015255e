"""An installation that is a node with two peers, notices answered or not, and promises."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

from sqlalchemy import update
from tests.support.notices import NOTICE, changed

from tidewaiter.exchange.coalition.commitments import (
    Commitment,
    Evidence,
    Indicator,
    Report,
)
from tidewaiter.exchange.coalition.member_lists import Group, Listed, Roster, sign_roster
from tidewaiter.exchange.notices.types import Event, NoObjection, Sent
from tidewaiter.exchange.protocol.keyring import About, found
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.node.identity import ring_file
from tidewaiter.store.audit import moment
from tidewaiter.store.coalition.member_lists import take_roster
from tidewaiter.store.coalition.pledges import say_pledge
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Stamp, Work
from tidewaiter.store.notices.events import send_notice, take_event
from tidewaiter.store.peers.directory import add_peer, hear_relation, set_relation
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.transport.context import Desk, desk_of
from tidewaiter.transport.peers import found_node
from tidewaiter.web.core.node import Node

BERGEN, CORFU = "tidewaiter/bergen", "tidewaiter/corfu"
REASON = "order of the minister"
ANSWERED = (4, 5, 5, 6, 7, 8, 9, 10, 40, 45, None, None)
"""Days after which each notice to Bergen was answered; the term is 20 days."""


def fill(node: Node, folder: Path) -> Desk:
    """Found a node in an installation, and let it have a past of half a year.

    Its keys go where TIDEWAITER_KEY says, and its roots into the folder.
    """
    about = About(
        node="tidewaiter/aland",
        name="Åland",
        country="DE",
        role="authority",
        endpoints=("http://127.0.0.1:1",),
    )
    begin = node.today() - timedelta(days=180)
    found_node(node.database, ring_file(), folder / "roots", about, _stamp(begin))
    desk = desk_of(node.database, ring_file())
    _meet(desk, BERGEN, "MX", begin)
    _meet(desk, CORFU, "FR", begin + timedelta(days=3))
    for number, days in enumerate(ANSWERED):
        _notice(desk, f"DE-{number}", begin + timedelta(days=5 + number), days)
    frozen = begin + timedelta(days=140)
    with desk.database.work(_stamp(frozen)) as work:
        relation = Relation(standing="frozen", confirmed="compared", reason=REASON)
        set_relation(work, CORFU, relation)
    _promises(desk, begin, node.today())
    return desk


def _meet(desk: Desk, name: str, country: str, day: date) -> None:
    seed = Random(sha256(name.encode()).digest())
    short = name.rpartition("/")[2].title()
    about = About(
        node=name, name=short, country=country, role="authority", endpoints=("http://127.0.0.1:1",)
    )
    made = found(about, seed.randbytes, moment(_stamp(day).at))
    with desk.database.work(_stamp(day)) as work:
        add_peer(work, [made.document])
        set_relation(work, name, Relation(standing="active", confirmed="compared"))
        hear_relation(work, name, "active")


def _notice(desk: Desk, reference: str, day: date, days: int | None) -> None:
    """Send a notice to Bergen, which has it that day, and answers some days later or never."""
    notice = changed(NOTICE, reference=reference, sent=day, reply_by=day + timedelta(days=20))
    with desk.database.work(_stamp(day)) as work:
        send_notice(work, desk.ring.lock, desk.node, BERGEN, Sent(notice=notice))
        _arrived(work, day)
    if days is None:
        return
    then = _stamp(day + timedelta(days=days))
    event = Event(
        id=f"yes-{reference}",
        notice=reference,
        by="importer",
        seq=1,
        seen=1,
        version=1,
        at=then.at,
        what=NoObjection(decided_by="Section 4"),
    )
    heard = Heard(sender=BERGEN, to=desk.node, message=f"m-{reference}", at=moment(then.at))
    with desk.database.work(then) as work:
        take_event(work, desk.ring.lock, heard, event)


def _arrived(work: Work, day: date) -> None:
    o = tables.outgoing.c
    came = {"state": "processed", "receipt": "signed", "changed": moment(_stamp(day).at)}
    work.connection.execute(update(tables.outgoing).where(o.state == "waiting").values(**came))


def _promises(desk: Desk, begin: date, today: date) -> None:
    roster = Roster(
        id="g2",
        name="Group of two",
        version=1,
        previous="",
        day=begin,
        needed=1,
        endorsers=(desk.node,),
        members=(
            Listed(node=BERGEN, name="Bergen", country="MX", state="joined", since=begin),
            Listed(node=CORFU, name="Corfu", country="FR", state="joined", since=begin),
        ),
        groups=(Group(id="1", name="Precursors", members=(BERGEN,), since=begin),),
    )
    promise = Commitment(
        id="replies",
        owner=desk.node,
        who="Licensing",
        what="Answer notices in time",
        indicator=Indicator(name="Share of notices", unit="% of notices"),
        direction="at least",
        target=90,
        made=begin,
        due=today + timedelta(days=90),
    )
    report = Report(
        id="r1",
        commitment="replies",
        owner=desk.node,
        by=desk.node,
        day=today,
        of=today,
        value=92,
        evidence=(Evidence(title="Count", link="https://aland.example/count"),),
    )
    with desk.database.work(_stamp(begin)) as work:
        take_roster(work, desk.ring.lock, [sign_roster(roster, [desk.ring.signer()])])
        say_pledge(work, desk.ring.lock, desk.node, promise)
    with desk.database.work(_stamp(today)) as work:
        say_pledge(work, desk.ring.lock, desk.node, report)


def _stamp(day: date) -> Stamp:
    return Stamp(who="tests", at=datetime.combine(day, time(12), UTC))
