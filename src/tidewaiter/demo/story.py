"""Stories: who does what on which day; read from data/scenarios, without a node in sight."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.incidents.types import Kind

Does = Literal[
    "meets",
    "invites",
    "freezes",
    "thaws",
    "writes",
    "forms",
    "lists",
    "tells",
    "promises",
    "reports",
    "answers",
]


class Player(Record, frozen=True, kw_only=True):
    """A node of a story, and whom it speaks for."""

    key: str
    name: str
    country: str  # of the codes that ISO 3166-1 leaves to users
    office: str
    firm: str  # that trades there
    entry_point: str


class Act(Record, frozen=True, kw_only=True):
    """Something that a node does on a day."""

    day: date
    does: Does
    who: str
    whom: tuple[str, ...] = ()
    says: str = ""  # the reason, the text, or what is promised
    ending: str = ""  # in which alone it happens; "": in all
    ref: str = ""  # of an incident, a group or a promise
    group: str = ""  # that an incident is for
    kind: Kind = "seizure"
    title: str = ""
    account: str = ""
    substance: str = ""  # slug of the registry
    kg: int = 0
    party: str = ""
    basis: str = ""
    changed: str = ""  # by a later version
    unit: str = ""
    target: int = 0
    value: int = 0
    due: date | None = None


class Trade(Record, frozen=True, kw_only=True):
    """Exports of one substance, one after another, each with its notice."""

    exporter: str
    importer: str
    name: str
    hs: str
    cas: str
    kg: int
    first: date
    last: date
    every: int  # days
    answers: tuple[int, ...]  # days after which each is answered, again from the first; 0: never


class Story(Record, frozen=True, kw_only=True):
    """A story as its file tells it."""

    version: str
    title: str
    begins: date
    ends: date
    board: str  # whose board is shown at the end
    endings: Mapping[str, str]
    node: tuple[Player, ...]
    act: tuple[Act, ...]
    trade: tuple[Trade, ...]

    def player(self, key: str) -> Player:
        """Return a node of the story.

        Raises:
            InputError: There is none of that name.
        """
        found = next((each for each in self.node if each.key == key), None)
        if found is None:
            raise InputError("demo/no-such-node", key=key)
        return found


class Sending(Record, frozen=True, kw_only=True):
    """A notice that is sent on a day."""

    day: date
    reference: str
    trade: Trade


class Answering(Record, frozen=True, kw_only=True):
    """A notice that is answered on a day, where it has come by then."""

    day: date
    reference: str
    trade: Trade


Deed = Act | Sending | Answering


def load_story(name: str) -> Story:
    """Load a story that travels with the package.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("scenarios", f"{name}.toml"), Story)


def days_of(story: Story, ending: str) -> list[tuple[date, tuple[Deed, ...]]]:
    """Return the days on which something happens, and what; what comes to answer stands first.

    Raises:
        InputError: The story has no such ending.
    """
    if ending not in story.endings:
        raise InputError("demo/no-such-ending", ending=ending, endings=", ".join(story.endings))
    found: dict[date, list[Deed]] = {}
    for each in story.act:
        if each.ending in {"", ending}:
            found.setdefault(each.day, []).append(each)
    for deed in _dealings(story):
        found.setdefault(deed.day, []).append(deed)
    return [(day, tuple(found[day])) for day in sorted(found) if day <= story.ends]


def _dealings(story: Story) -> Iterator[Deed]:
    for trade in story.trade:
        day, number = trade.first, 0
        while day <= trade.last:
            number += 1
            country = story.player(trade.exporter).country
            to = story.player(trade.importer).country
            reference = f"{country}-{to}-{trade.cas.partition('-')[0]}-{number}"
            yield Sending(day=day, reference=reference, trade=trade)
            wait = trade.answers[(number - 1) % len(trade.answers)]
            if wait:
                yield Answering(day=day + timedelta(days=wait), reference=reference, trade=trade)
            day += timedelta(days=trade.every)
