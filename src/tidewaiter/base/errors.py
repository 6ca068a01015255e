"""Errors that a user can correct, and the command that installs an optional extra."""


class TidewaiterError(Exception):
    """An error that a user can correct: what is wrong, where, and what to do."""

    def __init__(self, message: str, *, at: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint

    def __str__(self) -> str:
        """Return the place and the message; the hint is printed on a separate line."""
        first = f"{self.at}: {self.message}" if self.at else self.message
        return f"{first}\nhint: {self.hint}" if self.hint else first


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


def install_command(extra: str) -> str:
    """Return the command that installs an extra ("chem"), for a hint.

    It installs from a checkout and never by our name from a package index: no release of ours is
    published there, so a package squatting on the name would be installed instead.
    """
    return f"in a checkout of Tidewaiter: pip install '.[{extra}]'"
