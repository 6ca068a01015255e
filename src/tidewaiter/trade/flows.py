"""The countries between which a line travels, for counts and maps of trade flows.

It is the route by which the law is found, and names of countries where the paper has no codes.
A country is a place in papers: it is counted, and never speaks for or against an alert.
"""

from functools import lru_cache

from msgspec import structs

from tidewaiter.base.countries import country_or_text, find_country
from tidewaiter.base.records import Record
from tidewaiter.trade.applicable_law import route_of
from tidewaiter.trade.types import Line, Party, Stop

MOST_ON_THE_WAY = 8  # countries between both ends that are kept
_LETTERS = 2  # of a country's code


class Journey(Record, frozen=True, kw_only=True):
    """From where to where: ISO 3166-1 alpha-2 codes; "": the paper gives none that we know."""

    origin: str
    via: tuple[str, ...]  # between both ends, in order, each once
    destination: str


def journey_of(line: Line) -> Journey:
    """Return the journey of a line.

    It is sent from where it is loaded, else from the sender's country, else from where the goods
    are of; it is bound for its destination, else for where it is unladed, else for the receiver's
    country. It goes through transits, and through where it is unladed short of its destination.
    """
    parties = tuple([(party.role, party.country) for party in line.parties or ()])
    stops = tuple([(stop.function, stop.country, stop.locode) for stop in line.route or ()])
    return _journey(line.origin, parties, stops)


_Text = str | None


@lru_cache(maxsize=8192)  # lines of a consignment have one journey, and are asked for it again
def _journey(
    origin: _Text,
    parties: tuple[tuple[_Text, _Text], ...],
    stops: tuple[tuple[_Text, _Text, _Text], ...],
) -> Journey:
    """Return the journey of lines by all that it rests on."""
    said = Line(
        row=0,
        consignment="",
        seq=0,
        origin=origin,
        parties=tuple(Party(role=role, country=country) for role, country in parties),
        route=tuple(
            Stop(function=function, country=country, locode=locode)
            for function, country, locode in stops
        ),
    )
    route = route_of(_with_codes(said))
    begin, destination = _known(route.origin), _known(route.destination)
    passed = dict.fromkeys(_known(code) for code in route.transit)
    between = [code for code in passed if code not in {begin, destination, ""}]
    return Journey(origin=begin, via=tuple(between[:MOST_ON_THE_WAY]), destination=destination)


def direct(journey: Journey) -> Journey:
    """Return the journey between the same ends that goes through no other country."""
    return structs.replace(journey, via=())


def countries_of(line: Line) -> tuple[str, ...]:
    """Return the countries that a line names, for its goods, stops and parties: each once.

    They are there to look for; no country alone raises an alert.
    """
    found = [_known(line.origin), *map(_place, line.route or ())]
    found += [_known(party.country) for party in line.parties or ()]
    return tuple(dict.fromkeys(code for code in found if code))


def _place(stop: Stop) -> str:
    """Return the country of a stop, or that of its UN/LOCODE, whose first letters are one."""
    return _known(stop.country) or _known((stop.locode or "")[:_LETTERS])


def _known(text: str | None) -> str:
    return find_country(text or "") or ""


def _with_codes(line: Line) -> Line:
    """Return a line whose countries are codes, as far as its paper names one that we know."""
    stops = line.route or ()
    bound = any(s.function == "destination" and (s.country or s.locode) for s in stops)
    parties = (structs.replace(p, country=_code(p.country)) for p in line.parties or ())
    return structs.replace(
        line,
        origin=_code(line.origin),
        parties=tuple(parties),
        route=tuple(_stop(stop, bound=bound) for stop in stops),
    )


def _stop(stop: Stop, *, bound: bool) -> Stop:
    on_the_way = bound and stop.function == "unlading"
    function = "transit" if on_the_way else stop.function
    return structs.replace(stop, function=function, country=_code(stop.country))


def _code(text: str | None) -> str | None:
    return text and country_or_text(text)
