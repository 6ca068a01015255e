"""Errors that a user can correct, each a code with values, and how an optional extra is installed.

What an error says stands in data/errors, a file for each room: `InputError("base/not-a-quantity",
text=text)` is `not-a-quantity` of data/errors/base.toml. The words are made where they are shown.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Self

AS_REPORTED = "base/as-reported"
"""The code of what a library, a peer or a plug-in says in words of its own."""


class TidewaiterError(Exception):
    """Something a user can mend: what is wrong, where, and what would do.

    Args:
        code: The room and the name of an entry in data/errors.
        at: The place: a file and its row, a field.
        values: What the words of the entry are filled with; what is neither text nor number is
            kept as its text, so that an error can be stored and handed to another process.
    """

    code: str
    at: str
    values: Mapping[str, str | float]

    def __init__(self, code: str, /, *, at: str = "", **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.at = at
        self.values = {name: _kept(value) for name, value in values.items()}

    @classmethod
    def from_words(cls, text: str, *, at: str = "", hint: str = "") -> Self:
        """Return an error in words that are not ours, as they were reported."""
        return cls(AS_REPORTED, at=at, text=text, hint=hint)

    @classmethod
    def like(cls, other: "TidewaiterError", *, at: str = "") -> Self:
        """Return an error of this class that says what another does, of another place."""
        return cls(other.code, at=at, **other.values)

    def placed(self, at: str) -> Self:
        """Return this error, of another place."""
        return self.like(self, at=at)

    @property
    def message(self) -> str:
        """What is wrong, in English; of a code that is not known, the code."""
        return template_of(self.code)["says"].format_map(self.values)

    @property
    def hint(self) -> str:
        """What would do, in English; "": nothing is known that would."""
        return template_of(self.code).get("hint", "").format_map(self.values)

    def __str__(self) -> str:
        """Return the place and the message; the hint is a line of its own."""
        first = f"{self.at}: {self.message}" if self.at else self.message
        return f"{first}\nhint: {self.hint}" if self.hint else first

    def __reduce__(self) -> tuple[Any, ...]:
        """Hand it to another process, whatever its class is made from."""
        return _made, (type(self), self.__dict__)


class InputError(TidewaiterError):
    """A value in a file, a form or a message that cannot be read."""


class RegistryError(TidewaiterError):
    """A file of facts (substances, rules, regimes) that contradicts itself or its record."""


class StoreError(TidewaiterError):
    """A database that cannot be used as it is."""


class MissingError(TidewaiterError):
    """Something that is asked for and is not there, or not for whoever asks: which, is not told."""


class ConflictError(TidewaiterError):
    """A change that rests on what another has changed since."""


class OutputError(TidewaiterError):
    """A file that cannot be written: no space, no right, or another process is writing it."""


class FetchError(TidewaiterError):
    """A download that failed: no network, no such file, or a server that refuses or cuts it."""


class PluginError(TidewaiterError):
    """A plug-in of another package that cannot be loaded, or failed at its work."""


def template_of(code: str) -> Mapping[str, str]:
    """Return what an error says, `says` and perhaps `hint`, with slots for its values.

    A plug-in may know a code that we do not: then the code is all that is said.
    """
    room, _, name = code.partition("/")
    found = entries_of(room).get(name) if room.isidentifier() else None
    return found or {"says": code.replace("{", "{{").replace("}", "}}")}


@cache
def entries_of(room: str) -> Mapping[str, Mapping[str, str]]:
    """Return what the errors of a room say, by name; of a room that has none, nothing."""
    file = files("tidewaiter").joinpath("data", "errors", f"{room}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _made(kind: type[TidewaiterError], state: Mapping[str, Any]) -> TidewaiterError:
    made = kind.__new__(kind, state["code"])
    made.__dict__.update(state)
    return made


def _kept(value: object) -> str | float:
    if isinstance(value, str | int | float):
        return value
    # A count of numpy is no int of Python, and is written with commas like one.
    return value.__index__() if hasattr(value, "__index__") else str(value)


def install_command(extra: str) -> str:
    """Return the command that installs an extra ("chem"), for a hint.

    It installs from a checkout and never by our name from a package index: no release of ours is
    there, so whoever took the name would be installed instead.
    """
    return f"in a checkout of Tidewaiter: pip install '.[{extra}]'"
