"""Stories: who does what on which day, from data/scenarios; without running nodes."""

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
    """A story node and its authority."""

    key: str
    name: str
    country: str  # user-assigned ISO 3166-1 code
    office: str
    firm: str  # company trading there
    entry_point: str


class Act(Record, frozen=True, kw_only=True):
    """An action of a node on a day."""

    day: date
    does: Does
    who: str
    whom: tuple[str, ...] = ()
    says: str = ""  # reason, text, or commitment
    ending: str = ""  # only in this ending; "": all
    ref: str = ""  # of an incident, group or commitment
    group: str = ""  # group of an incident
    kind: Kind = "seizure"
    title: str = ""
    account: str = ""
    substance: str = ""  # slug of the registry
    kg: int = 0
    party: str = ""
    basis: str = ""
    changed: str = ""  # change in a later version
    unit: str = ""
    target: int = 0
    value: int = 0
    due: date | None = None


class Trade(Record, frozen=True, kw_only=True):
    """A series of exports of one substance, each with its notice."""

    exporter: str
    importer: str
    name: str
    hs: str
    cas: str
    kg: int
    first: date
    last: date
    every: int  # days
    answers: tuple[int, ...]  # days until each answer, cycled; 0: never


class Story(Record, frozen=True, kw_only=True):
    """A story, as in its file."""

    version: str
    title: str
    begins: date
    ends: date
    board: str  # node of the dashboard shown at the end
    endings: Mapping[str, str]
    node: tuple[Player, ...]
    act: tuple[Act, ...]
    trade: tuple[Trade, ...]

    def player(self, key: str) -> Player:
        """Return a node of the story.

        Raises:
            InputError: No node has that name.
        """
        found = next((each for each in self.node if each.key == key), None)
        if found is None:
            raise InputError("demo/no-such-node", key=key)
        return found


class Sending(Record, frozen=True, kw_only=True):
    """A notice sent on a day."""

    day: date
    reference: str
    trade: Trade


class Answering(Record, frozen=True, kw_only=True):
    """An answer to a notice on a day, if it has arrived."""

    day: date
    reference: str
    trade: Trade


Deed = Act | Sending | Answering


def load_story(name: str) -> Story:
    """Load a bundled story.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("scenarios", f"{name}.toml"), Story)


def days_of(story: Story, ending: str) -> list[tuple[date, tuple[Deed, ...]]]:
    """Return the days with actions; answers come first.

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
