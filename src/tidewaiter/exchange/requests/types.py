"""Requests, replies to them, and the legal instruments that a request may be based on."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Literal

from msgspec import field

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.fields import mandatory, optional
from tidewaiter.exchange.protocol.markings import Marking, Purpose

Kind = Literal["information", "legal-assistance"]
Urgency = Literal["routine", "urgent", "immediate"]
Subject = Literal["incident", "notification", "party", "consignment", "case", "other"]

Ground = Literal["law", "interests", "form", "competence", "nothing-held", "other"]
"""Reasons of refusal: forbidden by law; essential interests; incomplete request; another authority
is competent; no information held; other, in words."""


class About(Record, frozen=True, kw_only=True):
    """Subject of a request, by reference."""

    kind: Annotated[Subject, mandatory("Subject", "what it is about")]
    node: Annotated[str, mandatory("Reference issued by", "whose reference it is", unit="listed")]
    ref: Annotated[str, mandatory("Reference", "the reference", most=200)]


class Asked(Record, frozen=True, kw_only=True):
    """One item requested."""

    number: Annotated[int, mandatory("", "from 1")]
    text: Annotated[str, mandatory("", "what is asked")]


class Request(Record, frozen=True, kw_only=True):
    """A request: kind "request", schema 1."""

    id: Annotated[str, mandatory("", "its own, for ever")]
    asker: Annotated[str, mandatory("", "id of the node")]
    asked: Annotated[str, mandatory("", "id of the node that is to answer")]
    kind: Annotated[Kind, mandatory("Type", "information, or legal assistance")]
    day: Annotated[date, mandatory("", "the day on which it was asked")]
    purpose: Annotated[
        Purpose,
        mandatory(
            "Replies may be used only for",
            "what the answer will be used for, and for nothing else",
        ),
    ]
    facts: Annotated[
        str,
        mandatory(
            "Facts and reason for the request", "what is known, and why it is asked", unit="prose"
        ),
    ]
    items: Annotated[tuple[Asked, ...], mandatory("", "what is asked, one thing after the other")]
    about: Annotated[tuple[About, ...], optional("", "what it is about, by reference")] = ()
    basis: Annotated[
        str,
        optional(
            "Legal basis", "legal basis, in words", asks="Legal basis (free text)", most=10_000
        ),
    ] = ""
    instrument: Annotated[
        str, optional("Legal instrument", "of instruments.toml", unit="listed")
    ] = ""
    authority: Annotated[
        str,
        optional(
            "On behalf of",
            "on whose behalf, like a court or a prosecutor",
            asks="On behalf of (court or prosecutor)",
            most=200,
        ),
    ] = ""
    procedure: Annotated[
        str,
        optional(
            "Required form of the reply",
            "a form that the answer must have",
            asks="Required form of the reply, if any",
            most=10_000,
        ),
    ] = ""
    deadline: Annotated[
        date | None, optional("Reply by", "the day until which an answer is needed")
    ] = None
    urgency: Annotated[Urgency, optional("Urgency", "how urgent it is")] = "routine"
    why_urgent: Annotated[
        str, optional("Reason for the urgency", "why it is urgent", most=10_000)
    ] = ""
    marking: Annotated[Marking, mandatory("", "who may have it, and for what")]


class Answer(Record, frozen=True, kw_only=True):
    """A full or partial answer: kind "answer", schema 1."""

    id: str
    request: str
    asker: str
    items: tuple[int, ...]  # numbers answered in full
    partly: tuple[int, ...] = ()  # numbers answered in part
    text: str
    bundles: tuple[str, ...] = ()  # SHA-256 of attached evidence bundles
    marking: Marking


class Refusal(Record, frozen=True, kw_only=True):
    """A refusal of some or all items: kind "refusal", schema 1."""

    id: str
    request: str
    asker: str
    items: tuple[int, ...]
    ground: Ground
    why: str


class Delay(Record, frozen=True, kw_only=True):
    """A delay of the answer, or a precondition for it: kind "delay", schema 1."""

    id: str
    request: str
    asker: str
    until: date | None = None  # None: until the precondition is met
    needs: str = ""
    why: str = ""


class Withdrawal(Record, frozen=True, kw_only=True):
    """The asker withdraws: kind "withdrawal", schema 1."""

    id: str
    request: str
    asker: str
    why: str


Spoken = Request | Answer | Refusal | Delay | Withdrawal


class Instrument(Record, frozen=True, kw_only=True):
    """A row of [instrument]."""

    title: str
    says: str  # in our wording
    serves: tuple[Kind, ...] = field(name="for")
    url: str
    read: date | None = None
    verified: bool  # False: not checked in the source


class Instruments(Record, frozen=True, kw_only=True):
    """Content of data/exchange/instruments.toml."""

    version: str
    instrument: Mapping[str, Instrument]


@cache
def load_instruments() -> Instruments:
    """Load the instruments.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("exchange", "instruments.toml"), Instruments)
