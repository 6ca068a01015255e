"""Where goods come from and go to, as the paper says. It is shown, never scored."""

from tidewaiter.consignments.types import Holding, Line, Stop

UNKNOWN = "not given"


def origin(line: Line) -> str:
    """Return the country of origin or else of loading, as written, or `UNKNOWN`."""
    return line.origin or _country(line.route, ("origin", "loading"))


def destination(line: Line) -> str:
    """Return the country of destination or else of unlading, as written, or `UNKNOWN`."""
    return _country(line.route, ("destination", "unlading"))


def stop_in_words(stop: Stop) -> str:
    """Return a stop in words: "loading: Shanghai (CNSHA), CN"."""
    code = f"({stop.locode})" if stop.locode and stop.name else stop.locode
    place = " ".join(part for part in (stop.name, code) if part)
    where = ", ".join(part for part in (place, stop.country) if part)
    return f"{stop.function or 'place'}: {where or UNKNOWN}"


def route_in_words(held: Holding) -> str:
    """Say what a listing is to the route: "export, controlled"; "": the route does not meet it."""
    return f"{held.role}, {held.answer}" if held.role else ""


def _country(route: tuple[Stop, ...] | None, functions: tuple[str, ...]) -> str:
    """Return the country of the first stop that has one, in the order of `functions`."""
    stops = [s for f in functions for s in route or () if s.function == f]
    return next((stop.country for stop in stops if stop.country), UNKNOWN)
