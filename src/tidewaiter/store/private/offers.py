"""Offers to answer private questions, and the parties that peers may be answered about."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import date
from typing import Literal, get_args

import msgspec
from sqlalchemy import RowMapping, Select, delete, insert, select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.private.intersection import Party
from tidewaiter.exchange.private.messages import (
    Filter,
    OfferEnd,
    OfferPart,
    Terms,
    check_part,
    check_terms,
    part_count,
    whole,
)
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Work
from tidewaiter.store.network.resolutions import current_run
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.trade.traders import RECEIVERS, SENDERS

OFFER, OFFER_END = "question-offer", "question-offer-end"
"""Kinds of message: a part of an offer with its filter, and the end of an offer."""

Side = Literal["holder", "asker"]
State = Literal["open", "replaced", "ended"]

_NONCE = 12  # bytes


class Made(Record, frozen=True, kw_only=True):
    """An offer that was made here, before it is kept and told."""

    terms: Terms
    secret: bytes
    filter: Filter


class Offer(Record, frozen=True, kw_only=True):
    """An offer in a list."""

    number: int
    side: Side  # of this node
    peer: str
    offer: str
    state: State
    slots: int  # keys in the filter, with those that fill it up
    budget: int
    until: date
    made: str  # ISO 8601, UTC


class Kept(Record, frozen=True, kw_only=True):
    """An offer that is open, as this node keeps it."""

    offer: Offer
    terms: Terms
    secret: bytes  # the holder's; b"" at the asker


class _Written(Record, frozen=True, kw_only=True):
    terms: Terms
    secret: bytes = b""


def give_offer(work: Work, safe: bytes, made: Made) -> Offer:
    """Offer a peer to answer its questions; what was offered before ends.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        made: The offer.

    Raises:
        InputError: It makes no sense, or the relation does not take it.
        MissingError: There is no such peer.
    """
    terms = made.terms
    check_terms(terms)
    if peer_of(work, terms.asker).relation.standing != "active":
        raise InputError("store/relation-not-active", at=terms.asker)
    _close(work, "holder", terms.asker, "replaced")
    number = _insert(work, safe, "holder", terms.asker, _Written(terms=terms, secret=made.secret))
    marking = Marking(tlp="amber", purposes=terms.purposes)
    for count, bits in enumerate(made.filter.parts(), 1):
        body = msgspec.json.encode(OfferPart(terms=terms, part=count, bits=bits))
        write_message(work, safe, terms.asker, Message(kind=OFFER, body=body, marking=marking))
    record_change(work, "private offer made", {"peer": terms.asker, **_told(terms)})
    return _offer(work, number)


def end_offer(work: Work, safe: bytes, peer: str) -> None:
    """Answer a peer no more questions; the secret of the offer is destroyed.

    Raises:
        MissingError: It is offered nothing.
    """
    kept = _row_of(work, "holder", peer)
    if kept is None:
        raise MissingError("store/peer-may-ask-nothing", peer=peer)
    _close(work, "holder", peer, "ended")
    body = msgspec.json.encode(OfferEnd(offer=kept["offer"]))
    write_message(work, safe, peer, Message(kind=OFFER_END, body=body))
    record_change(work, "private offer ended", {"peer": peer, "offer": kept["offer"]})


def take_part(work: Work, safe: bytes, heard: Heard, part: OfferPart) -> None:
    """Keep a part of an offer of a peer; the first ends what it offered before.

    Raises:
        InputError: It is not the part that follows, or is not what was offered.
    """
    terms, peer = part.terms, heard.sender
    check_part(part, holder=peer, asker=heard.to)
    row = _row_of(work, "asker", peer)
    if row is None or row["offer"] != terms.offer:
        if part.part != 1:
            raise InputError("store/offer-without-first-part")
        _close(work, "asker", peer, "replaced")
        number = _insert(work, safe, "asker", peer, _Written(terms=terms))
    else:
        number = int(row["number"])
        if _written(row, safe).terms != terms:
            raise InputError("store/offer-terms-differ")
    if part.part != len(_parts(work, number)) + 1:
        raise InputError("store/not-the-next-part")
    p = {
        "offer": number,
        "part": part.part,
        "message": heard.message,
        "bits": _locked(part.bits, safe),
    }
    work.connection.execute(insert(tables.private_part).values(**p))
    if part.part == part_count(terms.size):
        whole(terms, [unlock(each, safe) for each in _parts(work, number)])
        record_change(work, "private offer taken", {"peer": peer, **_told(terms)})


def take_end(work: Work, heard: Heard, end: OfferEnd) -> None:
    """End an offer of a peer.

    Raises:
        InputError: There is no such offer.
    """
    row = _row_of(work, "asker", heard.sender)
    if row is None or row["offer"] != end.offer:
        raise InputError("store/no-such-offer")
    _close(work, "asker", heard.sender, "ended")
    record_change(work, "private offer ended", {"peer": heard.sender, "offer": end.offer})


def forget_part(work: Work, peer: str, message: str) -> None:
    """End the offer of which a peer recalls a part; its filter goes.

    Args:
        work: Begun with a stamp.
        peer: Whose offer it is.
        message: That brought the part.
    """
    o, p = tables.private_offer.c, tables.private_part.c
    both = tables.private_part.join(tables.private_offer, o.number == p.offer)
    wanted = select(o.offer).select_from(both).where(o.peer == peer, p.message == message)
    if work.connection.execute(wanted).first() is not None:
        _close(work, "asker", peer, "ended")


def open_offer(work: Work, safe: bytes, side: Side, peer: str) -> Kept | None:
    """Return the offer that is open between this node and a peer; None: there is none."""
    row = _row_of(work, side, peer)
    if row is None:
        return None
    written = _written(row, safe)
    return Kept(offer=_read(row), terms=written.terms, secret=written.secret)


def filter_of(work: Work, safe: bytes, kept: Kept) -> Filter | None:
    """Return the filter of an offer that was taken; None: not all of it has come."""
    parts = _parts(work, kept.offer.number)
    if len(parts) < part_count(kept.terms.size):
        return None
    return whole(kept.terms, [unlock(each, safe) for each in parts])


def offers(work: Work, *, rows: int = 100) -> list[Offer]:
    """Return offers, the last first."""
    o = tables.private_offer
    found = work.connection.execute(select(o).order_by(o.c.number.desc()).limit(rows))
    return [_read(row) for row in found.mappings()]


def filter_digest(made: Filter) -> str:
    """Return what tells a filter from others."""
    return hashlib.sha256(made.bits).hexdigest()


def _told(terms: Terms) -> Details:
    return {
        "offer": terms.offer,
        "keys": terms.keys,
        "budget": terms.budget,
        "purposes": " ".join(terms.purposes),
        "until": terms.until.isoformat(),
    }


def _close(work: Work, side: Side, peer: str, state: State) -> None:
    """Let an open offer end: the secret goes, and the filter, by which nothing can be asked."""
    o, p = tables.private_offer.c, tables.private_part.c
    open_ = (o.side == side) & (o.peer == peer) & (o.state == "open")
    numbers = select(o.number).where(open_)
    work.connection.execute(delete(tables.private_part).where(p.offer.in_(numbers)))
    closed = update(tables.private_offer).where(open_).values(state=state, written=None)
    work.connection.execute(closed)


def _insert(work: Work, safe: bytes, side: Side, peer: str, written: _Written) -> int:
    terms = written.terms
    row = {
        "side": side,
        "peer": peer,
        "offer": terms.offer,
        "state": "open",
        "slots": terms.keys,
        "budget": terms.budget,
        "until": terms.until.isoformat(),
        "made": moment(stamp_of(work).at),
        "written": _locked(msgspec.json.encode(written), safe),
    }
    o = tables.private_offer.c
    known = (o.side == side) & (o.peer == peer) & (o.offer == terms.offer)
    if work.connection.execute(select(o.number).where(known)).first() is not None:
        raise InputError("store/offer-ended")
    done = work.connection.execute(insert(tables.private_offer).values(**row))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def _locked(held: bytes, safe: bytes) -> bytes:
    return lock(held, safe, secrets.token_bytes(_NONCE))


def _row_of(work: Work, side: Side, peer: str) -> RowMapping | None:
    o = tables.private_offer.c
    wanted = select(tables.private_offer).where(o.side == side, o.peer == peer, o.state == "open")
    return work.connection.execute(wanted).mappings().first()


def _parts(work: Work, number: int) -> list[bytes]:
    p = tables.private_part.c
    wanted = select(p.bits).where(p.offer == number).order_by(p.part)
    return list(work.connection.execute(wanted).scalars())


def _written(row: RowMapping, safe: bytes) -> _Written:
    return msgspec.json.decode(unlock(row["written"], safe), type=_Written)


def _offer(work: Work, number: int) -> Offer:
    wanted = select(tables.private_offer).where(tables.private_offer.c.number == number)
    return _read(work.connection.execute(wanted).mappings().one())


def _read(row: RowMapping) -> Offer:
    told = {name: value for name, value in row.items() if name != "written"}
    return Offer(**{**told, "until": date.fromisoformat(told["until"])})


Part = Literal["confirmed", "cases", "joined"]
"""confirmed: of alerts that an officer has confirmed; cases: of alerts in cases that are open or
were closed as confirmed; joined: other spellings that the resolution takes for the same parties."""

PARTS: tuple[Part, ...] = get_args(Part)
_CASES = ("open", "closed-confirmed")


def answerable(work: Work, parts: frozenset[Part]) -> Iterator[Party]:
    """Yield the parties that send or receive what alerts are about.

    An alert that nobody has decided is a program's guess, and one that was dismissed is wrong:
    neither is a reason to say that a party was seen. What is restricted is left out, always.

    Args:
        work: Any.
        parts: At least "confirmed" or "cases".
    """
    ids: set[int] = set()
    for part in ("confirmed", "cases"):
        if part in parts:
            ids.update(work.connection.execute(_named(part)).scalars())
    if "joined" in parts:
        ids = _joined(work, ids)
    decode = msgspec.json.Decoder(dict[str, str]).decode
    p = tables.party.c
    for some in slices(sorted(ids)):
        wanted = select(p.payload).where(p.id.in_(some)).order_by(p.id)
        for payload in work.connection.execute(wanted).scalars():
            yield _party(decode(payload))


def _named(part: str) -> Select[int]:
    """Select the parties on the lines of alerts that are not restricted."""
    a, n, k, pa = (
        tables.alert.c,
        tables.line.c,
        tables.party_line.c,
        tables.party_alert.c,
    )
    named = (
        tables.alert.join(tables.line, (n.source == a.source) & (n.row == a.row))
        .join(tables.party_line, k.line == n.id)
        .join(tables.party_alert, (pa.party == k.party) & (pa.alert == a.id))
    )
    wanted = select(k.party).distinct().select_from(named)
    wanted = wanted.where(a.restricted == 0, pa.restricted == 0, k.role.in_((*SENDERS, *RECEIVERS)))
    if part == "confirmed":
        return wanted.where(a.status == "confirmed")
    c, s, f = tables.case_alert.c, tables.case_step.c, tables.casefile.c
    cases = tables.case_alert.join(tables.case_step, s.id == c.step)
    cases = cases.join(tables.casefile, f.number == c.case)
    held = select(c.alert).select_from(cases).where(s.restricted == 0, f.status.in_(_CASES))
    return wanted.where(a.id.in_(held))


def _joined(work: Work, ids: set[int]) -> set[int]:
    """Return the parties that stand for the same entities as some parties, and these."""
    resolved = current_run(work)
    if resolved is None:
        return ids
    run = resolved.id
    e = tables.entity_party.c
    entities: set[int] = set()
    found = set(ids)
    for some in slices(sorted(ids)):
        wanted = select(e.entity).where(e.run == run, e.party.in_(some))
        entities.update(work.connection.execute(wanted).scalars())
    for some in slices(sorted(entities)):
        wanted = select(e.party).where(e.run == run, e.entity.in_(some))
        found.update(work.connection.execute(wanted).scalars())
    return found


def _party(told: dict[str, str]) -> Party:
    number = told.get("id")
    return Party(
        name=told.get("name", ""),
        address=told.get("address", ""),
        country=told.get("country", ""),
        numbers=((told.get("id_scheme", ""), number),) if number else (),
    )
