"""Menu: at most seven sections, the pages of each grouped by job, and the settings.

A section is shown to those with the right for one of its pages, and leads to the first of these.
"""

from collections.abc import Collection, Iterator

from tidewaiter.accounts.roles import Right
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import marked, pmarked, words


class Entry(Record, frozen=True, kw_only=True):
    """A page of the menu."""

    path: str
    label: str
    right: Right
    below: tuple[str, ...] = ()  # other addresses that belong to it


class Group(Record, frozen=True, kw_only=True):
    """Pages for one job."""

    label: str  # "": the only group, or the main one
    entries: tuple[Entry, ...]


class Section(Record, frozen=True, kw_only=True):
    """A word of the main menu."""

    label: str
    key: str  # after "g"
    groups: tuple[Group, ...]

    def entries(self) -> Iterator[Entry]:
        """Yield the pages of all groups."""
        for group in self.groups:
            yield from group.entries


class Shown(Record, frozen=True, kw_only=True):
    """A link of the menu, as displayed."""

    path: str
    label: str
    here: bool
    key: str = ""


class ShownGroup(Record, frozen=True, kw_only=True):
    """A group of links, as displayed."""

    label: str
    entries: tuple[Shown, ...]


def _section(label: str, key: str, *groups: Group) -> Section:
    return Section(label=label, key=key, groups=groups)


def _group(label: str, *entries: Entry) -> Group:
    return Group(label=label, entries=entries)


HOME = _section(marked("Home"), "h", _group("", Entry(path="/", label=marked("Home"), right="see")))

SECTIONS = (
    HOME,
    _section(
        marked("Alerts"),
        "q",
        _group(
            "",
            Entry(path="/queue", label=marked("Queue"), right="see", below=("/alerts",)),
            Entry(path="/screen", label=marked("Upload"), right="see"),
            Entry(path="/bulk-decisions", label=marked("Bulk decisions"), right="see"),
            Entry(path="/overview", label=marked("Overview"), right="overview"),
        ),
        _group(
            marked("Fewer false positives"),
            Entry(path="/rules", label=marked("Rules"), right="see"),
            Entry(path="/suppressions", label=marked("Suppressions"), right="see"),
            Entry(path="/ranker", label=marked("Ranking model"), right="decide"),
        ),
    ),
    _section(
        marked("Cases"),
        "c",
        _group("", Entry(path="/cases", label=marked("Cases"), right="see")),
    ),
    _section(
        marked("Parties"),
        "p",
        _group(
            "",
            Entry(path="/parties", label=marked("Parties"), right="see", below=("/lists",)),
            Entry(path="/network", label=marked("Network"), right="see"),
            Entry(path="/flows", label=marked("Trade flows"), right="see"),
        ),
    ),
    _section(
        pmarked("subject", "Law"),
        "l",
        _group(
            marked("Look up"),
            Entry(path="/law", label=marked("Check legal status"), right="see"),
            Entry(path="/substances", label=marked("Substances"), right="see"),
            Entry(path="/law/compare", label=marked("Compare"), right="see"),
        ),
        _group(
            marked("Legal texts"),
            Entry(path="/law/changes", label=marked("Changes"), right="see"),
            Entry(path="/law/regimes", label=marked("Legal instruments"), right="see"),
            Entry(path="/law/classes", label=marked("Class rules"), right="see"),
        ),
    ),
    _section(
        marked("Exchange"),
        "e",
        _group(
            marked("Messages"),
            Entry(path="/notices", label=marked("Pre-export notifications"), right="exchange"),
            Entry(path="/incidents", label=marked("Incidents"), right="exchange"),
            Entry(path="/requests", label=marked("Requests"), right="exchange"),
            Entry(path="/joint", label=marked("Joint cases"), right="exchange"),
            Entry(path="/recalls", label=marked("Recalls"), right="exchange"),
        ),
        _group(
            marked("Trust"),
            Entry(path="/peers", label=marked("Peers"), right="exchange"),
            Entry(path="/groups", label=marked("Groups"), right="exchange"),
            Entry(path="/register", label=marked("Register"), right="exchange"),
            Entry(path="/private", label=marked("Private questions"), right="exchange"),
            Entry(path="/feeds", label=marked("Feeds"), right="exchange", below=("/taxii2",)),
        ),
        _group(
            marked("Coalition"),
            Entry(path="/coalition", label=marked("Dashboard"), right="exchange"),
            Entry(path="/coalition/members", label=marked("Members"), right="exchange"),
            Entry(path="/coalition/commitments", label=marked("Commitments"), right="exchange"),
            Entry(path="/coalition/timeline", label=marked("Timeline"), right="exchange"),
        ),
    ),
    _section(
        marked("Statistics"),
        "s",
        _group(
            marked("Overdose deaths"),
            Entry(path="/burden", label=marked("Trends"), right="see"),
            Entry(path="/burden/drugs", label=marked("Drugs"), right="see"),
            Entry(path="/burden/map", label=marked("Map"), right="see"),
            Entry(path="/burden/ages", label=marked("Ages"), right="see"),
            Entry(path="/burden/changes", label=marked("Changes"), right="see"),
            Entry(path="/burden/events", label=marked("Event cards"), right="see"),
            Entry(path="/burden/claims", label=marked("Check claims"), right="see"),
        ),
    ),
)

SETTINGS = _section(
    marked("Settings"),
    "",
    _group("", Entry(path="/account", label=marked("My account"), right="see")),
    _group(
        marked("Administration"),
        Entry(path="/accounts", label=marked("Accounts"), right="vouch"),
        Entry(path="/webhooks", label=marked("Webhooks"), right="administer"),
        Entry(path="/plugins", label=marked("Plug-ins"), right="administer"),
        Entry(path="/audit", label=marked("Audit log"), right="audit"),
    ),
)


def menu_for(rights: Collection[Right], path: str) -> tuple[Shown, ...]:
    """Return the main menu for a user's rights and the current address."""
    at = _section_at(path)
    found = []
    for section in SECTIONS:
        first = next((each for each in section.entries() if each.right in rights), None)
        if first:
            label, here = words(section.label), section is at
            found.append(Shown(path=first.path, label=label, here=here, key=section.key))
    return tuple(found)


def pages_at(rights: Collection[Right], path: str) -> tuple[ShownGroup, ...]:
    """Return the pages of the current section; () if it has no second one for these rights."""
    section = _section_at(path)
    groups = _shown(section, rights, path) if section else ()
    return groups if sum(len(each.entries) for each in groups) > 1 else ()


def settings_for(rights: Collection[Right], path: str) -> tuple[ShownGroup, ...]:
    """Return the pages of the account menu."""
    return _shown(SETTINGS, rights, path)


def _shown(section: Section, rights: Collection[Right], path: str) -> tuple[ShownGroup, ...]:
    at = closest(section.entries(), path)
    groups = (
        ShownGroup(
            label=words(group.label) if group.label else "",
            entries=tuple(
                Shown(path=each.path, label=words(each.label), here=each is at)
                for each in group.entries
                if each.right in rights
            ),
        )
        for group in section.groups
    )
    return tuple(group for group in groups if group.entries)


def _section_at(path: str) -> Section | None:
    at = closest((each for section in _all() for each in section.entries()), path)
    return next((each for each in _all() if at in each.entries()), None) if at else None


def _all() -> tuple[Section, ...]:
    return (*SECTIONS, SETTINGS)


def closest(entries: Iterator[Entry], path: str) -> Entry | None:
    """Return the page whose address contains a path, the longest if several do; None: none."""
    found = [(length, each) for each in entries if (length := _shared(each, path))]
    return max(found, key=lambda each: each[0])[1] if found else None


def _shared(entry: Entry, path: str) -> int:
    """Return the length of the entry's address that contains a path; 0: none does."""
    addresses = (entry.path, *entry.below)
    return max((len(each) for each in addresses if _contains(each, path)), default=0)


def _contains(address: str, path: str) -> bool:
    return path == address or (address != "/" and path.startswith(f"{address}/"))
