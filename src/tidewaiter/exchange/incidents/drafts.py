"""Drafts: an incident as entered in a form or by a program, before it has an id and a version.

Amounts are texts with a unit, contents are percent; what stands nowhere is left out.
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
    """Goods as papers declare them, or as they were found."""

    text: str
    substance: str = ""
    mass: str = ""


@filled_in(Line, without={"number"})
class DraftLine(Record, frozen=True, kw_only=True):
    """One kind of goods; its number is its place."""

    declared: DraftGoods | None = None
    found: DraftGoods | None = None
    identified: Identified | None = None


@filled_in(AllegedParty)
class DraftParty(Record, frozen=True, kw_only=True):
    """A party that is alleged to have had a role."""

    role: Role
    basis: str
    name: str = ""
    node: str = ""  # "": this node
    ref: str = ""  # "": its number in this incident
    marking: Marking | None = None  # None: that of the incident


class DraftHiding(Record, frozen=True, kw_only=True):
    """How goods were hidden, or that they were not."""

    how: str = ""
    where: str = ""
    none: Annotated[bool, optional("Goods were not concealed", "the goods were not hidden")] = False


@filled_in(Question, without={"number"})
class DraftQuestion(Record, frozen=True, kw_only=True):
    """What others are asked; its number is its place."""

    text: str
    to: tuple[str, ...] = ()


@filled_in(Settled)
class DraftSettled(Record, frozen=True, kw_only=True):
    """What the owner makes of a proposal."""

    node: str
    proposal: str
    taken: bool | None = None  # None: nothing yet


@filled_in(Incident, without={"id", "owner", "version"})
class Draft(Record, frozen=True, kw_only=True):
    """An incident, or its next version, as somebody writes it."""

    kind: Kind
    day: date
    place: Place
    title: str
    marking: Marking
    stage: Stage = "unknown"
    law_day: date | None = None  # None: the day of the incident
    lines: tuple[DraftLine, ...] = ()
    concealment: DraftHiding | None = None  # None: nothing is known
    flags: tuple[str, ...] = ()
    parties: tuple[DraftParty, ...] = ()
    notifications: tuple[str, ...] = ()
    questions: tuple[DraftQuestion, ...] = ()
    status: Literal["updated", "closed"] = "updated"  # of a version after the first
    changed: str = ""
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
    """Write a version of an incident as the draft of the next one; nothing of it is lost."""
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
