"""Errors that a user can correct, each a code with values; the command for an optional extra.

Messages are in data/errors, one file per package: `InputError("base/not-a-quantity", text=text)`
is `not-a-quantity` in data/errors/base.toml. They are rendered where they are shown.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Self

AS_REPORTED = "base/as-reported"
"""Code of a message reported by a library, a peer or a plug-in."""


class TidewaiterError(Exception):
    """An error that a user can correct: what is wrong, where, and what to do.

    Args:
        code: Package and name of an entry in data/errors.
        at: Place: a file and its row, a field.
        values: Parameters of the message; other types than text and number are converted to
            text, so that an error can be stored and passed to another process.
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
        """Return an error with a message from another system, as reported."""
        return cls(AS_REPORTED, at=at, text=text, hint=hint)

    @classmethod
    def like(cls, other: "TidewaiterError", *, at: str = "") -> Self:
        """Return an error of this class with the message of another one, at another place."""
        return cls(other.code, at=at, **other.values)

    def placed(self, at: str) -> Self:
        """Return this error at another place."""
        return self.like(self, at=at)

    @property
    def message(self) -> str:
        """What is wrong, in English; for an unknown code, the code."""
        return template_of(self.code)["says"].format_map(self.values)

    @property
    def hint(self) -> str:
        """What to do, in English; "": no hint."""
        return template_of(self.code).get("hint", "").format_map(self.values)

    def __str__(self) -> str:
        """Return the place and the message; the hint is printed on a separate line."""
        first = f"{self.at}: {self.message}" if self.at else self.message
        return f"{first}\nhint: {self.hint}" if self.hint else first

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling, independent of the constructor."""
        return _made, (type(self), self.__dict__)


class InputError(TidewaiterError):
    """An invalid value in a file, a form or a message."""


class RegistryError(TidewaiterError):
    """A facts file (substances, rules, regimes) that is inconsistent or does not fit its record."""


class StoreError(TidewaiterError):
    """A database that cannot be used in its current state."""


class MissingError(TidewaiterError):
    """Not found, or not visible to the requester; the two cases look the same on purpose."""


class ConflictError(TidewaiterError):
    """A change based on data that a colleague has changed since."""


class OutputError(TidewaiterError):
    """A file that cannot be written: no space, no permission, or in use by another process."""


class FetchError(TidewaiterError):
    """A failed download: no network, file not found, or connection refused or interrupted."""


class PluginError(TidewaiterError):
    """A third-party plug-in that cannot be loaded, or raised an error."""


def template_of(code: str) -> Mapping[str, str]:
    """Return the message template of an error, `says` and optionally `hint`.

    A plug-in may use an unknown code: then the message is the code.
    """
    return entry_of(code) or {"says": code.replace("{", "{{").replace("}", "}}")}


def entry_of(code: str) -> Mapping[str, str] | None:
    """Return the entry of a code in data/errors; None: unknown."""
    room, _, name = code.partition("/")
    return entries_of(room).get(name) if room.isidentifier() else None


@cache
def entries_of(room: str) -> Mapping[str, Mapping[str, str]]:
    """Return the message templates of a package by name; empty if it has none."""
    file = files("tidewaiter").joinpath("data", "errors", f"{room}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _made(kind: type[TidewaiterError], state: Mapping[str, Any]) -> TidewaiterError:
    made = kind.__new__(kind, state["code"])
    made.__dict__.update(state)
    return made


def _kept(value: object) -> str | float:
    if isinstance(value, str | int | float):
        return value
    # NumPy integers are not int, but are formatted with thousands separators too.
    return value.__index__() if hasattr(value, "__index__") else str(value)


def install_command(extra: str) -> str:
    """Return the command that installs an extra ("chem"), for a hint.

    It installs from a checkout and never by our name from a package index: no release of ours is
    published there, so a package squatting on the name would be installed instead.
    """
    return f"in a checkout of Tidewaiter: pip install '.[{extra}]'"
