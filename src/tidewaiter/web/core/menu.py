"""The menu: what stands at the top of each page, for those who may see it.

An entry may have parts, which stand in a second row on the pages below it.
"""

from collections.abc import Collection, Sequence

from tidewaiter.accounts.roles import Right
from tidewaiter.base.records import Record
from tidewaiter.report.languages import marked, words


class Entry(Record, frozen=True, kw_only=True):
    """A place to go to."""

    path: str
    label: str
    right: Right
    parts: tuple["Entry", ...] = ()  # the first stands at the path of the whole


class Shown(Record, frozen=True, kw_only=True):
    """A place to go to, as a page shows it."""

    path: str
    label: str
    here: bool


ENTRIES = (
    Entry(
        path="/queue",
        label=marked("Queue"),
        right="see",
        parts=(
            Entry(path="/queue", label=marked("Queue"), right="see"),
            Entry(path="/bulk-decisions", label=marked("Bulk decisions"), right="see"),
        ),
    ),
    Entry(path="/screen", label=marked("Upload"), right="see"),
    Entry(path="/cases", label=marked("Cases"), right="see"),
    Entry(path="/parties", label=marked("Parties"), right="see"),
    Entry(path="/flows", label=marked("Flows"), right="see"),
    Entry(
        path="/law",
        label=marked("Law"),
        right="see",
        parts=(
            Entry(path="/law", label=marked("Law"), right="see"),
            Entry(path="/substances", label=marked("Substances"), right="see"),
        ),
    ),
    Entry(
        path="/coalition",
        label=marked("Coalition"),
        right="exchange",
        parts=(
            Entry(path="/coalition", label=marked("Board"), right="exchange"),
            Entry(path="/coalition/members", label=marked("Members"), right="exchange"),
            Entry(path="/coalition/commitments", label=marked("Commitments"), right="exchange"),
            Entry(path="/coalition/timeline", label=marked("Timeline"), right="exchange"),
        ),
    ),
    Entry(
        path="/notices",
        label=marked("Exchange"),
        right="exchange",
        parts=(
            Entry(path="/notices", label=marked("Notices"), right="exchange"),
            Entry(path="/incidents", label=marked("Incidents"), right="exchange"),
            Entry(path="/requests", label=marked("Requests"), right="exchange"),
            Entry(path="/joint", label=marked("Joint cases"), right="exchange"),
            Entry(path="/recalls", label=marked("Recalls"), right="exchange"),
            Entry(path="/peers", label=marked("Peers"), right="exchange"),
            Entry(path="/groups", label=marked("Groups"), right="exchange"),
            Entry(path="/register", label=marked("Register"), right="exchange"),
            Entry(path="/private", label=marked("Private questions"), right="exchange"),
            Entry(path="/feeds", label=marked("Feeds"), right="exchange"),
        ),
    ),
    Entry(
        path="/burden",
        label=marked("Burden"),
        right="see",
        parts=(
            Entry(path="/burden", label=marked("Trends"), right="see"),
            Entry(path="/burden/drugs", label=marked("Drugs"), right="see"),
            Entry(path="/burden/map", label=marked("Map"), right="see"),
            Entry(path="/burden/ages", label=marked("Ages"), right="see"),
            Entry(path="/burden/changes", label=marked("Changes"), right="see"),
            Entry(path="/burden/events", label=marked("Event cards"), right="see"),
            Entry(path="/burden/claims", label=marked("Claims"), right="see"),
        ),
    ),
    Entry(path="/overview", label=marked("Overview"), right="overview"),
    Entry(
        path="/rules",
        label=marked("Rules"),
        right="see",
        parts=(
            Entry(path="/rules", label=marked("Rules"), right="see"),
            Entry(path="/suppressions", label=marked("Suppressions"), right="see"),
            Entry(path="/ranker", label=marked("What decisions taught"), right="decide"),
        ),
    ),
    Entry(path="/audit", label=marked("Audit"), right="audit"),
    Entry(
        path="/accounts",
        label=marked("Accounts"),
        right="vouch",
        parts=(
            Entry(path="/accounts", label=marked("Accounts"), right="vouch"),
            Entry(path="/webhooks", label=marked("Webhooks"), right="administer"),
        ),
    ),
)


def shown_to(rights: Collection[Right], path: str) -> tuple[Shown, ...]:
    """Return the menu of someone with these rights who is at a path."""
    return _shown(ENTRIES, rights, path)


def parts_at(rights: Collection[Right], path: str) -> tuple[Shown, ...]:
    """Return the second row of the menu: the parts of what someone is at; () where it has none."""
    here = next((each for each in ENTRIES if each.parts and _is_at(each, path)), None)
    return _shown(here.parts, rights, path) if here else ()


def _shown(entries: Sequence[Entry], rights: Collection[Right], path: str) -> tuple[Shown, ...]:
    """Return entries; the one marked is the closest, as a part may lie below another."""
    at = max(
        (each for each in entries if _is_at(each, path)),
        key=lambda each: len(each.path),
        default=None,
    )
    return tuple(
        Shown(path=each.path, label=words(each.label), here=each is at)
        for each in entries
        if each.right in rights
    )


def _is_at(entry: Entry, path: str) -> bool:
    if entry.parts:
        return any(_is_at(each, path) for each in entry.parts)
    return path == entry.path or path.startswith(f"{entry.path}/")
