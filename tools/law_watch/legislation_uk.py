"""legislation.gov.uk: effects on an act or instrument, from its feed of changes.

Source:
    https://legislation.github.io/data-documentation/model/effects.html
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec
from tools.law_watch.parsing import attributes, local, parse_day, parse_xml, words
from tools.law_watch.records import Published, WatchError

_SITE = "https://www.legislation.gov.uk"
_SERIES = {"uksi": "SI", "nisr": "SR", "ssi": "SSI", "wsi": "WSI"}
_ORDER = "results-count=500&sort=affecting-year-number&order=descending"  # newest first


def url(question: Mapping[str, str]) -> str:
    """Return the address of the newest effects on a law.

    Args:
        question: `law`, such as "ukpga/1971/38".
    """
    return f"{_SITE}/changes/affected/{quote(question['law'])}/data.feed?{_ORDER}"


def read(raw: bytes, name: str) -> list[Published]:
    """Read a feed: one record for each amending law and first day in force.

    Raises:
        WatchError: Not a feed of changes.
    """
    joined: dict[tuple[str, date | None], Published] = {}
    for effect in parse_xml(raw, name, "feed").iter("{*}Effect"):
        each = _published(effect, f"{name}, line {effect.sourceline}")
        key = each.cite, each.in_force
        first = joined.get(key, each)
        touches = tuple(dict.fromkeys((*first.touches, *each.touches)))
        joined[key] = msgspec.structs.replace(first, touches=touches)
    return list(joined.values())


def _published(effect: Any, at: str) -> Published:
    told = attributes(effect)
    series, year, number = _identity(told.get("AffectingURI", ""), at)
    short = _SERIES.get(series)
    cite = f"{short} {year}/{number}" if short else f"{series} {year}/{number}"
    title = next(
        (words(each.text or "") for each in effect if local(each) == "AffectingTitle"), cite
    )
    days = [
        parse_day(attributes(each).get("Date"), at)
        for each in effect.iter("{*}InForce")
        if attributes(each).get("Prospective") != "true"
    ]
    part = words(told.get("AffectedProvisions", ""))
    return Published(
        cite=cite,
        title=f"{title} ({told.get('Type', 'effect')})",
        url=f"{_SITE}/{series}/{year}/{number}",
        kind="amendment",
        in_force=min((day for day in days if day), default=None),
        touches=(part,) if part else (),
        numbers=(
            cite,
            f"{series}/{year}/{number}",
            *((f"{short.lower()}-{year}-{number}",) if short else ()),
        ),
    )


def _identity(address: str, at: str) -> tuple[str, str, str]:
    pieces = address.partition("/id/")[2].split("/")
    if len(pieces) < 3:  # noqa: PLR2004 - series, year and number
        text = f'"{address}" names no law'
        raise WatchError(text, at=at, hint="look at the effect in the feed")
    return pieces[0], pieces[1], pieces[2]
