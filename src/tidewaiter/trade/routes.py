"""The route of a line, as far as country codes are given."""

from tidewaiter.law.answers import Route
from tidewaiter.trade.traders import RECEIVERS, SENDERS
from tidewaiter.trade.types import Line, Stop

_CODE = 2  # letters of a country code
_SENT = ("loading",)
_BOUND = ("destination", "unlading")


def route_of(line: Line) -> Route:
    """Return the route of a line, as far as country codes are given.

    The origin is the place of loading, or else the sender's country, or else the country of origin
    of the goods; the destination is the declared one, or else the receiver's country.
    """
    stops = line.route or ()
    origin = _stop(stops, _SENT) or _party(line, SENDERS)
    origin = origin or _stop(stops, ("origin",)) or _country(line.origin)
    transit = tuple(_code(stop) for stop in stops if stop.function == "transit")
    return Route(
        origin=origin,
        transit=tuple(dict.fromkeys(code for code in transit if code)),
        destination=_stop(stops, _BOUND) or _party(line, RECEIVERS),
    )


def _stop(stops: tuple[Stop, ...], functions: tuple[str, ...]) -> str | None:
    found = (_code(s) for function in functions for s in stops if s.function == function)
    return next((code for code in found if code), None)


def _party(line: Line, roles: tuple[str, ...]) -> str | None:
    found = (_country(p.country) for role in roles for p in line.parties or () if p.role == role)
    return next((code for code in found if code), None)


def _code(stop: Stop) -> str | None:
    """Return the country of a stop, or the country prefix of its UN/LOCODE."""
    return _country(stop.country) or _country((stop.locode or "")[:_CODE])


def _country(text: str | None) -> str | None:
    code = (text or "").strip().upper()
    return code if len(code) == _CODE and code.isascii() and code.isalpha() else None
