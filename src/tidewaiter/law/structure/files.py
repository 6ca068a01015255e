"""Read structures from the columns of a CSV file."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from tidewaiter.substances.structure.lines import open_text, whole_lines
from tidewaiter.substances.structure.read import parse_structure
from tidewaiter.substances.structure.types import Columns, Entry, Structure, StructureError

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
            yield Entry(place, "", StructureError(f"the row cannot be read: {error}", at=place))
            reader = csv.reader((line + "\n" for line in lines), delimiter=sign)
            continue
        if any(field.strip() for field in fields):
            yield _entry(fields, titles, places, place)


def _entry(
    fields: Sequence[str], titles: Sequence[str], places: dict[str, int], place: str
) -> Entry:
    got = {kind: fields[at].strip() for kind, at in places.items() if at < len(fields)}
    others = {
        title: field
        for at, (title, field) in enumerate(zip(titles, fields, strict=False))
        if at not in places.values()
    }
    form = next((form for form in _FORMS if got.get(form)), "")
    return Entry(place, got.get("id") or _label(got, form), _found(got, form, place), others)


def _found(got: dict[str, str], form: str, place: str) -> Structure | StructureError:
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
                f'there is no column "{asked}"', at=file, hint=f"it has: {', '.join(titles)}"
            )
        plain = ["".join(filter(str.isalnum, title.lower())) for title in titles]
        found = next((plain.index(title) for title in known if title in plain), None)
        at = titles.index(asked) if asked is not None else found
        if at is not None:
            places[kind] = at
    if not places.keys() & set(_FORMS):
        raise StructureError(
            "no column holds structures",
            at=file,
            hint="call one smiles, inchi or name, or say which it is: --map structure=Column",
        )
    return places
