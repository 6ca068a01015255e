"""From where to where a line goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.countries import find_country
from tidewaiter.trade.flows import MOST_ON_THE_WAY, Journey, countries_of, journey_of
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.types import Line, Party, Stop


def line(*stops: Stop, origin: str | None = None, parties: tuple[Party, ...] = ()) -> Line:
    """Return a line with a route."""
    return Line(row=1, consignment="C1", seq=1, route=stops, origin=origin, parties=parties)


def stop(function: str, country: str | None = None, locode: str | None = None) -> Stop:
    """Return a stop."""
    return Stop(function=function, country=country, locode=locode)


@pytest.mark.parametrize(
    ("written", "origin", "via", "destination"),
    [
        (line(stop("loading", "CN"), stop("destination", "MX")), "CN", (), "MX"),
        (line(stop("loading", "China"), stop("destination", "méxico")), "CN", (), "MX"),
        (line(stop("loading", None, "CNSHA"), stop("unlading", None, "NLRTM")), "CN", (), "NL"),
        (
            line(stop("loading", "IN"), stop("unlading", "NL"), stop("destination", "CH")),
            "IN",
            ("NL",),
            "CH",
        ),
        (
            line(
                stop("loading", "IN"),
                stop("transit", "IN"),
                stop("transit", "Singapore"),
                stop("transit", "SG"),
                stop("destination", "AU"),
            ),
            "IN",
            ("SG",),
            "AU",
        ),
        (line(origin="Iran (Islamic Republic of)"), "IR", (), ""),
        (line(origin="UK", parties=(Party(role="importer", country="Germany"),)), "GB", (), "DE"),
        (line(stop("loading", "Atlantis"), stop("destination", "ZZ")), "", (), ""),
        (line(), "", (), ""),
    ],
)
def test_journeys(written: Line, origin: str, via: tuple[str, ...], destination: str) -> None:
    """Codes, names and places are read; unknown countries give none."""
    assert journey_of(written) == Journey(origin=origin, via=via, destination=destination)


codes = st.sampled_from(["CN", "IN", "SG", "NL", "MX", "cn"])
functions = st.sampled_from(["origin", "loading", "transit", "destination"])
stops = st.lists(st.builds(stop, functions, codes), max_size=12)


@given(stops, st.none() | codes)
def test_the_ends_are_those_of_the_law(found: list[Stop], origin: str | None) -> None:
    """Where the paper has codes, a journey ends where the law's route ends."""
    written = line(*found, origin=origin)
    route, journey = route_of(written), journey_of(written)
    assert (journey.origin or None, journey.destination or None) == (
        route.origin,
        route.destination,
    )
    assert len(set(journey.via)) == len(journey.via) <= MOST_ON_THE_WAY
    assert not {journey.origin, journey.destination} & set(journey.via)


def test_many_transits_are_cut() -> None:
    """A route through more countries than are kept has the first of them."""
    through = ["FR", "DE", "PL", "BY", "RU", "KZ", "UZ", "AF", "PK", "IN"]
    written = line(*(stop("transit", code) for code in through))
    assert journey_of(written).via == tuple(filter(find_country, through[:MOST_ON_THE_WAY]))


def test_countries_are_found_wherever_they_are_named() -> None:
    """Of the goods, of stops by name, code or place, and of parties; unknown ones are ignored."""
    written = line(
        stop("loading", "Atlantis", "CNSHA"),
        stop("transit", None, "SGSIN"),
        stop("destination", "Mexico"),
        origin="IN",
        parties=(Party(country="Germany"), Party(country="sg"), Party(country="nowhere")),
    )
    assert countries_of(written) == ("IN", "CN", "SG", "MX", "DE")
