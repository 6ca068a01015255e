"""Records of the watchers: what a source published, and what of it our data do not hold."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

import msgspec

from tidewaiter.base.records import Record

Kind = Literal["amendment", "proposal", "correction"]
Standing = Literal["new", "amendments", "sources", "edition"]
"""How the registry knows a document: not at all, by a row of `amendments`, by a source that cites
it, or because its day is not after the edition that was read in full.
"""


class Answer(msgspec.Struct, frozen=True):
    """Base of what a source answers: fields that are not read may come and go."""


class Published(Record, frozen=True, kw_only=True):
    """A document, or a version of a text, that a source tells of."""

    cite: str
    title: str
    url: str
    kind: Kind
    published: date | None = None
    in_force: date | None = None  # first day in force; None: not told
    touches: tuple[str, ...] = ()  # the parts of the law; empty: not told
    numbers: tuple[str, ...] = ()  # texts, each of which cites it; empty: a version, without number


class Watched(Record, frozen=True, kw_only=True):
    """An instrument, and the parts of an answer that concern it."""

    slug: str
    parts: tuple[str, ...] = ()  # as in `Published.touches`, or their beginning; empty: all
    since: date | None = None  # the day from which changes are told, where no edition is known


class Watch(Record, frozen=True, kw_only=True):
    """A question to a source, from `sources.toml`."""

    name: str  # also the name of the file that holds its answer
    reader: str  # key of `readers.READERS`
    question: Mapping[str, str]
    instruments: tuple[Watched, ...]


class WatchFile(Record, frozen=True, kw_only=True):
    """The file `sources.toml`."""

    watches: tuple[Watch, ...]


class Reader(Record, frozen=True, kw_only=True):
    """A format of answers."""

    url: Callable[[Mapping[str, str]], str]  # address that answers a question
    read: Callable[[bytes, str], list[Published]]  # an answer, and its name for error messages
    suffix: str


class Finding(Record, frozen=True, kw_only=True):
    """A document that concerns an instrument."""

    instrument: str
    cite: str
    kind: Kind
    published: date | None
    in_force: date | None
    title: str
    url: str
    touches: tuple[str, ...]
    standing: Standing
    held: tuple[str, ...] = ()  # substances that its title names, with our schedule: "4-cmc (I)"

    @property
    def is_new(self) -> bool:
        """Return whether the registry knows nothing of it."""
        return self.standing == "new"


class WatchError(Exception):
    """An answer that cannot be had or read: what is wrong, where, and what to do."""

    def __init__(self, what: str, *, at: str, hint: str) -> None:
        super().__init__(f"{at}: {what}\nhint: {hint}")
        self.what = what
        self.at = at
        self.hint = hint
