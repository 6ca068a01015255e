"""HS codes: how older revisions map to HS 2022, and which codes are watched.

The table is of the codes that we watch (data/mirror/revisions.toml). A code whose scope did not
change is taken as the newest one that it is; amounts of codes that were split or merged are never
added, parted or compared across revisions.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.law.registry import Registry
from tidewaiter.trade.mirror.types import Key, Watched

NEWEST = "H6"
_YEARS = {
    "H6": 2022,
    "H5": 2017,
    "H4": 2012,
    "H3": 2007,
    "H2": 2002,
    "H1": 1996,
    "H0": 1992,
}

At = tuple[str, str]
"""A code and the revision that it is of, like ("291524", "H6")."""


class _Step(Record, frozen=True, kw_only=True):
    newer: str
    older: str
    since: date  # when the newer one came into force; countries may take it up later
    same: tuple[str, ...]
    moved: Mapping[str, str] = {}  # newer code -> older code
    parts: Mapping[str, tuple[str, ...]]  # newer code -> older codes


class _File(Record, frozen=True, kw_only=True):
    read: date
    steps: tuple[_Step, ...]  # the newest first


class Revisions(Record, frozen=True, kw_only=True):
    """How the codes of the table stand to one another."""

    newer: Mapping[At, At]  # what an older code is one to one, a step later
    parts: Mapping[At, tuple[At, ...]]  # what a code was split or merged from, a step earlier
    known: frozenset[At]

    def newest(self, code: str, revision: str) -> At:
        """Return the newest code that has the same scope; the code itself where none is known."""
        at = code, revision
        while at in self.newer:
            at = self.newer[at]
        return at

    def changed(self, code: str, revision: str) -> bool:
        """Tell an older code of the table that is, as it stands, no code of HS 2022."""
        return (code, revision) in self.known and self.newest(code, revision)[1] != NEWEST

    def older(self, code: str, revision: str = NEWEST) -> frozenset[At]:
        """Return the older codes in which some of a code's goods were, each in its newest form.

        A code that is one to one with it is the code itself, and is not given.
        """
        found: set[At] = set()
        left = [(code, revision)]
        while left:
            for part in self._before(left.pop()):
                newest = self.newest(*part)
                if newest not in found:
                    found.add(newest)
                    left.append(newest)
        return frozenset(found)

    def _before(self, at: At) -> tuple[At, ...]:
        """Return what a code was split or merged from, however many steps it stayed the same."""
        if at in self.parts:
            return self.parts[at]
        same = [old for old, new in self.newer.items() if new == at]
        return tuple(part for each in same for part in self._before(each))


@cache
def load_revisions() -> Revisions:
    """Load the table."""
    newer: dict[At, At] = {}
    parts: dict[At, tuple[At, ...]] = {}
    for step in read_toml(data("mirror", "revisions.toml"), _File).steps:
        pairs = [(each, each) for each in step.same] + list(step.moved.items())
        for new, old in pairs:
            newer[_plain(old), step.older] = _plain(new), step.newer
        for new, olds in step.parts.items():
            parts[_plain(new), step.newer] = tuple((_plain(each), step.older) for each in olds)
    known = {*newer, *newer.values(), *parts, *(each for olds in parts.values() for each in olds)}
    return Revisions(newer=newer, parts=parts, known=frozenset(known))


@cache
def related() -> Mapping[At, frozenset[At]]:
    """Return the codes, in their newest form, that hold some of the same goods, both ways."""
    table = load_revisions()
    found: defaultdict[At, set[At]] = defaultdict(set)
    for at in {table.newest(*each) for each in table.known}:
        for older in table.older(*at):
            found[at].add(older)
            found[older].add(at)
    return {at: frozenset(others) for at, others in found.items()}


class Wanted:
    """Which rows of a file belong to the codes asked for."""

    def __init__(self, codes: Iterable[str]) -> None:
        table = load_revisions()
        self._codes = frozenset(codes)
        older = {at for code in self._codes for at in table.older(code)}
        older |= {old for old, new in table.newer.items() if table.newest(*new)[0] in self._codes}
        older |= {old for old in table.newer if table.newest(*old) in older}
        self._older = frozenset(older)

    @property
    def digits(self) -> list[str]:
        """Six digits each, in whatever revision."""
        return sorted(self._codes | {code for code, _ in self._older})

    def key(self, key: Key) -> Key | None:
        """Return the key by the newest code of the same scope; None: nobody asks for it."""
        at = key.code, key.revision
        if key.code not in self._codes and at not in self._older:
            return None
        code, revision = load_revisions().newest(*at)
        return msgspec.structs.replace(key, code=code, revision=revision)


def with_older(watched: Mapping[str, Watched]) -> dict[str, Watched]:
    """Add the codes of older revisions in which the goods of the watched ones were."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    for each in watched.values():
        for code, _ in load_revisions().older(each.code):
            held[code].update(each.substances)
    added = {
        code: Watched(code=code, own=False, substances=tuple(sorted(names)))
        for code, names in sorted(held.items())
        if code not in watched
    }
    return {**watched, **added}


def own_code(key: Key, watched: Mapping[str, Watched]) -> bool:
    """Tell whether a flow's code names one substance; in an older revision it may hold more."""
    known = watched.get(key.code)
    return bool(known and known.own) and not load_revisions().changed(key.code, key.revision)


def in_words(code: str, revision: str) -> str:
    """Name a code and its revision, like "2933.39 of HS 2017"."""
    return f"{code[:4]}.{code[4:]}" + (f" of {revision_in_words(revision)}" if revision else "")


def revision_in_words(revision: str) -> str:
    """Name a revision of the HS by its year, like "HS 2017"."""
    return f"HS {_YEARS[revision]}" if revision in _YEARS else revision or "an HS that is not said"


def _plain(code: str) -> str:
    return code.replace(".", "")


_SIX = 6
_CODE = re.compile(r"(\d{4})\.?(\d{2})")


class _Own(Record, frozen=True, kw_only=True):
    source: str
    codes: tuple[str, ...]


def watched_codes(registry: Registry) -> dict[str, Watched]:
    """Return the HS6 codes of the registry, each with its substances.

    Whether a code names one substance is said of HS 2022 (data/hs/own.toml); the same six digits
    may mean something else in another revision.
    """
    held: dict[str, list[str]] = defaultdict(list)
    for substance in registry.substances:
        for hs in substance.hs:
            plain = hs.replace(".", "")
            if len(plain) >= _SIX:
                held[plain[:_SIX]].append(substance.name)
    own = {each.replace(".", "") for each in read_toml(data("hs", "own.toml"), _Own).codes}
    return {
        code: Watched(code=code, own=code in own, substances=tuple(sorted(set(names))))
        for code, names in sorted(held.items())
    }


def choose(texts: Iterable[str], known: dict[str, Watched]) -> dict[str, Watched]:
    """Return the codes that a user names, like 2915.24 or 291524; all that are known for none.

    Raises:
        InputError: A text is no HS6 code.
    """
    wanted: dict[str, Watched] = {}
    for text in (part.strip() for each in texts for part in each.split(",")):
        found = _CODE.fullmatch(text)
        if not found:
            raise InputError("trade/not-a-hs6-code", text=text)
        code = "".join(found.groups())
        wanted[code] = known.get(code, Watched(code=code, own=False, substances=()))
    return wanted or known
