"""Drafts: an incident as entered in a form or by a program, before it has an id and a version.

Amounts are texts with a unit, contents are percent; what stands nowhere is left out.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import parse_percent, parse_quantity, whole
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.types import (
    AllegedParty,
    Concealment,
    Equipment,
    Goods,
    Identified,
    Incident,
    Kind,
    Label,
    Line,
    Packaging,
    PartyKind,
    Place,
    Question,
    Role,
    Settled,
    Stage,
    Status,
    Stop,
    Transport,
)
from tidewaiter.exchange.protocol.markings import Marking

_PPM = 10_000  # in a percent
_MASSES = ((1_000_000, "kg"), (1_000, "g"), (1, "mg"))
_VOLUMES = ((1_000_000, "l"), (1_000, "ml"), (1, "µl"))


class DraftGoods(Record, frozen=True, kw_only=True):
    """Goods as papers declare them, or as they were found."""

    text: str
    substance: str = ""  # slug of the registry
    cas: str = ""
    hs: str = ""
    mass: str = ""  # "25 kg"
    volume: str = ""  # "10 l"
    pieces: int | None = None
    content: str = ""  # "98.5 %", by mass


class DraftLine(Record, frozen=True, kw_only=True):
    """One kind of goods; its number is its place."""

    declared: DraftGoods | None = None
    found: DraftGoods | None = None
    identified: Identified | None = None


class DraftParty(Record, frozen=True, kw_only=True):
    """A party that is alleged to have had a role."""

    role: Role
    basis: str  # on what the role rests
    name: str = ""
    country: str = ""
    kind: PartyKind = "unknown"
    node: str = ""  # whose reference it is; "": this node's
    ref: str = ""  # id there; "": its number in this incident
    marking: Marking | None = None  # None: that of the incident
    restricted: bool = False


class DraftHiding(Record, frozen=True, kw_only=True):
    """How goods were hidden, or that they were not."""

    how: str = ""
    where: str = ""
    none: bool = False  # they were not hidden


class DraftQuestion(Record, frozen=True, kw_only=True):
    """What others are asked; its number is its place."""

    text: str
    to: tuple[str, ...] = ()


class DraftSettled(Record, frozen=True, kw_only=True):
    """What the owner makes of a proposal."""

    node: str
    proposal: str
    taken: bool | None = None  # None: nothing yet
    why: str = ""


class Draft(Record, frozen=True, kw_only=True):
    """An incident, or its next version, as somebody writes it."""

    kind: Kind
    day: date
    place: Place
    title: str
    marking: Marking
    stage: Stage = "unknown"
    law_day: date | None = None  # None: the day of the incident
    account: str = ""
    lines: tuple[DraftLine, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    concealment: DraftHiding | None = None  # None: nothing is known
    label: Label | None = None
    route: tuple[Stop, ...] = ()
    transport: Transport = Transport()
    packaging: tuple[Packaging, ...] = ()
    flags: tuple[str, ...] = ()
    parties: tuple[DraftParty, ...] = ()
    notifications: tuple[str, ...] = ()
    questions: tuple[DraftQuestion, ...] = ()
    status: Literal["updated", "closed"] = "updated"  # of a version after the first
    changed: str = ""  # what a version after the first changes, and why
    settled: tuple[DraftSettled, ...] = ()


def incident_from(draft: Draft, name: str, owner: str, version: int) -> Incident:
    """Make a version of an incident of what somebody wrote.

    Args:
        draft: What was written.
        name: Id of the incident.
        owner: The node.
        version: From 1.

    Raises:
        InputError: An amount or a content is none.
    """
    status: Status = "open" if version == 1 else draft.status
    return Incident(
        id=name,
        owner=owner,
        version=version,
        status=status,
        kind=draft.kind,
        day=draft.day,
        place=draft.place,
        stage=draft.stage,
        law_day=draft.law_day or draft.day,
        marking=draft.marking,
        title=draft.title,
        account=draft.account,
        lines=tuple(_line(number, each) for number, each in enumerate(draft.lines, 1)),
        equipment=draft.equipment,
        concealment=_hiding(draft.concealment),
        label=draft.label,
        route=draft.route,
        transport=draft.transport,
        packaging=draft.packaging,
        flags=draft.flags,
        parties=tuple(
            _party(number, each, draft.marking, owner, name)
            for number, each in enumerate(draft.parties, 1)
        ),
        notifications=draft.notifications,
        questions=tuple(
            Question(number=number, text=each.text, to=each.to)
            for number, each in enumerate(draft.questions, 1)
        ),
        changed=draft.changed if version > 1 else "",
        settled=tuple(
            Settled(node=each.node, proposal=each.proposal, taken=each.taken, why=each.why)
            for each in draft.settled
            if each.taken is not None
        ),
    )


def draft_of(incident: Incident) -> Draft:
    """Write a version of an incident as the draft of the next one; nothing of it is lost."""
    same = {
        name: getattr(incident, name)
        for name in (
            "kind",
            "day",
            "place",
            "title",
            "marking",
            "stage",
            "law_day",
            "account",
            "equipment",
            "label",
            "route",
            "transport",
            "packaging",
            "flags",
            "notifications",
        )
    }
    hidden = incident.concealment
    return Draft(
        **same,
        lines=tuple(
            DraftLine(
                declared=_draft(each.declared),
                found=_draft(each.found),
                identified=each.identified,
            )
            for each in incident.lines
        ),
        concealment=DraftHiding(how=hidden.how, where=hidden.where, none=not hidden.how)
        if hidden
        else None,
        parties=tuple(
            DraftParty(
                role=each.role,
                basis=each.basis,
                name=each.name,
                country=each.country,
                kind=each.kind,
                node=each.node,
                ref=each.ref,
                marking=each.marking,
                restricted=each.restricted,
            )
            for each in incident.parties
        ),
        questions=tuple(DraftQuestion(text=each.text, to=each.to) for each in incident.questions),
        status="closed" if incident.status == "closed" else "updated",
        settled=tuple(
            DraftSettled(node=each.node, proposal=each.proposal, taken=each.taken, why=each.why)
            for each in incident.settled
        ),
    )


def _line(number: int, draft: DraftLine) -> Line:
    return Line(
        number=number,
        declared=_goods(f"line {number}, declared", draft.declared),
        found=_goods(f"line {number}, found", draft.found),
        identified=draft.identified,
    )


def _goods(at: str, draft: DraftGoods | None) -> Goods | None:
    if draft is None:
        return None
    try:
        return Goods(
            text=draft.text,
            substance=draft.substance,
            cas=draft.cas,
            hs=draft.hs,
            net_mg=whole(parse_quantity(draft.mass), "mass", draft.mass) if draft.mass else None,
            volume_ul=whole(parse_quantity(draft.volume), "volume", draft.volume)
            if draft.volume
            else None,
            pieces=draft.pieces,
            content_ppm=_ppm(draft.content),
        )
    except InputError as error:
        raise InputError(error.message, at=at, hint=error.hint) from error


def _draft(goods: Goods | None) -> DraftGoods | None:
    if goods is None:
        return None
    content = goods.content_ppm
    return DraftGoods(
        text=goods.text,
        substance=goods.substance,
        cas=goods.cas,
        hs=goods.hs,
        mass=_amount(goods.net_mg, _MASSES),
        volume=_amount(goods.volume_ul, _VOLUMES),
        pieces=goods.pieces,
        content="" if content is None else f"{Decimal(content) / _PPM:f} %",
    )


def _ppm(text: str) -> int | None:
    if not text:
        return None
    found = parse_percent(text) * _PPM
    if found != int(found):
        raise InputError(f'"{text}" is written too finely', hint="four places after the mark do")
    return int(found)


def _amount(amount: int | None, units: Iterable[tuple[int, str]]) -> str:
    """Write an amount in the largest unit of which it is a whole number."""
    if amount is None:
        return ""
    return next(f"{amount // size} {unit}" for size, unit in units if amount % size == 0)


def _hiding(draft: DraftHiding | None) -> Concealment | None:
    if draft is None or not (draft.none or draft.how or draft.where):
        return None
    return Concealment(how="" if draft.none else draft.how, where=draft.where)


def _party(number: int, draft: DraftParty, whole_: Marking, owner: str, name: str) -> AllegedParty:
    told = structs.asdict(draft)
    told["marking"] = draft.marking or whole_
    told["node"] = draft.node or owner
    told["ref"] = draft.ref or f"{name}/{number}"
    return AllegedParty(**told)
