"""The year of a register: its movements, beside the incidents that this node itself told."""

from collections.abc import Iterable

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.register.annual import Figures, figures_of
from tidewaiter.exchange.register.book import Book
from tidewaiter.store.database import Work
from tidewaiter.store.incidents import find_incident, incidents
from tidewaiter.store.register import keeper, load_register
from tidewaiter.substances.registry import Registry

_ALL = 1 << 31


def annual_of(
    work: Work, year: int, incidents: Iterable[Incident], registry: Registry
) -> tuple[str, tuple[Figures, ...]]:
    """Add up a year.

    Args:
        work: Any.
        year: Calendar year.
        incidents: That this node itself told.
        registry: Of substances.

    Returns:
        Whose register it is, and the figures of each substance of the tables.

    Raises:
        InputError: There is no register.
    """
    country = keeper(work)
    if not country:
        raise InputError("there is no register yet", hint="tidewaiter register add FILE")
    return country, figures_of(Book(load_register(work)), incidents, country, year, registry)


def own_incidents(work: Work, safe: bytes, node: str) -> list[Incident]:
    """Return the last version of each incident that this node itself told.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        node: This one.
    """
    mine = [each for each in incidents(work, rows=_ALL) if each.owner == node]
    known = [find_incident(work, safe, each.owner, each.id).now() for each in mine]
    return [each for each in known if each is not None]
