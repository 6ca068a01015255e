"""Read SDF files record by record: the molfile, and the data items behind it."""

import re
from collections.abc import Iterator
from pathlib import Path

from tidewaiter.substances.structure.lines import open_text, whole_lines
from tidewaiter.substances.structure.read import parse_structure
from tidewaiter.substances.structure.types import Entry, Structure, StructureError

_ITEM = re.compile(r">.*?<([^>]+)>")
_KEPT = 5_000_000  # characters of one record; what is beyond is passed over, and said


def read_sdf(path: Path) -> Iterator[Entry]:
    """Read an SDF file, or a single molfile.

    Yields:
        One entry a record, also where it is empty; the title is its id. Blank lines behind the
        last record are none.
    """
    with open_text(path) as file:
        for number, (first, lines, cut) in enumerate(_records(whole_lines(file)), 1):
            yield _entry(f"{path.name}, record {number} (line {first})", lines, cut=cut)


def _records(lines: Iterator[str]) -> Iterator[tuple[int, list[str], bool]]:
    """Split lines at $$$$: the number of a record's first line, its lines, and if it was cut."""
    first, size, kept = 1, 0, list[str]()
    cut = False
    for number, line in enumerate(lines, 1):
        if line.startswith("$$$$"):
            yield first, kept, cut
            first, size, kept, cut = number + 1, 0, [], False
            continue
        size += len(line) + 1
        if size > _KEPT:
            cut = True
        else:
            kept.append(line)
    if any(line.strip() for line in kept):
        yield first, kept, cut


def _entry(place: str, lines: list[str], *, cut: bool) -> Entry:
    end = next((at for at, line in enumerate(lines) if line.startswith("M  END")), None)
    block = lines if end is None else lines[: end + 1]
    items = _items(lines[len(block) :])
    title = lines[0].strip() if lines else ""
    return Entry(place, title, _found(place, block, cut=cut, ended=end is not None), items)


def _found(place: str, block: list[str], *, cut: bool, ended: bool) -> Structure | StructureError:
    hint = "write the record anew with a chemical editor"
    if not any(line.strip() for line in block):
        return StructureError("the record is empty", at=place, hint=hint)
    if cut or not ended:
        why = f"is longer than {_KEPT:,} characters" if cut else "has no end (M  END)"
        return StructureError(f"the record {why}", at=place, hint=hint)
    try:
        return parse_structure("\n".join(block) + "\n", "molfile", at=place)
    except StructureError as error:
        return error


def _items(lines: list[str]) -> dict[str, str]:
    """Read the data items: a header like "> <NAME>", lines, a blank line.

    Source:
        CTFile formats, 2020, chapter SDfiles.
    """
    items: dict[str, list[str]] = {}
    values: list[str] | None = None
    for line in lines:
        header = _ITEM.match(line)
        if header is not None and values is None:
            values = items.setdefault(header[1], [])
        elif not line.strip():
            values = None
        elif values is not None:
            values.append(line)
    return {name: "\n".join(found) for name, found in items.items()}
