"""Justice Laws of Canada: the historical notes of a consolidated act or regulation.

Source:
    https://laws-lois.justice.gc.ca, and its copy https://github.com/justicecanada/laws-lois-xml
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec
from tools.law_watch.parsing import attributes, local, parse_day, parse_xml, words
from tools.law_watch.records import Published, WatchError

NOT_IN_FORCE = "AMENDMENTS NOT IN FORCE"
PROVISIONS = "provisions"

_SITE = "https://laws-lois.justice.gc.ca/eng"
_ORDER = re.compile(r"\b(?:SOR|SI)/\d{2,4}-\d+")
_ACT = re.compile(r"\b\d{4}, c\. \d+")


def url(question: Mapping[str, str]) -> str:
    """Return the address of a consolidated text.

    Args:
        question: `number`, such as "C-38.8" or "SOR-2002-359".
    """
    return f"{_SITE}/XML/{quote(question['number'])}.xml"


def read(raw: bytes, name: str) -> list[Published]:
    """Read a text: one record for each amending law and day.

    Raises:
        WatchError: Not a consolidated act or regulation.
    """
    kind = "Regulation" if b"<Regulation " in raw[:4096] else "Statute"
    root = parse_xml(raw, name, kind)
    number = next(
        (words(each.text or "") for each in root.iter("ConsolidatedNumber", "InstrumentNumber")), ""
    )
    if not number:
        text = "the number of the text is missing"
        raise WatchError(text, at=f"{name}, line {root.sourceline}", hint="is it a text of law?")
    folder = "regulations" if kind == "Regulation" else "acts"
    page = f"{_SITE}/{folder}/{number.replace('/', '-')}/"
    joined: dict[tuple[str, date | None], Published] = {}
    for each in _notes(root, name, page):
        key = each.cite, each.in_force
        first = joined.get(key, each)
        touches = tuple(dict.fromkeys((*first.touches, *each.touches)))
        joined[key] = msgspec.structs.replace(first, touches=touches)
    number_told = f"amends {number}"
    return [_titled(each, number_told) for each in joined.values()]


def _titled(each: Published, number: str) -> Published:
    return msgspec.structs.replace(each, title=f"{number}: {', '.join(each.touches)}")


def _notes(root: Any, name: str, page: str) -> Iterator[Published]:
    own = _own_number(root)
    for note in root.iter("HistoricalNoteSubItem"):
        told = attributes(note)
        at = f"{name}, line {note.sourceline}"
        cites = _cites("".join(note.itertext()))
        # A note of several laws has the day of the consolidation, not of each of them.
        day = parse_day(told.get("inforce-start-date"), at)
        published = parse_day(told.get("enacted-date"), at)
        for cite in cites:
            if cite == own:  # what was enacted with the act, or is done under its own power
                continue
            yield _one(cite, page, _part(note), in_force=day, published=published)
    for piece in root.iter("RelatedOrNotInForce"):
        if _part(piece) != NOT_IN_FORCE:
            continue
        heading = piece.find("Heading/TitleText")
        text = "" if heading is None else "".join(heading.itertext())
        for cite in _cites(text):
            yield _one(cite, page, NOT_IN_FORCE, in_force=None, published=None)


def _own_number(root: Any) -> str:
    """Return the number of an act in the year of its enactment; empty: a regulation."""
    found = next(root.iter("AnnualStatuteId"), None)
    if found is None:
        return ""
    return f"{found.findtext('YYYY')}, c. {found.findtext('AnnualStatuteNumber')}"


def _one(
    cite: str, page: str, part: str, *, in_force: date | None, published: date | None
) -> Published:
    return Published(
        cite=cite,
        title="",
        url=page,
        kind="amendment",
        published=published,
        in_force=in_force,
        touches=(part,),
        numbers=(cite, cite.replace("/", "-")) if "/" in cite else (cite,),
    )


def _cites(text: str) -> list[str]:
    """Return the laws that a note cites, in order: "SOR/2026-71", "2026, c. 4"."""
    whole = words(text)
    found = [*_ORDER.finditer(whole), *_ACT.finditer(whole)]
    return list(dict.fromkeys(each[0] for each in sorted(found, key=lambda each: each.start())))


def _part(element: Any) -> str:
    """Return the schedule that an element stands in, or that it is among the provisions."""
    for above in element.iterancestors("Schedule"):
        heading = next((each for each in above if local(each) == "ScheduleFormHeading"), None)
        if heading is None:
            continue
        texts = [each for each in heading if local(each) in {"Label", "TitleText"}]
        if texts:
            return words("".join(texts[0].itertext()))
    return PROVISIONS
