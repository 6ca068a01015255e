"""Trade of a story: notices of exports, sent, held back and answered."""

from datetime import timedelta

from tidewaiter.exchange.notices.events import Acknowledged, NoObjection, Sent
from tidewaiter.exchange.notices.types import (
    Amount,
    Authority,
    Notice,
    NoticeLine,
    Parties,
    Party,
    Transport,
)
from tidewaiter.scenario.stage import MG, Node, Stage, names_of
from tidewaiter.scenario.story import Act, Answering, Sending, Trade
from tidewaiter.store.database import Work
from tidewaiter.store.noticerows import Row, notices
from tidewaiter.store.notices import do_to_notice, send_notice
from tidewaiter.store.peers import find_peer

_TERM = timedelta(days=21)  # in which an answer is asked for
_BEFORE = timedelta(days=35)  # between a notice and the day on which the goods leave
_MOST = 10_000  # notices that are looked through
_WAIT = {"sent", "viewed", "acknowledged", "expired without reply"}


def notice_of(stage: Stage, trade: Trade, reference: str) -> Notice:
    """Write the notice of an export, as it is sent today."""
    one, other = stage.node(trade.exporter).player, stage.node(trade.importer).player
    day = stage.node(trade.exporter).desk.clock().date()
    line = NoticeLine(
        number=1, name=trade.name, hs=trade.hs, cas=trade.cas, net=Amount(mass_mg=trade.kg * MG)
    )
    return Notice(
        reference=reference,
        basis="treaty",
        confidentiality="TLP:AMBER",
        sender=Authority(name=one.office, country=one.country),
        recipient=Authority(name=other.office, country=other.country),
        sent=day,
        reply_by=day + _TERM,
        parties=Parties(
            exporter=Party(
                name=one.firm, address=one.entry_point, country=one.country, phone="+00 0000"
            ),
            importer=Party(
                name=other.firm, address=other.entry_point, country=other.country, phone="+00 0000"
            ),
        ),
        lines=(line,),
        transport=Transport(mode="sea", entry_point=other.entry_point, dispatch=day + _BEFORE),
    )


def send(stage: Stage, deed: Sending) -> str:
    """Send a notice, or hold it back while the channel is frozen."""
    one, other = stage.node(deed.trade.exporter), stage.node(deed.trade.importer)
    notice = notice_of(stage, deed.trade, deed.reference)
    with one.desk.database.work(one.stamp()) as work:
        send_notice(work, one.desk.ring.lock, one.name, other.name, Sent(notice=notice))
        known = find_peer(work, other.name)
    frozen = known is not None and "frozen" in {known.relation.standing, known.theirs}
    held = "; it is held back: the channel is frozen" if frozen else ""
    told = f"{deed.trade.kg:,} kg of {deed.trade.name.lower()} to {other.player.name}"
    return f"{one.player.name} notifies {told} ({deed.reference}){held}"


def answer(stage: Stage, deed: Answering) -> str:
    """Answer a notice, where it has come by then."""
    one, other = stage.node(deed.trade.exporter), stage.node(deed.trade.importer)
    with other.desk.database.work(other.stamp()) as work:
        came = [each for each in _open(work, other, one) if each.reference == deed.reference]
        for each in came:
            _agree(work, other, each.number)
    return f"{other.player.name} has no objection to {deed.reference}" if came else ""


def answer_all(stage: Stage, act: Act) -> str:
    """Answer what has come from a node and waits, late as it may be."""
    one = stage.node(act.who)
    answered = 0
    with one.desk.database.work(one.stamp()) as work:
        for key in act.whom:
            for each in _open(work, one, stage.node(key)):
                _agree(work, one, each.number)
                answered += 1
    return f"{one.player.name} answers {answered} notices of {names_of(stage, act)}. {act.says}"


def _open(work: Work, node: Node, exporter: Node) -> list[Row]:
    """Return the notices of an exporter's node that this one has not answered."""
    day = node.desk.clock().date()
    return [
        each
        for each in notices(work, day, rows=_MOST)
        if each.owner == exporter.name and each.state in _WAIT
    ]


def _agree(work: Work, node: Node, number: int) -> None:
    lock, office = node.desk.ring.lock, node.player.office
    do_to_notice(work, lock, number, Acknowledged())
    do_to_notice(work, lock, number, NoObjection(decided_by=office))
