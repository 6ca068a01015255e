"""Collecting: sightings of parties in files, gathered into members."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date

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
                held.roles.update(member.roles)
                held.see_day(member.first)
                held.see_day(member.last)
                for seen in member.seen:
                    held.files[seen.sha256] = (seen.file, seen.count, seen.rows)
                    self._files.add(seen.sha256)

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
    """What is known of one way in which a party is written."""

    __slots__ = ("files", "first", "last", "roles")

    def __init__(self) -> None:
        self.roles: set[str] = set()
        self.first: date | None = None
        self.last: date | None = None
        self.files: dict[str, tuple[str, int, tuple[int, ...]]] = {}

    def see(self, sighting: Sighting, file: str, sha256: str) -> None:
        if sighting.role:
            self.roles.add(sighting.role)
        self.see_day(sighting.day)
        _, count, rows = self.files.get(sha256, (file, 0, ()))
        rows = (*rows, sighting.row) if len(rows) < _SHOWN else rows
        self.files[sha256] = (file, count + 1, rows)

    def see_day(self, day: date | None) -> None:
        if day is not None:
            self.first = day if self.first is None else min(day, self.first)
            self.last = day if self.last is None else max(day, self.last)

    def member(self, written: Written) -> Member:
        files = sorted(self.files.items(), key=lambda each: (each[1][0], each[0]))
        return Member(
            id=id_of(written),
            written=written,
            roles=tuple(sorted(self.roles)),
            first=self.first,
            last=self.last,
            seen=tuple(
                Seen(file=file, sha256=sha256, count=count, rows=rows)
                for sha256, (file, count, rows) in files
            ),
        )


def id_of(written: Written) -> str:
    """Return the id of a member: of what is written alone."""
    parts = (written.name, written.address, written.country, written.id_scheme, written.id)
    said = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"p-{hashlib.sha256(said).hexdigest()[:16]}"
