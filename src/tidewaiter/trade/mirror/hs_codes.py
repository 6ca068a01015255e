"""HS codes: mapping of older revisions to HS 2022, and watched codes.

The table covers the watched codes (data/mirror/revisions.toml). A code with unchanged scope is
mapped to the newest equivalent; amounts of codes that were split or merged are never added, divided
or compared across revisions.
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
"""A code and its revision, like ("291524", "H6")."""


class _Step(Record, frozen=True, kw_only=True):
    newer: str
    older: str
    since: date  # entry into force of the newer revision; countries may adopt it later
    same: tuple[str, ...]
    moved: Mapping[str, str] = {}  # newer code -> older code
    parts: Mapping[str, tuple[str, ...]]  # newer code -> older codes


class _File(Record, frozen=True, kw_only=True):
    read: date
    steps: tuple[_Step, ...]  # newest first


class Revisions(Record, frozen=True, kw_only=True):
    """Correspondences of the codes in the table."""

    newer: Mapping[At, At]  # one-to-one successor in the next revision
    parts: Mapping[At, tuple[At, ...]]  # predecessors of a split or merged code, a revision earlier
    known: frozenset[At]

    def newest(self, code: str, revision: str) -> At:
        """Return the newest code with the same scope; the code itself if none is known."""
        at = code, revision
        while at in self.newer:
            at = self.newer[at]
        return at

    def changed(self, code: str, revision: str) -> bool:
        """Return whether a code of an older revision in the table has no equivalent in HS 2022."""
        return (code, revision) in self.known and self.newest(code, revision)[1] != NEWEST

    def older(self, code: str, revision: str = NEWEST) -> frozenset[At]:
        """Return the older codes that included some of a code's goods, in their newest form.

        A one-to-one equivalent is the code itself, and is not returned.
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
        """Return the predecessors of a split or merged code, through any unchanged revisions."""
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
    """Return the codes that share some of their goods, in their newest form, symmetrically."""
    table = load_revisions()
    found: defaultdict[At, set[At]] = defaultdict(set)
    for at in {table.newest(*each) for each in table.known}:
        for older in table.older(*at):
            found[at].add(older)
            found[older].add(at)
    return {at: frozenset(others) for at, others in found.items()}


class Wanted:
    """Filter of file rows by requested codes."""

    def __init__(self, codes: Iterable[str]) -> None:
        table = load_revisions()
        self._codes = frozenset(codes)
        older = {at for code in self._codes for at in table.older(code)}
        older |= {old for old, new in table.newer.items() if table.newest(*new)[0] in self._codes}
        older |= {old for old in table.newer if table.newest(*old) in older}
        self._older = frozenset(older)

    @property
    def digits(self) -> list[str]:
        """Six digits each, in any revision."""
        return sorted(self._codes | {code for code, _ in self._older})

    def key(self, key: Key) -> Key | None:
        """Return the key under the newest code with the same scope; None: not requested."""
        at = key.code, key.revision
        if key.code not in self._codes and at not in self._older:
            return None
        code, revision = load_revisions().newest(*at)
        return msgspec.structs.replace(key, code=code, revision=revision)


def with_older(watched: Mapping[str, Watched]) -> dict[str, Watched]:
    """Add the codes of older revisions that included the goods of the watched ones."""
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
    """Return whether a flow's code is specific to one substance; older revisions may be broader."""
    known = watched.get(key.code)
    return bool(known and known.own) and not load_revisions().changed(key.code, key.revision)


def in_words(code: str, revision: str) -> str:
    """Format a code and its revision, like "2933.39 of HS 2017"."""
    return f"{code[:4]}.{code[4:]}" + (f" of {revision_in_words(revision)}" if revision else "")


def revision_in_words(revision: str) -> str:
    """Format a revision of the HS by its year, like "HS 2017"."""
    return f"HS {_YEARS[revision]}" if revision in _YEARS else revision or "an HS that is not said"


def _plain(code: str) -> str:
    return code.replace(".", "")


_SIX = 6
_CODE = re.compile(r"(\d{4})\.?(\d{2})")


class _Own(Record, frozen=True, kw_only=True):
    source: str
    codes: tuple[str, ...]


def watched_codes(registry: Registry) -> dict[str, Watched]:
    """Return the HS6 codes in the registry, each with its substances.

    What one nation alone controls, most of it bulk chemicals, is left out.

    Whether a code is specific to one substance refers to HS 2022 (data/hs/own.toml); the same six
    digits may have another meaning in another revision.
    """
    held: dict[str, list[str]] = defaultdict(list)
    for substance in registry.substances:
        laws = [registry.regimes[each.regime] for each in substance.controls]
        wide = not laws or any(law.abroad for law in laws)
        for hs in substance.hs if wide else ():
            plain = hs.replace(".", "")
            if len(plain) >= _SIX:
                held[plain[:_SIX]].append(substance.name)
    own = {each.replace(".", "") for each in read_toml(data("hs", "own.toml"), _Own).codes}
    return {
        code: Watched(code=code, own=code in own, substances=tuple(sorted(set(names))))
        for code, names in sorted(held.items())
    }


def choose(texts: Iterable[str], known: dict[str, Watched]) -> dict[str, Watched]:
    """Return the codes given by a user, like 2915.24 or 291524; all known ones if none are given.

    Raises:
        InputError: A text is not an HS6 code.
    """
    wanted: dict[str, Watched] = {}
    for text in (part.strip() for each in texts for part in each.split(",")):
        found = _CODE.fullmatch(text)
        if not found:
            raise InputError("trade/not-a-hs6-code", text=text)
        code = "".join(found.groups())
        wanted[code] = known.get(code, Watched(code=code, own=False, substances=()))
    return wanted or known
