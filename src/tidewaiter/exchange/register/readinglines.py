"""Reading a register from JSON Lines: an entry a line, of any kind."""

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.register.checks import check
from tidewaiter.exchange.register.reading import HINT, RegisterFile
from tidewaiter.exchange.register.types import Entry
from tidewaiter.parties.readers.tables import decode
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, refused
from tidewaiter.substances.registry import Registry


def read_lines(file: ListFile, registry: Registry) -> RegisterFile:
    """Read entries of any kinds, one a line.

    Args:
        file: JSON Lines; each object names its kind by "type".
        registry: That knows substances, by slug.

    Raises:
        InputError: It is empty, or no text.
    """
    entries: list[Entry] = []
    bad: list[EntryRefusal] = []
    lines = [each for each in enumerate(decode(file).splitlines(), 1) if each[1].strip()]
    for number, line in lines:
        try:
            entries.append(_entry(line, registry))
        except InputError as error:
            place = ", ".join(filter(None, (f"row {number}", error.at)))
            bad.append(refused(file.name, place, line, error.message, error.hint))
    return RegisterFile(kind="entry", rows=len(lines), entries=tuple(entries), refused=tuple(bad))


def _entry(line: str, registry: Registry) -> Entry:
    try:
        entry: Entry = msgspec.json.decode(line, type=Entry)
    except msgspec.DecodeError as error:
        raise InputError(str(error), hint=HINT) from error
    for problem in check(entry, registry):
        raise InputError(problem.text, at=problem.at, hint=problem.hint)
    return entry
