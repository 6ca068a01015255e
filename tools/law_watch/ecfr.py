"""Electronic Code of Federal Regulations of the United States: days on which sections changed.

Source:
    https://www.ecfr.gov/developers/documentation/api/v1
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import quote

from tools.law_watch.parsing import parse_json
from tools.law_watch.records import Answer, Published


class _Version(Answer, frozen=True):
    date: dt.date  # the first day of the version
    identifier: str  # "1308.11"
    title: str
    part: str
    substantive: bool
    removed: bool = False
    issue_date: dt.date | None = None


class _Versions(Answer, frozen=True):
    content_versions: tuple[_Version, ...]


def url(question: Mapping[str, str]) -> str:
    """Return the address of the versions of a part's sections.

    Args:
        question: `title` and `part`, numbers.
    """
    title, part = quote(question["title"]), quote(question["part"])
    return f"https://www.ecfr.gov/api/versioner/v1/versions/title-{title}.json?part={part}"


def read(raw: bytes, name: str) -> list[Published]:
    """Read an answer: one record for each day on which the text of a part changed.

    Raises:
        WatchError: Not an answer of the API.
    """
    days: dict[tuple[dt.date, str, str], list[_Version]] = defaultdict(list)
    for version in parse_json(raw, name, _Versions).content_versions:
        if version.substantive:  # others were issued again without a change of the text
            days[version.date, version.title, version.part].append(version)
    return [_published(day, title, versions) for (day, title, _), versions in days.items()]


def _published(day: dt.date, title: str, versions: list[_Version]) -> Published:
    sections = tuple(dict.fromkeys(f"{title} CFR {each.identifier}" for each in versions))
    gone = [each.identifier for each in versions if each.removed]
    told = f"; removed: {', '.join(gone)}" if gone else ""
    part = versions[0].part
    issued = [each.issue_date for each in versions if each.issue_date]
    return Published(
        cite=f"{', '.join(sections)}, as of {day}",
        title=f"changed: {', '.join(each.identifier for each in versions)}{told}",
        url=f"https://www.ecfr.gov/on/{day}/title-{title}/part-{part}",
        kind="amendment",
        published=min(issued, default=None),
        in_force=day,
        touches=sections,
    )
