"""Validation of an incident, a proposal or a sighting before sending; red flags to select."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from tidewaiter.base.countries import country_codes
from tidewaiter.base.plain_text import plain
from tidewaiter.base.quantities import LARGEST
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.incidents.types import (
    AllegedParty,
    Equipment,
    Goods,
    Incident,
    Line,
    Place,
    Proposal,
    Sighting,
)
from tidewaiter.exchange.problems import Problem, blank, prose, wrong
from tidewaiter.exchange.protocol.markings import Marking, as_strict
from tidewaiter.law.registry import Registry, is_cas


class Flag(Record, frozen=True, kw_only=True):
    """A row of [flag]. A risk indicator, not a verdict."""

    source: str
    about: str
    says: str  # in our wording
    needs: str  # data that show it
    verified: bool  # False: not checked in its source, so no incident may name it
    where: str


class Flags(Record, frozen=True, kw_only=True):
    """Content of data/exchange/red_flags.toml."""

    version: str
    flag: Mapping[str, Flag]


@cache
def load_flags() -> Flags:
    """Load the red flags.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("exchange", "red_flags.toml"), Flags)


MOST = 500  # lines, parties or pieces of equipment
_PPM = 1_000_000
_HS = range(4, 13)  # digits
_MOVED = {"stopped-shipment", "suspicious-shipment", "diversion", "attempted-diversion"}


def check(incident: Incident, registry: Registry, today: date) -> tuple[Problem, ...]:
    """Return all problems of a version; (): ready to send.

    Args:
        incident: The version.
        registry: Substances and equipment.
        today: The day.
    """
    known = frozenset(substance.slug for substance in registry.substances)
    return tuple(_problems(incident, known, today))


def check_update(before: Incident, after: Incident) -> tuple[Problem, ...]:
    """Return the problems of a version as successor of another."""
    found = []
    if (before.id, before.owner) != (after.id, after.owner):
        found.append(wrong("", "exchange/version-of-another-incident"))
    if after.version != before.version + 1:
        version, last = after.version, before.version
        found.append(wrong("version", "exchange/version-not-next", version=version, last=last))
    if after.version > 1 and blank(after.changed):
        found.append(wrong("changed", "exchange/change-not-described"))
    return tuple(found)


def check_proposal(proposal: Proposal, incident: Incident) -> tuple[Problem, ...]:
    """Return the problems of a proposal on an incident."""
    found = [*prose("text", proposal.text, needed=True), *prose("instead", proposal.instead)]
    if (proposal.incident, proposal.owner) != (incident.id, incident.owner):
        found.append(wrong("incident", "exchange/of-another-incident"))
    if not 1 <= proposal.about <= incident.version:
        found.append(wrong("about", "exchange/no-such-version", version=proposal.about))
    if proposal.instead and blank(proposal.at):
        found.append(wrong("at", "exchange/part-missing"))
    return tuple(found)


def check_sighting(sighting: Sighting, registry: Registry, today: date) -> tuple[Problem, ...]:
    """Return the problems of a sighting."""
    known = frozenset(substance.slug for substance in registry.substances)
    return (
        *prose("what", sighting.what, needed=True),
        *_day("day", sighting.day, today),
        *_place("place", sighting.place),
        *_lines(sighting.lines, known),
    )


def _problems(incident: Incident, known: frozenset[str], today: date) -> Iterator[Problem]:
    yield from _head(incident, today)
    yield from _lines(incident.lines, known)
    yield from _equipment(incident.equipment, known)
    for number, stop in enumerate(incident.route, 1):
        yield from _country(f"route, stop {number}", stop.country)
    yield from _flags(incident.flags)
    yield from _parties(incident)
    yield from _numbered("question", [each.number for each in incident.questions])
    for question in incident.questions:
        yield from prose(f"question {question.number}", question.text, needed=True)
    if len(set(incident.notifications)) < len(incident.notifications):
        yield wrong("notifications", "exchange/entered-twice")


def _head(incident: Incident, today: date) -> Iterator[Problem]:
    for name, text in (("id", incident.id), ("owner", incident.owner), ("title", incident.title)):
        yield from prose(name, text, needed=True)
    yield from prose("account", incident.account)
    if incident.version < 1:
        yield wrong("version", "exchange/version-below-1", version=incident.version)
    if (incident.version == 1) != (incident.status == "open"):
        yield wrong(
            "status",
            "exchange/status-not-of-version",
            version=incident.version,
            status=incident.status,
        )
    yield from _day("day", incident.day, today)
    yield from _day("law_day", incident.law_day, today)
    yield from _place("place", incident.place)
    if not incident.lines and not incident.equipment:
        yield wrong("lines", "exchange/incident-without-goods")
    if incident.kind in _MOVED and not incident.route:
        yield wrong("route", "exchange/incident-without-route")


def _lines(lines: tuple[Line, ...], known: frozenset[str]) -> Iterator[Problem]:
    yield from _numbered("line", [line.number for line in lines])
    for line in lines:
        at = f"line {line.number}"
        if line.declared is None and line.found is None:
            yield wrong(at, "exchange/line-without-goods")
        for part, goods in (("declared", line.declared), ("found", line.found)):
            if goods is not None:
                yield from _goods(f"{at}, {part}", goods, known)
        if line.identified is not None and line.found is None:
            yield wrong(f"{at}, identified", "exchange/nothing-identified")


def _goods(at: str, goods: Goods, known: frozenset[str]) -> Iterator[Problem]:
    yield from prose(at, goods.text, needed=True)
    yield from _substance(at, goods.substance, known)
    if goods.cas and not is_cas(goods.cas):
        yield wrong(f"{at}, cas", "exchange/not-a-cas-number", cas=goods.cas)
    if goods.hs and not (goods.hs.isdecimal() and len(goods.hs) in _HS):
        yield wrong(f"{at}, hs", "exchange/not-a-hs-code", hs=goods.hs)
    amounts = (
        ("net_mg", goods.net_mg),
        ("volume_ul", goods.volume_ul),
        ("pieces", goods.pieces),
    )
    for name, amount in amounts:
        if amount is not None and not 0 < amount <= LARGEST:
            yield wrong(f"{at}, {name}", "exchange/not-an-amount", amount=amount)
    if goods.content_ppm is not None and not 0 < goods.content_ppm <= _PPM:
        yield wrong(f"{at}, content_ppm", "exchange/not-a-share", share=goods.content_ppm)


def _equipment(equipment: tuple[Equipment, ...], known: frozenset[str]) -> Iterator[Problem]:
    if len(equipment) > MOST:
        yield wrong("equipment", "exchange/too-many", count=len(equipment), most=MOST)
    for number, each in enumerate(equipment, 1):
        at = f"equipment {number}"
        yield from prose(at, each.text, needed=True)
        yield from _substance(at, each.substance, known)
        if each.pieces is not None and each.pieces < 1:
            yield wrong(f"{at}, pieces", "exchange/count-below-1", count=each.pieces)


def _flags(flags: tuple[str, ...]) -> Iterator[Problem]:
    rows = load_flags().flag
    for flag in flags:
        if flag not in rows:
            yield wrong("flags", "exchange/no-such-risk-indicator", flag=flag)
        elif not rows[flag].verified:
            yield wrong("flags", "exchange/risk-indicator-not-verified", flag=flag)
    if len(set(flags)) < len(flags):
        yield wrong("flags", "exchange/entered-twice")


def _parties(incident: Incident) -> Iterator[Problem]:
    if len(incident.parties) > MOST:
        yield wrong("parties", "exchange/too-many", count=len(incident.parties), most=MOST)
    seen = set()
    for number, party in enumerate(incident.parties, 1):
        at = f"party {number}"
        yield from _party(at, party, incident.marking)
        key = (party.node, party.ref, party.role)
        if key in seen:
            yield wrong(at, "exchange/party-twice-in-role")
        seen.add(key)
    yield from _named(incident)


def _named(incident: Incident) -> Iterator[Problem]:
    """Yield a problem where free text contains the name of a more strictly marked party."""
    words = {name: plain(getattr(incident, name)) for name in ("title", "account", "changed")}
    for number, party in enumerate(incident.parties, 1):
        stricter = party.restricted or party.marking != incident.marking
        for name, text in words.items():
            if stricter and not blank(party.name) and plain(party.name) in text:
                yield wrong(name, "exchange/names-restricted-party", number=number)


def _party(at: str, party: AllegedParty, whole: Marking) -> Iterator[Problem]:
    for name, text in (("node", party.node), ("ref", party.ref), ("basis", party.basis)):
        yield from prose(f"{at}, {name}", text, needed=True)
    if party.country:
        yield from _country(at, party.country)
    if not as_strict(party.marking, whole):
        yield wrong(f"{at}, marking", "exchange/marking-too-wide")


def _substance(at: str, slug: str, known: frozenset[str]) -> Iterator[Problem]:
    if slug and slug not in known:
        yield wrong(f"{at}, substance", "exchange/no-such-substance", slug=slug)


def _numbered(what: str, numbers: list[int]) -> Iterator[Problem]:
    if numbers != list(range(1, len(numbers) + 1)):
        yield wrong(f"{what}s", "exchange/not-numbered")
    if len(numbers) > MOST:
        yield wrong(f"{what}s", "exchange/too-many", count=len(numbers), most=MOST)


def _place(at: str, place: Place) -> Iterator[Problem]:
    yield from _country(at, place.country)
    if blank(place.name) and blank(place.locode):
        yield wrong(at, "exchange/place-missing")


def _country(at: str, code: str) -> Iterator[Problem]:
    if code not in country_codes():
        yield wrong(f"{at}, country", "exchange/not-a-country", country=code)


def _day(at: str, day: date, today: date) -> Iterator[Problem]:
    if day > today:
        yield wrong(at, "exchange/day-in-future", day=day, today=today)
