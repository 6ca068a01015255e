"""Collecting: sightings of parties in files, gathered into members."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from tidewaiter.base.errors import InputError
from tidewaiter.parties.resolution.types import Entity, Member, Seen, Sighting, Written

_SHOWN = 3  # rows of a file that a member keeps


class Collector:
    """Gathers sightings; the members do not depend on the order in which they came."""

    def __init__(self) -> None:
        self._held: dict[Written, _Held] = {}
        self._files: set[str] = set()

    def add_earlier(self, entities: Iterable[Entity]) -> None:
        """Take up the members of an earlier resolution."""
        for entity in entities:
            for member in entity.members:
                held = self._held.setdefault(member.written, _Held())
                held.roles = tuple(sorted({*held.roles, *member.roles}))
                held.refs = tuple(sorted({*held.refs, *member.refs}))
                held.kinds = tuple(sorted({*held.kinds, *member.kinds}))
                held.see_day(member.first)
                held.see_day(member.last)
                here = {seen.sha256 for seen in member.seen}
                others = (seen for seen in held.seen if seen.sha256 not in here)
                held.seen = (*others, *member.seen)
                self._files |= here

    def add_file(self, file: str, sha256: str) -> Callable[[Iterable[Sighting]], None]:
        """Begin a file; return what takes up sightings in it.

        Args:
            file: Its name.
            sha256: Of its bytes.

        Raises:
            InputError: The same bytes were taken up before.
        """
        if sha256 in self._files:
            raise InputError(
                "its parties would be counted twice",
                at=file,
                hint="name each file once, and none that the earlier entities hold",
            )
        self._files.add(sha256)

        def add(sightings: Iterable[Sighting]) -> None:
            for sighting in sightings:
                held = self._held.get(sighting.written)
                if held is None:
                    held = self._held[sighting.written] = _Held()
                held.see(sighting, file, sha256)

        return add

    def members(self) -> list[Member]:
        """Return the members, by their ids."""
        found = [held.member(written) for written, held in self._held.items()]
        return sorted(found, key=lambda member: member.id)


class _Held:
    """What is known of one way in which a party is written; a million of them are held."""

    __slots__ = ("first", "kinds", "last", "refs", "roles", "seen")

    def __init__(self) -> None:
        self.roles: tuple[str, ...] = ()
        self.refs: tuple[str, ...] = ()
        self.kinds: tuple[str, ...] = ()
        self.first: date | None = None
        self.last: date | None = None
        self.seen: tuple[Seen, ...] = ()  # that of the file under way stands last

    def see(self, sighting: Sighting, file: str, sha256: str) -> None:
        self.roles = _with(self.roles, sighting.role)
        if sighting.refs:
            self.refs = tuple(sorted({*self.refs, *sighting.refs}))
        self.kinds = _with(self.kinds, sighting.kind)
        self.see_day(sighting.day)
        before = self.seen
        if not before or before[-1].sha256 != sha256:
            new = Seen(file=file, sha256=sha256, count=1, rows=(sighting.row,))
            self.seen = (*before, new)
            return
        count, rows = before[-1].count, before[-1].rows
        rows = (*rows, sighting.row) if len(rows) < _SHOWN else rows
        new = Seen(file=file, sha256=sha256, count=count + 1, rows=rows)
        self.seen = (*before[:-1], new)

    def see_day(self, day: date | None) -> None:
        if day is not None:
            self.first = day if self.first is None else min(day, self.first)
            self.last = day if self.last is None else max(day, self.last)

    def member(self, written: Written) -> Member:
        return Member(
            id=id_of(written),
            written=written,
            roles=self.roles,
            first=self.first,
            last=self.last,
            seen=tuple(sorted(self.seen, key=lambda each: (each.file, each.sha256)))
            if len(self.seen) > 1
            else self.seen,
            refs=self.refs,
            kinds=self.kinds,
        )


def _with(held: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Add a value, where there is one that is new."""
    return held if not value or value in held else _added(held, value)


@lru_cache(maxsize=1 << 10)
def _added(held: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Return the same tuple for the same values."""
    return tuple(sorted((*held, value)))


def id_of(written: Written) -> str:
    """Return the id of a member: of what is written alone."""
    parts = (written.name, written.address, written.country, written.id_scheme, written.id)
    said = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"p-{hashlib.sha256(said).hexdigest()[:16]}"
