"""Shared look-up for substance and law pages: registry, names, structures; loaded once."""

import hashlib
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from tidewaiter import __version__
from tidewaiter.base.errors import InputError
from tidewaiter.base.processes import keep_for_good
from tidewaiter.base.records import Record
from tidewaiter.bulk.structures import find_structure
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.law.answers import Found
from tidewaiter.law.catalogue import Catalogue
from tidewaiter.law.changes import changes_of
from tidewaiter.law.class_membership import Members, load_members
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.registry import load_registry
from tidewaiter.law.types import Substance
from tidewaiter.report.law.substance_list import Browser
from tidewaiter.trade.substance_lookup import Asker, Namer
from tidewaiter.web.core.node import Node


class OnDay(Record, frozen=True, kw_only=True):
    """Day of the law shown."""

    day: date | None = None  # None: today


class LawDesk:
    """Registry, rules, and name and structure search for one set of lists.

    Structures are matched by patterns of 33 MB, which the first search for one loads.
    """

    def __init__(self, own: tuple[Path, ...]) -> None:
        """Load common data; other data are loaded on first use."""
        self.own = own
        self.registry = load_registry(own)
        self.book = self.registry.book
        self.members: Members = load_members(self.registry)
        self.namer = Namer(self.registry, lambda: self._identifier)
        self.asker = Asker(self.namer, self.members, self._structures)
        self.catalogue = Catalogue(self.registry)
        self.browser = Browser(self.registry, self.catalogue, self.asker.find)
        self.rules: dict[str, ClassRule] = self.registry.rules
        said = f"{self.registry.digest} {__version__}"
        self.edition = hashlib.sha256(said.encode()).hexdigest()[:16]

    def named(self, text: str) -> list[Substance]:
        """Find the substances that a text names.

        Raises:
            InputError: None found.
        """
        found = self.namer.find(text)
        named = [each.substance for each in found if each.substance is not None]
        if not named:
            raise InputError("web/names-nothing-in-registry", text=text)
        return named

    def substance(self, slug: str) -> Substance | None:
        """Return a substance by slug; None: unknown."""
        return next((each for each in self.registry.substances if each.slug == slug), None)

    @cached_property
    def change_days(self) -> tuple[date, ...]:
        """Return the days of all changes of the law, in order."""
        return tuple(each.day for each in changes_of(self.registry, self.book))

    @cached_property
    def _identifier(self) -> Identifier:
        return Identifier(load_lexicon(self.own))

    def _structures(self, text: str, day: date) -> tuple[Found, ...]:
        return find_structure(text, self.own, day)


def desk_of(node: Node) -> LawDesk:
    """Return the look-up of an installation."""
    return _desk(tuple(map(Path, node.serving.own)))


@cache
def _desk(own: tuple[Path, ...]) -> LawDesk:
    desk = LawDesk(own)
    # Excludes permanent objects from garbage collection: saves 110 ms each time.
    keep_for_good()
    return desk
