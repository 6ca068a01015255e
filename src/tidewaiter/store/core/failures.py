"""What a database says when it cannot be used, in words that a user can act on."""

from tidewaiter.base.errors import StoreError

LOCKED = ("the database is locked by another process", "wait until it is done, then try again")
READ_ONLY = ("the database is read-only", "give write access to the file and its directory")
FULL = ("there is no space left for the database", "free space on its disk, then try again")
ABSENT = ("the database cannot be opened", "check that its directory exists and may be read")
NO_SERVER = ("the server of the database does not answer", "check host and port, and that it runs")
NO_ENTRY = ("the server of the database refuses the user", "check user, password and rights")

SQLITE = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_FULL": FULL,
    "SQLITE_CANTOPEN": ABSENT,
    "SQLITE_PERM": ABSENT,
    "SQLITE_AUTH": ABSENT,
    "SQLITE_NOTADB": ("the file is not a database", "name another file; a new one is created"),
    "SQLITE_CORRUPT": ("the database is damaged", "restore it from a copy"),
    "SQLITE_IOERR": ("the database cannot be read or written", "check its disk"),
}
"""By the primary name of SQLite's result code."""

POSTGRESQL = {
    "55P03": LOCKED,
    "40001": LOCKED,
    "40P01": LOCKED,
    "25006": ("the database is read-only", "connect to a server that takes changes"),
    "53100": FULL,
    "53300": ("the server has no connection left", "try again later"),
    "3D000": ("the server has no database of that name", "create it with createdb"),
    "3F000": ("the database has no schema to use", "create the schema of the search path"),
    "42501": NO_ENTRY,
    "28": NO_ENTRY,
    "08": NO_SERVER,
    "57P": NO_SERVER,
}
"""By SQLSTATE, whole or its beginning."""


def store_error(error: BaseException, at: str) -> StoreError | None:
    """Say what a driver's error means for the user.

    Args:
        error: As sqlite3 or psycopg raised it.
        at: The database, without a password.

    Returns:
        The error to raise; None where the error is our bug.
    """
    found = _sqlite(error) if hasattr(error, "sqlite_errorname") else _postgresql(error)
    if found is None:
        return None
    message, hint = found
    return StoreError(message, at=at, hint=hint)


def _sqlite(error: BaseException) -> tuple[str, str] | None:
    name = "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])
    return SQLITE.get(name)


def _postgresql(error: BaseException) -> tuple[str, str] | None:
    state = getattr(error, "sqlstate", None)
    if state is None:
        # A connection that never stood has no SQLSTATE, and its cause is in the text alone.
        return _connecting(error) if type(error).__module__.startswith("psycopg") else None
    keys = [key for key in POSTGRESQL if state.startswith(key)]
    return POSTGRESQL[max(keys, key=len)] if keys else None


def _connecting(error: BaseException) -> tuple[str, str] | None:
    if type(error).__name__ not in {"OperationalError", "ConnectionTimeout"}:
        return None
    text = str(error)
    if 'database "' in text and "does not exist" in text:
        return POSTGRESQL["3D000"]
    if "authentication failed" in text or "no password supplied" in text:
        return NO_ENTRY
    return NO_SERVER
