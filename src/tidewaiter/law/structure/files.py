"""Read the structures of a file one by one: SMILES, SDF, molfiles and tables."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from tidewaiter.law.structure.parsing import parse_structure
from tidewaiter.law.structure.types import Columns, Entry, Structure, StructureError

MOST_LINE = 1_000_000  # characters; no line of a structure is as long


def open_text(path: Path) -> TextIO:
    """Open a text file by its byte order mark, else as UTF-8; no byte stops it.

    Bytes that are no UTF-8 arrive as surrogates, which `whole_lines` mends.
    """
    with path.open("rb") as file:
        mark = file.read(2)
    if mark in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return path.open(encoding="utf-16", errors="replace")
    return path.open(encoding="utf-8-sig", errors="surrogateescape")


def whole_lines(file: TextIO) -> Iterator[str]:
    """Read lines, without their ends; of an overlong one only the first million characters.

    A line with bytes that are no UTF-8 is read as Latin-1.
    """
    while line := file.readline(MOST_LINE):
        rest = line
        while not rest.endswith("\n") and (rest := file.readline(MOST_LINE)):
            pass  # passed over: it is too long to be a structure, which is said of its beginning
        text = line.removesuffix("\n")
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-8", "surrogateescape").decode("latin-1")
        yield text


# In this order they are asked for the structure: what is drawn is surer than what is named.
_TITLES: dict[str, tuple[str, ...]] = {
    "structure": (),  # in whatever form; never guessed
    "smiles": ("smiles", "canonicalsmiles", "isomericsmiles", "smi", "structure"),
    "inchi": ("inchi", "standardinchi", "stdinchi"),
    "name": ("name", "iupacname", "systematicname", "chemicalname", "preferredname"),
    "id": ("id", "identifier", "compoundid", "code", "cas", "casnumber", "casrn"),
}
_FORMS = ("structure", "smiles", "inchi", "name")


def read_table(path: Path, columns: Columns) -> Iterator[Entry]:
    """Read a CSV file with a header; the sign between columns is seen from it.

    Of a row the column "structure" is read, where the caller names one, or else the SMILES, the
    InChI or the name. Row 1 is the header.

    Raises:
        StructureError: There is no header, or it names no column of structures.
    """
    with open_text(path) as file:
        lines = whole_lines(file)
        header = next(lines, "")
        sign = max(",;\t|", key=header.count)
        titles = next(csv.reader([header], delimiter=sign), [])
        places = _places(titles, columns, path.name)
        yield from _rows(lines, sign, titles, places, path.name)


def _rows(
    lines: Iterator[str], sign: str, titles: Sequence[str], places: dict[str, int], file: str
) -> Iterator[Entry]:
    reader = csv.reader((line + "\n" for line in lines), delimiter=sign)
    row = 1
    while True:
        row += 1
        place = f"{file}, row {row}"
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Entry(place, "", StructureError("law/row-unreadable", error=error, at=place))
            reader = csv.reader((line + "\n" for line in lines), delimiter=sign)
            continue
        if any(field.strip() for field in fields):
            yield _table_entry(fields, titles, places, place)


def _table_entry(
    fields: Sequence[str], titles: Sequence[str], places: dict[str, int], place: str
) -> Entry:
    got = {kind: fields[at].strip() for kind, at in places.items() if at < len(fields)}
    others = {
        title: field
        for at, (title, field) in enumerate(zip(titles, fields, strict=False))
        if at not in places.values()
    }
    form = next((form for form in _FORMS if got.get(form)), "")
    return Entry(
        place, got.get("id") or _label(got, form), _table_structure(got, form, place), others
    )


def _table_structure(got: dict[str, str], form: str, place: str) -> Structure | StructureError:
    try:
        known = "auto" if form in {"", "structure"} else form
        return parse_structure(got.get(form, ""), known, at=place)
    except StructureError as error:
        return error


def _label(got: dict[str, str], form: str) -> str:
    """Return the name of a row without an id, where it is not what was read."""
    return "" if form == "name" else got.get("name", "")


def _places(titles: Sequence[str], columns: Columns, file: str) -> dict[str, int]:
    """Find the place of each column that holds something of ours."""
    places: dict[str, int] = {}
    for kind, known in _TITLES.items():
        asked = getattr(columns, kind)
        if asked is not None and asked not in titles:
            raise StructureError(
                "law/no-such-column", asked=asked, titles=", ".join(titles), at=file
            )
        plain = ["".join(filter(str.isalnum, title.lower())) for title in titles]
        found = next((plain.index(title) for title in known if title in plain), None)
        at = titles.index(asked) if asked is not None else found
        if at is not None:
            places[kind] = at
    if not places.keys() & set(_FORMS):
        raise StructureError("law/no-structure-column", at=file)
    return places


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
            yield _sdf_entry(f"{path.name}, record {number} (line {first})", lines, cut=cut)


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


def _sdf_entry(place: str, lines: list[str], *, cut: bool) -> Entry:
    end = next((at for at, line in enumerate(lines) if line.startswith("M  END")), None)
    block = lines if end is None else lines[: end + 1]
    items = _items(lines[len(block) :])
    title = lines[0].strip() if lines else ""
    return Entry(place, title, _sdf_structure(place, block, cut=cut, ended=end is not None), items)


def _sdf_structure(
    place: str, block: list[str], *, cut: bool, ended: bool
) -> Structure | StructureError:
    if not any(line.strip() for line in block):
        return StructureError("law/record-empty", at=place)
    if cut or not ended:
        why = f"is longer than {_KEPT:,} characters" if cut else "has no end (M  END)"
        return StructureError("law/record-not-read", why=why, at=place)
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


TABLES = (".csv", ".tsv", ".tab")
"""The endings of tables, which have columns."""

_SMILES_TITLES = {"smiles", "canonical_smiles", "isomeric_smiles"}


def read_structures(path: Path, columns: Columns | None = None) -> Iterator[Entry]:
    """Read a file of structures, in order, in flat memory.

    Every record gives one entry, with its structure or with the error that says why there is
    none. Text is UTF-8 or UTF-16; lines that are neither are read as Latin-1.

    Args:
        path: A file that ends in .smi (a SMILES, blank, a name), .sdf or .mol, or .csv or .tsv.
        columns: Which columns of a table hold what; what is None is guessed.

    Yields:
        One entry a line of .smi that is not blank, a record of .sdf, or a row of a table.

    Raises:
        StructureError: The ending is unknown, or a table has no column of structures.
    """
    ending = path.suffix.lower()
    if ending in {".smi", ".smiles", ".cxsmiles"}:
        yield from _read_smi(path)
    elif ending in {".sdf", ".sd", ".mol"}:
        yield from read_sdf(path)
    elif ending in TABLES:
        yield from read_table(path, columns or Columns())
    else:
        raise StructureError("law/not-a-structure-file", suffix=path.suffix, at=path.name)


def _read_smi(path: Path) -> Iterator[Entry]:
    with open_text(path) as file:
        for number, line in enumerate(whole_lines(file), 1):
            smiles, name = _split(line)
            if not smiles or (number == 1 and smiles.lower() in _SMILES_TITLES):
                continue
            place = f"{path.name}, line {number}"
            try:
                yield Entry(place, name, parse_structure(smiles, "smiles", at=place))
            except StructureError as error:
                yield Entry(place, name, error)


def _split(line: str) -> tuple[str, str]:
    """Split a line into its SMILES, with its extension between bars, and a name."""
    smiles, _, rest = line.strip().replace("\t", " ").partition(" ")
    rest = rest.strip()
    if rest.startswith("|") and "|" in rest[1:]:
        extension, _, rest = rest[1:].partition("|")
        smiles = f"{smiles} |{extension}|"
    return smiles, rest.strip()
