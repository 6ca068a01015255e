"""Mappings of lists: which column, element or key of a record holds which field of an entry.

A mapping is a data file, data/parties/columns/*.toml, or part of an authority's own list
definition. Records come from delimited text, workbooks, flat XML or JSON.
"""

import re
from collections.abc import Mapping

import msgspec

from tidewaiter.base.dates import Order
from tidewaiter.base.records import Record
from tidewaiter.parties.types import Action, NameKind, PartyKind


class Columns(Record, frozen=True, kw_only=True):
    """Mapping of a list's records. Columns are named as in the file."""

    format: str  # name of the format
    source: str  # documentation of the format
    claims: tuple[str, ...]  # columns that together identify this format
    element: str = ""  # for flat XML: the record element; "": text or JSON Lines
    items: str = ""  # for JSON: path of the entries in the object, "response.FIRMS"
    delimiter: str = ","
    titles: Mapping[str, tuple[str, ...]] = {}  # column -> other titles of it, spaces ignored
    absent: tuple[str, ...] = ()  # words for a missing value: "N/A"
    dates: Order = "dmy"  # meaning of 03/04/2026
    split: str = ";"  # separator of values in a cell; "," does not split within a name
    lines: bool = False  # each line of a cell is a value
    latin_titles: bool = False  # of titles, only the Latin letters count: "国名 Country"
    name_commas: bool = False  # commas separate further names too, unless the words belong together
    name_cut: str = ""  # regular expression removed from names, "Example Ltd *54"; noted whole
    name_words: bool = False  # "a.k.a." and the like separate names in the columns of `names` too
    name_brackets: bool = False  # "A (B, C)" in the columns of `names` are three names
    native_brackets: bool = False  # "Example Works (例示工場)" is a name and the native one
    name_slashes: bool = False  # slashes separate a name in two languages
    id: str = ""  # rows with the same id are one entry; "": derived from the columns of `key`
    id_cut: str = ""  # regular expression removed from an id, so that rows of one entry agree
    key: tuple[str, ...] = ()
    kind: str = ""
    kinds: Mapping[str, PartyKind] = {}
    kind_else: PartyKind = "unknown"
    person: tuple[str, ...] = ()  # columns used for persons only
    vessel: tuple[str, ...] = ()  # columns used for vessels only
    names: tuple[tuple[str, ...], ...] = ()  # each composed of columns, in this order
    name_kind: str = ""
    name_kinds: Mapping[str, NameKind] = {}
    weak: str = ""  # column with the quality of a name
    weak_words: tuple[str, ...] = ()
    language: str = ""  # column with the language of the names
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    natives: tuple[str, ...] = ()
    born: tuple[str, ...] = ()
    birthplace: tuple[str, ...] = ()  # parts of one place
    birthplaces: tuple[str, ...] = ()  # columns with whole places
    countries: tuple[str, ...] = ()
    any_language: bool = False  # names of countries may be in another language than English
    address: tuple[str, ...] = ()  # parts of one address
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    addresses: tuple[str, ...] = ()  # columns with whole addresses
    numbers: Mapping[str, str] = {}  # type of number -> column
    typed_numbers: tuple[str, ...] = ()  # columns with the type after the number: "A123 (passport)"
    number_pattern: str = ""  # regular expression of a number in a cell, which is in the note too
    number_country: str = ""  # column with the country that issued the numbers
    ties: Mapping[str, str] = {}  # kind of link -> column
    pairs: Mapping[
        str, tuple[str, str]
    ] = {}  # for JSON: column of objects -> type and value in each
    noted_pairs: Mapping[str, tuple[str, str]] = {}  # the same, stored in the note
    number_types: Mapping[str, str] = {}  # type in `pairs`, or its part before ":" -> usual name
    leave_out: Mapping[str, tuple[str, ...]] = {}  # column -> values of rows that are no entries
    removed: Mapping[str, str] = {}  # column -> word in it of rows of removed entries
    continued: bool = False  # a row without an id continues the note of the entry before it
    programmes: tuple[str, ...] = ()
    sheet_programme: bool = False  # the name of the sheet is a programme
    sheet_kinds: Mapping[str, PartyKind] = {}  # word in the name of the sheet -> kind
    action: Action = "other"
    basis: str = ""
    cited: str = ""  # column with the source
    listed: str = ""
    delisted: str = ""
    notes: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()  # columns stored in the note with their title
    unused: tuple[str, ...] = ()  # columns known to be of no use; any other is reported

    def __post_init__(self) -> None:
        """Check the regular expressions.

        Raises:
            ValueError: One is not valid.
        """
        for pattern in (self.id_cut, self.name_cut, self.number_pattern):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f'"{pattern}" is no regular expression: {error}') from error


def parts_at_commas(columns: Columns) -> bool:
    """Return whether a mapping separates further names by commas."""
    return columns.name_commas or columns.split.strip() == ","


# Fields of a mapping that do not name columns.
_SETTINGS = frozenset(
    [
        "format",
        "source",
        "element",
        "items",
        "delimiter",
        "titles",
        "absent",
        "dates",
        "split",
        "lines",
        "latin_titles",
        "name_words",
        "native_brackets",
        "name_cut",
        "name_brackets",
        "sheet_programme",
        "sheet_kinds",
        "removed",
        "continued",
        "pairs",
        "noted_pairs",
        "number_types",
        "any_language",
        "number_pattern",
        "leave_out",
        "name_commas",
        "name_slashes",
        "id_cut",
        "kinds",
        "kind_else",
        "name_kinds",
        "weak_words",
        "action",
    ]
)


def known_columns(columns: Columns) -> frozenset[str]:
    """Return the columns that a mapping names."""
    found: set[str] = set()
    for field, value in msgspec.structs.asdict(columns).items():
        if field in _SETTINGS:
            continue
        values = value.values() if isinstance(value, Mapping) else value
        for each in (values,) if isinstance(values, str) else values:
            found.update((each,) if isinstance(each, str) else each)
    return frozenset(
        found
        | columns.pairs.keys()
        | columns.noted_pairs.keys()
        | columns.leave_out.keys()
        | columns.removed.keys()
    )
