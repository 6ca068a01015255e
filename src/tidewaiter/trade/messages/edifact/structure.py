"""The structure of messages: which group a segment belongs to, by data/messages/edifact.toml."""

from collections.abc import Mapping
from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class Group(Record, frozen=True, kw_only=True):
    """One group of segments."""

    of: str  # message, consignment, line; "": its segments are kept
    holds: str  # tags; with ">": it opens a group of its own


class Message(Record, frozen=True, kw_only=True):
    """One type of message."""

    title: str
    line: tuple[str, ...]  # groups that are a line each
    groups: dict[str, Group]  # by the segments that open it
    also: Mapping[str, str] = {}  # other types of the same structure, and their titles
    early: bool = False  # nothing after a line tells of it
    declared: bool = False  # its own number names the consignment, not that of a bill
    containers: bool = False  # those of the message are of each of its lines that names none
    ships: bool = False  # what carries the goods is a ship, where the message does not say it


class Codes(Record, frozen=True, kw_only=True):
    """What codes of the lists mean here."""

    party: dict[str, str]
    place: dict[str, str]
    measure: dict[str, str]
    other_unit: tuple[str, ...]  # units that no mass has
    bill: tuple[str, ...]
    licence: tuple[str, ...]
    document: tuple[str, ...]
    day: dict[str, str]
    money: tuple[str, ...]
    tariff: tuple[str, ...]
    procedure: tuple[str, ...]
    goods: tuple[str, ...]
    commercial: tuple[str, ...]
    ship: tuple[str, ...]
    sign: tuple[str, ...]
    voyage: tuple[str, ...]


class Tables(Record, frozen=True, kw_only=True):
    """The file."""

    source: str
    messages: dict[str, Message]
    empty: dict[str, str]  # types that tell of no goods, and what they tell
    codes: Codes


class Step(Record, frozen=True, kw_only=True):
    """Where one segment stands."""

    group: str  # that it belongs to, as the file names it
    of: str
    owner: str  # whose bag it goes into: line, consignment, message
    line: bool  # it begins a line
    opens: bool  # it is the first of the group
    held: bool  # the group has it; else it is one too many, and the place stays


@cache
def load_tables() -> Tables:
    """Load the file."""
    return read_toml(data("messages", "edifact.toml"), Tables)


@cache
def message_of(kind: str) -> Message | None:
    """Find a type of message; None: it has no goods, or is not known."""
    messages = load_tables().messages
    return messages.get(kind) or next((m for m in messages.values() if kind in m.also), None)


class Places:
    """Walks through a message: each step is looked up once, and remembered."""

    def __init__(self, message: Message) -> None:
        """Take the type of message."""
        self._groups: Mapping[str, Group] = message.groups
        self._lines = message.line
        self._holds = {name: frozenset(group.holds.split()) for name, group in self._groups.items()}
        self._steps: dict[tuple[str, str], Step] = {}

    def step(self, group: str, tag: str) -> Step:
        """Tell where a segment stands that follows one of a group.

        The group itself is asked first, then the one around it, and so on: so segments stand in
        the right place in any order that the directory allows, and in most others.
        """
        key = (group, tag)
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = self._find(group, tag)
        return found

    def _find(self, group: str, tag: str) -> Step:
        around = group
        while True:
            if not around and self._is_too_late(group, tag):
                return self._made(group, opens=False, held=False)
            holds = self._holds[around]
            if f"{tag}>" in holds:
                return self._made(f"{around} {tag}".strip(), opens=True)
            if tag in holds:
                return self._made(around, opens=False)
            if not around:
                return self._made(group, opens=False, held=False)
            around = around.rpartition(" ")[0]

    def _is_too_late(self, group: str, tag: str) -> bool:
        """Tell whether a segment of the message's head stands below a consignment or a line.

        It is told of these: if it ended them, the goods that follow would be of nobody.
        """
        outer = group.partition(" ")[0]
        if not outer or self._groups[outer].of not in {"consignment", "line"}:
            return False
        order = self._groups[""].holds.split()
        return tag in order and order.index(tag) < order.index(f"{outer}>")

    def _made(self, group: str, *, opens: bool, held: bool = True) -> Step:
        in_line = any(group == line or group.startswith(f"{line} ") for line in self._lines)
        outer = self._groups.get(group.partition(" ")[0])
        inside = outer is not None and outer.of == "consignment"
        return Step(
            group=group,
            of=self._groups[group].of,
            opens=opens,
            held=held,
            owner="line" if in_line else "consignment" if inside else "message",
            line=opens and group in self._lines,
        )
