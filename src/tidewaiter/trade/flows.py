"""Trade flows: the countries on a line's route, for counts and maps.

The same route as for the law, with country names in the absence of codes. Countries are only
counted; they never affect an alert.
"""

from functools import lru_cache

from msgspec import structs

from tidewaiter.base.countries import country_or_text, find_country
from tidewaiter.base.records import Record
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.types import Line, Party, Stop

MOST_ON_THE_WAY = 8  # stored countries between origin and destination
_LETTERS = 2  # letters of a country code


class Journey(Record, frozen=True, kw_only=True):
    """Origin, destination and transit: ISO 3166-1 alpha-2 codes; "": none known."""

    origin: str
    via: tuple[str, ...]  # transit, in order, without duplicates
    destination: str


def journey_of(line: Line) -> Journey:
    """Return the journey of a line.

    The origin is the place of loading, or else the sender's country, or else the country of origin
    of the goods; the destination is the declared one, or else the place of discharge, or else the
    receiver's country. Transit includes a place of discharge before the destination.
    """
    parties = tuple([(party.role, party.country) for party in line.parties or ()])
    stops = tuple([(stop.function, stop.country, stop.locode) for stop in line.route or ()])
    return _journey(line.origin, parties, stops)


_Text = str | None


@lru_cache(maxsize=8192)  # lines of a consignment share a journey, which is requested repeatedly
def _journey(
    origin: _Text,
    parties: tuple[tuple[_Text, _Text], ...],
    stops: tuple[tuple[_Text, _Text, _Text], ...],
) -> Journey:
    """Return the journey for the relevant fields of a line; cached."""
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
    """Return the journey between the same ends without transit."""
    return structs.replace(journey, via=())


def countries_of(line: Line) -> tuple[str, ...]:
    """Return the countries of a line's goods, stops and parties, without duplicates.

    For search only; a country alone never raises an alert.
    """
    found = [_known(line.origin), *map(_place, line.route or ())]
    found += [_known(party.country) for party in line.parties or ()]
    return tuple(dict.fromkeys(code for code in found if code))


def _place(stop: Stop) -> str:
    """Return the country of a stop, or the country prefix of its UN/LOCODE."""
    return _known(stop.country) or _known((stop.locode or "")[:_LETTERS])


def _known(text: str | None) -> str:
    return find_country(text or "") or ""


def _with_codes(line: Line) -> Line:
    """Return a line with country codes, as far as the countries are known."""
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
