"""Telegrams: the sections of a message, and the head of a waybill.

A section begins with three letters, and goes on with lines that begin with a slant.
"""

import re
from typing import NamedTuple

from tidewaiter.base.records import Record

_SECTION = re.compile(r"([A-Z]{3})(?:/(.*))?")
_AWB = re.compile(
    r"(?P<awb>\d{3}-\d{8})(?P<from>[A-Z]{3})(?P<to>[A-Z]{3})"
    r"/?[A-Z](?P<pieces>\d+)(?P<code>[KL])(?P<weight>[\d.]+)(?:(?P<cube>[A-Z]{2})(?P<volume>[\d.]+))?"
)
_LABELS = frozenset({"NAM", "ADR", "LOC"})  # lines of a party in newer versions


class Section(NamedTuple):
    """One section of a message."""

    tag: str
    row: int  # number of its line in the file, from 1
    lines: list[tuple[str, ...]]  # fields of each line; the first is that of the tag, without it


class Waybill(Record, frozen=True, kw_only=True):
    """The head of a waybill: "999-12345675BOMMEX/T10K250"."""

    number: str
    origin: str  # IATA code of an airport or a city
    destination: str
    pieces: str
    weight: str
    unit: str
    cube: str = ""  # unit of the volume
    volume: str = ""


def waybill_of(text: str) -> Waybill | None:
    """Read the head of a waybill; None: it is none."""
    found = _AWB.match(text)
    if found is None:
        return None
    return Waybill(
        number=found["awb"],
        origin=found["from"],
        destination=found["to"],
        pieces=found["pieces"],
        weight=found["weight"],
        unit="KGM" if found["code"] == "K" else "LBR",
        cube=found["cube"] or "",
        volume=found["volume"] or "",
    )


def sections_of(texts: list[str], first: int) -> tuple[list[Section], list[tuple[int, str]]]:
    """Cut a message into its sections.

    Args:
        texts: Its lines.
        first: The number of the first one in the file.

    Returns:
        The sections, and the lines that are of none, with their numbers.
    """
    sections: list[Section] = []
    bad = []
    for row, text in enumerate(texts, first):
        if not text or text == "=":
            continue
        begin = None if text.startswith("/") else _SECTION.fullmatch(text)
        if begin is not None and begin[1] not in _LABELS:
            sections.append(Section(begin[1], row, [tuple((begin[2] or "").split("/"))]))
        elif sections and (begin is not None or text.startswith("/")):
            sections[-1].lines.append(tuple(text.removeprefix("/").split("/")))
        else:
            bad.append((row, text))
    return sections, bad
