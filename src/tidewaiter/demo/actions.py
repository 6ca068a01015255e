"""Playback of a story day by day, through the same functions as the pages."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Literal

from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.demo.nodes import MG, Node, Stage, names_of
from tidewaiter.demo.story import Act, Answering, Deed, Sending, Trade, days_of
from tidewaiter.exchange.coalition.commitments import (
    Commitment,
    Evidence,
    Indicator,
    Report,
)
from tidewaiter.exchange.coalition.member_lists import Group, Listed, Roster, sign_roster
from tidewaiter.exchange.incidents.types import (
    AllegedParty,
    Goods,
    Identified,
    Incident,
    Line,
    Stop,
)
from tidewaiter.exchange.incidents.types import Place as Where
from tidewaiter.exchange.notices.types import (
    Acknowledged,
    Amount,
    Authority,
    NoObjection,
    Notice,
    NoticeLine,
    Parties,
    Party,
    Sent,
    Transport,
)
from tidewaiter.exchange.protocol.documents import SignedDocument, fingerprint
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.store.coalition.member_lists import signed_versions, take_roster
from tidewaiter.store.coalition.pledges import say_pledge
from tidewaiter.store.core.database import Work
from tidewaiter.store.groups import add_member, groups, make_group
from tidewaiter.store.incidents import find_incident, send_incident
from tidewaiter.store.notices.events import do_to_notice, send_notice
from tidewaiter.store.notices.lookup import Row, notices
from tidewaiter.store.peers.channel import MESSAGE, Words
from tidewaiter.store.peers.directory import documents, find_peer, peers
from tidewaiter.store.peers.key_recovery import take_up
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.transport.coalition import send_roster
from tidewaiter.transport.message_kinds import body_of
from tidewaiter.transport.peers import RelationChange, relate

_TERM = timedelta(days=21)  # deadline of an answer
_BEFORE = timedelta(days=35)  # between notification and departure
_MOST = 10_000  # maximum notices searched
_WAIT = {"sent", "viewed", "acknowledged", "expired without reply"}


def notice_of(stage: Stage, trade: Trade, reference: str) -> Notice:
    """Build the notice of an export, as sent today."""
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
    """Send a notice, or keep it while the channel is frozen."""
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
    """Answer a notice, if it has arrived."""
    one, other = stage.node(deed.trade.exporter), stage.node(deed.trade.importer)
    with other.desk.database.work(other.stamp()) as work:
        came = [each for each in _open(work, other, one) if each.reference == deed.reference]
        for each in came:
            _agree(work, other, each.number)
    return f"{other.player.name} has no objection to {deed.reference}" if came else ""


def answer_all(stage: Stage, act: Act) -> str:
    """Answer notices of a node that wait, even late."""
    one = stage.node(act.who)
    answered = 0
    with one.desk.database.work(one.stamp()) as work:
        for key in act.whom:
            for each in _open(work, one, stage.node(key)):
                _agree(work, one, each.number)
                answered += 1
    return f"{one.player.name} answers {answered} notices of {names_of(stage, act)}. {act.says}"


def _open(work: Work, node: Node, exporter: Node) -> list[Row]:
    """Return an exporting node's notices that this one has not answered."""
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


_AMBER = Marking(tlp="amber")
_ROSTER = "coalition"
_STATES: dict[str, Literal["invited", "joined", "left"]] = {
    "active": "joined",
    "frozen": "joined",
    "invited": "invited",
}


def perform(stage: Stage, deed: Deed) -> str:
    """Perform a node's action; return a description; "": nothing.

    Raises:
        InputError: The story asks for something impossible.
        StoreError: A node's database is unavailable.
    """
    if isinstance(deed, Sending):
        return send(stage, deed)
    if isinstance(deed, Answering):
        return answer(stage, deed)
    return _ACTS[deed.does](stage, deed)


def _meet(stage: Stage, act: Act) -> str:
    one = stage.node(act.who)
    for key in act.whom:
        other = stage.node(key)
        _confirm(one, other)
        _confirm(other, one)
    return f"{one.player.name} and {names_of(stage, act)} compare their words, and exchange"


def _confirm(one: Node, other: Node) -> None:
    with one.desk.database.work(one.stamp()) as work:
        take_up(work, _chain(other), own=one.name)
    relate(one.desk, other.name, RelationChange(to="invited"), one.stamp())
    relate(one.desk, other.name, RelationChange(to="active", compared=_words(other)), one.stamp())


def _chain(node: Node) -> list[SignedDocument]:
    with node.desk.database.work() as work:
        return documents(work, node.name)


def _words(node: Node) -> str:
    return fingerprint(_chain(node)[-1].read())


def _invite(stage: Stage, act: Act) -> str:
    one = stage.node(act.who)
    for key in act.whom:
        other = stage.node(key)
        with one.desk.database.work(one.stamp()) as work:
            take_up(work, _chain(other), own=one.name)
        relate(one.desk, other.name, RelationChange(to="invited"), one.stamp())
    return f"{one.player.name} invites {names_of(stage, act)}. {act.says}"


def _freeze(stage: Stage, act: Act) -> str:
    one = stage.node(act.who)
    for key in act.whom:
        relate(
            one.desk,
            stage.node(key).name,
            RelationChange(to="frozen", reason=act.says),
            one.stamp(),
        )
    return f"{one.player.name} freezes its channel to {names_of(stage, act)}: {act.says}"


def _thaw(stage: Stage, act: Act) -> str:
    one = stage.node(act.who)
    for key in act.whom:
        other = stage.node(key)
        relate(
            one.desk,
            other.name,
            RelationChange(to="active", compared=_words(other), held="release"),
            one.stamp(),
        )
    return f"{one.player.name} exchanges with {names_of(stage, act)} again: {act.says}"


def _write(stage: Stage, act: Act) -> str:
    one = stage.node(act.who)
    with one.desk.database.work(one.stamp()) as work:
        for key in act.whom:
            message = Message(kind=MESSAGE, body=body_of(Words(text=act.says)))
            write_message(work, one.desk.ring.lock, stage.node(key).name, message)
    return f"{one.player.name} to {names_of(stage, act)}: “{act.says}”"


def _form(stage: Stage, act: Act) -> str:
    one = stage.node(act.who)
    with one.desk.database.work(one.stamp()) as work:
        group = next((each for each in groups(work) if each.name == act.ref), None)
        made = group or make_group(work, act.ref)
        for key in act.whom:
            add_member(work, made.id, stage.node(key).name)
    how = "takes up" if group else "forms with"
    return f"{one.player.name} {how} {names_of(stage, act)}: {act.says}"


def _list(stage: Stage, act: Act) -> str:
    """Sign the next member list version with all known nodes, and send it to peers."""
    one = stage.node(act.who)
    day = one.desk.clock().date()
    with one.desk.database.work(one.stamp()) as work:
        known = signed_versions(work, one.desk.ring.lock, _ROSTER)
        last = known[-1].read() if known else None
        formed = {each.id: each.since for each in last.groups} if last else {}
        roster = Roster(
            id=_ROSTER,
            name=f"Coalition, as {one.player.name} lists it",
            version=len(known) + 1,
            previous=known[-1].digest() if known else "",
            day=day,
            needed=1,
            endorsers=(one.name,),
            members=_listed(stage, work, last, one),
            groups=tuple(
                Group(
                    id=each.id,
                    name=each.name,
                    members=(one.name, *each.members),
                    since=formed.get(each.id, day),
                )
                for each in groups(work)
            ),
        )
        signed = sign_roster(roster, [one.desk.ring.signer()])
        take_roster(work, one.desk.ring.lock, [signed])
        for peer in peers(work):
            if peer.relation.standing == "active":
                send_roster(work, one.desk.ring.lock, _ROSTER, peer.node)
    return f"{one.player.name} signs version {roster.version} of its roster. {act.says}"


def _listed(stage: Stage, work: Work, last: Roster | None, one: Node) -> tuple[Listed, ...]:
    day = one.desk.clock().date()
    since = {each.node: each.since for each in last.members} if last else {}
    named = {f"tidewaiter/{each.key}": each for each in stage.story.node}
    rows: list[tuple[str, Literal["invited", "joined", "left"]]] = [(one.name, "joined")]
    rows += [(each.node, _STATES[each.relation.standing]) for each in peers(work)]
    return tuple(
        Listed(
            node=node,
            name=named[node].name,
            country=named[node].country,
            state=state,
            since=since.get(node, day),
        )
        for node, state in rows
    )


def _tell(stage: Stage, act: Act) -> str:
    one, lock = stage.node(act.who), stage.node(act.who).desk.ring.lock
    with one.desk.database.work(one.stamp()) as work:
        before = find_incident(work, lock, one.name, act.ref).now()
        group = next((each for each in groups(work) if each.name == act.group), None)
        marking = structs.replace(_AMBER, group=group.id if group else "")
        incident = _incident(one, act, marking)
        if before:
            incident = structs.replace(
                incident,
                version=before.version + 1,
                status="updated",
                day=before.day,
                law_day=before.law_day,
                changed=act.changed,
            )
        send_incident(work, lock, one.name, incident, [stage.node(key).name for key in act.whom])
    to = "the working group" if act.group else names_of(stage, act)
    return f"{one.player.name} tells {to}: {act.title}. {act.changed or act.account}"


def _incident(one: Node, act: Act, marking: Marking) -> Incident:
    day = one.desk.clock().date()
    goods = Goods(text=act.substance.replace("-", " "), substance=act.substance, net_mg=act.kg * MG)
    seen = act.kind != "suspicious-shipment"
    line = Line(
        number=1,
        declared=None if seen else goods,
        found=goods if seen else None,
        identified=Identified(method="laboratory", day=day, by=one.player.office) if seen else None,
    )
    party = AllegedParty(
        node=one.name,
        ref="p-1",
        role="consignee",
        kind="organisation",
        name=act.party,
        basis=act.basis,
        marking=marking,
    )
    return Incident(
        id=act.ref,
        owner=one.name,
        version=1,
        status="open",
        kind=act.kind,
        day=day,
        place=Where(country=one.player.country, name=one.player.entry_point),
        stage="import",
        law_day=day,
        marking=marking,
        title=act.title,
        account=act.account,
        lines=(line,),
        route=(Stop(function="unlading", country=one.player.country),),
        parties=(party,) if act.party else (),
    )


def _promise(stage: Stage, act: Act) -> str:
    one = stage.node(act.who)
    day = one.desk.clock().date()
    said = Commitment(
        id=act.ref,
        owner=one.name,
        who=one.player.office,
        what=act.says,
        indicator=Indicator(name="Share answered in time", unit=act.unit),
        direction="at least",
        target=act.target,
        made=day,
        due=act.due or day,
    )
    with one.desk.database.work(one.stamp()) as work:
        to = [stage.node(key).name for key in act.whom]
        say_pledge(work, one.desk.ring.lock, one.name, said, to)
    return f"{one.player.name} promises: {act.says}"


def _report(stage: Stage, act: Act) -> str:
    one = stage.node(act.who)
    day = one.desk.clock().date()
    evidence = (Evidence(title="Count of the quarter", link=act.says),)
    said = Report(
        id=f"{act.ref}-{day}",
        commitment=act.ref,
        owner=one.name,
        by=one.name,
        day=day,
        of=day,
        value=act.value,
        evidence=evidence,
    )
    with one.desk.database.work(one.stamp()) as work:
        say_pledge(work, one.desk.ring.lock, one.name, said)
    return f"{one.player.name} reports {act.value} on its promise {act.ref}"


_ACTS: dict[str, Callable[[Stage, Act], str]] = {
    "meets": _meet,
    "invites": _invite,
    "freezes": _freeze,
    "thaws": _thaw,
    "writes": _write,
    "forms": _form,
    "lists": _list,
    "tells": _tell,
    "promises": _promise,
    "reports": _report,
    "answers": answer_all,
}


class Told(Record, frozen=True, kw_only=True):
    """Description of an action."""

    day: date
    text: str
    trade: bool  # routine: a notice, or an answer to one


def play(stage: Stage, ending: str) -> Iterator[Told]:
    """Play a story to its end.

    Args:
        stage: Its running nodes.
        ending: One of its endings.

    Raises:
        InputError: The story has no such ending, or asks for something impossible.
        OutputError: Messages do not settle.
        StoreError: A node's database is unavailable.
    """
    for day, deeds in days_of(stage.story, ending):
        stage.set_day(day)
        for deed in deeds:
            text = perform(stage, deed)
            if text:
                yield Told(day=day, text=text, trade=not isinstance(deed, Act))
        stage.settle()
    stage.set_day(stage.story.ends)
    stage.settle()
