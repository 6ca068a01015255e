"""Incident drafts, as entered in a form or by a program, without id and version.

Amounts are texts with a unit, contents are percent; empty fields are omitted.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import optional
from tidewaiter.exchange.incidents.types import (
    AllegedParty,
    Concealment,
    Goods,
    Identified,
    Incident,
    Kind,
    Line,
    Place,
    Question,
    Role,
    Settled,
    Stage,
)
from tidewaiter.exchange.problems import Problem, as_error
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.written import as_written, filled_in, read_record


@filled_in(Goods)
class DraftGoods(Record, frozen=True, kw_only=True):
    """Goods as declared or as found."""

    text: str
    substance: str = ""
    mass: str = ""


@filled_in(Line, without={"number"})
class DraftLine(Record, frozen=True, kw_only=True):
    """One kind of goods; its number is its position."""

    declared: DraftGoods | None = None
    found: DraftGoods | None = None
    identified: Identified | None = None


@filled_in(AllegedParty)
class DraftParty(Record, frozen=True, kw_only=True):
    """A party with its alleged role."""

    role: Role
    basis: str
    name: str = ""
    node: str = ""  # "": this node
    ref: str = ""  # "": its number in this incident
    marking: Marking | None = None  # None: the incident's


class DraftHiding(Record, frozen=True, kw_only=True):
    """Whether and how goods were concealed."""

    how: str = ""
    where: str = ""
    none: Annotated[bool, optional("Goods were not concealed", "the goods were not hidden")] = False


@filled_in(Question, without={"number"})
class DraftQuestion(Record, frozen=True, kw_only=True):
    """A question to others; its number is its position."""

    text: str
    to: tuple[str, ...] = ()


@filled_in(Settled)
class DraftSettled(Record, frozen=True, kw_only=True):
    """The owner's answer to a proposal."""

    node: str
    proposal: str
    taken: bool | None = None  # None: no answer yet


@filled_in(Incident, without={"id", "owner", "version"})
class Draft(Record, frozen=True, kw_only=True):
    """A draft of an incident or of its next version."""

    kind: Kind
    day: date
    place: Place
    title: str
    marking: Marking
    stage: Stage = "unknown"
    law_day: date | None = None  # None: day of the incident
    lines: tuple[DraftLine, ...] = ()
    concealment: DraftHiding | None = None  # None: unknown
    flags: tuple[str, ...] = ()
    parties: tuple[DraftParty, ...] = ()
    notifications: tuple[str, ...] = ()
    questions: tuple[DraftQuestion, ...] = ()
    status: Literal["updated", "closed"] = "updated"  # for versions after the first
    changed: str = ""
    settled: tuple[DraftSettled, ...] = ()


def incident_from(draft: Draft, name: str, owner: str, version: int) -> Incident:
    """Build a version of an incident from a draft.

    Args:
        draft: The draft.
        name: Incident id.
        owner: Owner's node.
        version: From 1.

    Raises:
        InputError: An amount or content is invalid.
    """
    parties = (
        structs.replace(
            each,
            marking=each.marking or draft.marking,
            node=each.node or owner,
            ref=each.ref or f"{name}/{number}",
        )
        for number, each in enumerate(draft.parties, 1)
    )
    settled = tuple(each for each in draft.settled if each.taken is not None)
    problems: list[Problem] = []
    incident = read_record(
        structs.replace(draft, parties=tuple(parties), settled=settled),
        Incident,
        problems,
        id=name,
        owner=owner,
        version=version,
        status="open" if version == 1 else draft.status,
        law_day=draft.law_day or draft.day,
        concealment=_hiding(draft.concealment),
        changed=draft.changed if version > 1 else "",
    )
    if problems or incident is None:
        raise as_error(problems[0])
    return incident


def draft_of(incident: Incident) -> Draft:
    """Convert a version of an incident to a draft of the next one, without loss."""
    hidden = incident.concealment
    return structs.replace(
        as_written(incident, Draft),
        concealment=DraftHiding(how=hidden.how, where=hidden.where, none=not hidden.how)
        if hidden
        else None,
        status="closed" if incident.status == "closed" else "updated",
        changed="",
    )


def _hiding(draft: DraftHiding | None) -> Concealment | None:
    if draft is None or not (draft.none or draft.how or draft.where):
        return None
    return Concealment(how="" if draft.none else draft.how, where=draft.where)
