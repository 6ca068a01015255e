"""Errors that a user can correct, and how an optional extra is installed."""


class TidewaiterError(Exception):
    """Something a user can mend: what is wrong, where, and what would do."""

    def __init__(self, message: str, *, at: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint

    def __str__(self) -> str:
        """Return the place and the message; the hint is a line of its own."""
        first = f"{self.at}: {self.message}" if self.at else self.message
        return f"{first}\nhint: {self.hint}" if self.hint else first


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


def install_command(extra: str) -> str:
    """Return the command that installs an extra ("chem"), for a hint.

    It installs from a checkout and never by our name from a package index: no release of ours is
    there, so whoever took the name would be installed instead.
    """
    return f"in a checkout of Tidewaiter: pip install '.[{extra}]'"
