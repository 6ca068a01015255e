"""Which HS6 codes are watched: those of the registry's substances."""

import re
from collections import defaultdict
from collections.abc import Iterable

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.mirror.types import Watched
from tidewaiter.substances.registry import Registry

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
            raise InputError(f'"{text}" is no HS6 code', hint="write six digits, like 2915.24")
        code = "".join(found.groups())
        wanted[code] = known.get(code, Watched(code=code, own=False, substances=()))
    return wanted or known
