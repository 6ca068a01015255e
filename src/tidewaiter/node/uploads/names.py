"""The name of a file as a stranger gave it, made fit to be kept and shown."""

from pathlib import PurePosixPath

from tidewaiter.report.characters import find_controls

LONGEST = 200
"""Characters of a name that are kept."""

_NAMELESS = "upload"
_SUFFIX = 20  # characters of the longest suffix


def given_name(given: str) -> str:
    """Return the name of a file without its folders and without what hides or reorders text.

    Each character that cannot be seen becomes U+FFFD; a name that is too long loses its middle, so
    that its suffix, which tells the format, stays.
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    hidden = set(find_controls(last))
    plain = "".join("\ufffd" if at in hidden or c in "\t\r\n" else c for at, c in enumerate(last))
    plain = plain.strip().strip(".") if not plain.strip(". ") else plain.strip()
    if len(plain) > LONGEST:
        suffix = "".join(PurePosixPath(plain).suffixes[-2:])[-_SUFFIX:]
        plain = f"{plain[: LONGEST - len(suffix) - 1]}…{suffix}"
    return plain or _NAMELESS
