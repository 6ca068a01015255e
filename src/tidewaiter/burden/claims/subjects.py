"""Whose deaths a clause counts: drugs, place, basis, and which of a source's figures."""

import re

from tidewaiter.base.errors import InputError
from tidewaiter.burden.claims.scanning import Scanner
from tidewaiter.burden.claims.types import AnyKind, Gap, Measure, Role
from tidewaiter.burden.claims.words import bearing, words
from tidewaiter.burden.facts import find_place, places
from tidewaiter.burden.types import Basis

_NAMED = re.compile(r"(?<![\w.])[A-Z][\w']+(?: [A-Z][\w']+){0,2}")
_OF_TOPIC = r"^[\s\0]*of (?:all |the |these |those |all the )*(?:nation's |u\.s\. |us )?"


def take_topics(
    scan: Scanner, measure: Measure
) -> tuple[str, str, tuple[str, ...], tuple[Gap, ...]]:
    """Return what is counted, what it is a share of, what to say of the words, and what is over.

    A count is of one drug, or of all: with two of them it is not told which deaths are meant.
    """
    found: dict[str, tuple[str, str]] = {}
    by_word = {word: topic for topic in words().topics for word in topic.words}
    while taken := scan.take_phrase("deaths", tuple(by_word)):
        topic = by_word[taken[1]]
        found.setdefault(topic.indicator, (topic.remark, taken[1]))
    general = ["opioids", "overdose", "all-causes"]
    order = sorted(found, key=lambda key: general.index(key) + 1 if key in general else 0)
    drugs = [key for key in order if key not in general]
    whole = next((key for key in order[1:] if key in general), "")
    spare = tuple(
        Gap(kind="drug", text=found[key][1], needs=bearing()["multiple"].needs) for key in drugs[1:]
    )
    remarks = tuple(remark for remark, _ in found.values() if remark)
    return order[0] if order else "", whole if measure == "share" else "", remarks, spare


def whole_of(behind: str, measure: Measure) -> str:
    """Return what a number is called a share of: "78 % of overdose deaths"."""
    bare = re.sub("^\0+", "", behind)
    for topic in words().topics if measure == "share" else ():
        for word in topic.words:
            if re.match(rf"{_OF_TOPIC}{re.escape(word)}(?!\w)", bare):
                return topic.indicator
    return ""


def take_kind(scan: Scanner) -> AnyKind:
    """Read which of a source's figures is meant, like "predicted"."""
    found: AnyKind = ""
    for each in words().kinds:
        while scan.take_phrase("figure", each.words):
            found = found or each.kind
    return found


def take_people(scan: Scanner) -> tuple[str, Basis]:
    """Return whose deaths are counted: the place, and the basis that the words name."""
    basis: Basis = ""
    country = ""
    named = tuple(place.name.lower() for place in places().values() if place.code != "US")
    found = scan.take_phrase("place", (*named, "washington, d.c.", "washington dc"))
    for people in words().people:
        role: Role = "people" if people.basis else "place"
        while scan.take_phrase(role, people.words):
            basis, country = basis or people.basis, people.place
    if found:
        name = "DC" if found[1].startswith("washington") and "d" in found[1][10:] else found[1]
        return find_place(name).code, basis
    return country or _country(scan), basis


def _country(scan: Scanner) -> str:
    """Return the code of another country that is named, and take it out."""
    left = "".join(
        whole if small != "\0" else "\0" for whole, small in zip(scan.whole, scan.left, strict=True)
    )
    for match in _NAMED.finditer(left):
        name = match[0].removesuffix("'s")
        if len(name) > 3 and name.lower() not in bearing():  # noqa: PLR2004 - "The", "CDC"
            try:
                code = find_place(name).code
            except InputError:
                continue
            scan.blank("place", match.start(), match.start() + len(name))
            return code
    return ""
