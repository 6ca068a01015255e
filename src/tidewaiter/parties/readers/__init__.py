"""Readers of lists of parties: each turns the files of one layout into entries."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.parties.readers.columns import (
    Columns,
    claims_of,
    parts_at_commas,
    reader_of,
)
from tidewaiter.parties.readers.csl import claims_csl, read_csl
from tidewaiter.parties.readers.entries import ListReader
from tidewaiter.parties.readers.eu import claims_eu_csv, read_eu_csv, read_eu_xml
from tidewaiter.parties.readers.file_formats import root_of
from tidewaiter.parties.readers.ftm import claims_ftm, read_ftm
from tidewaiter.parties.readers.ofac_csv import claims_ofac_csv, read_ofac_csv
from tidewaiter.parties.readers.ofac_xml import read_ofac_advanced, read_ofac_xml
from tidewaiter.parties.readers.own import (
    claims_own_csv,
    claims_own_json,
    read_own_csv,
    read_own_json,
)
from tidewaiter.parties.readers.un import read_un_xml

__all__ = ["EDITION", "find_format", "guests", "list_readers", "parts_names_at_commas"]

EDITION = 2
"""Of the readers: a new one reads the files that are kept anew."""

GROUP = "tidewaiter.lists"

_Claims = Callable[[Sequence[ListFile]], bool]


@cache
def _layouts() -> tuple[Columns, ...]:
    """Read the layouts of flat lists."""
    return tuple(read_toml(file, Columns) for file in toml_files(data("parties", "columns")))


def parts_names_at_commas(form: str) -> bool:
    """Tell whether commas part the further names of an entry in one of our formats."""
    return any(each.format == form and parts_at_commas(each) for each in _layouts())


@cache
def _built_in() -> MappingProxyType[str, tuple[_Claims, ListReader]]:
    """Map each of our formats to its test and its reader, the surest test first."""
    flat = {each.format: (claims_of(each), reader_of(each)) for each in _layouts()}
    return MappingProxyType(
        {
            "ofac-xml": (_root("sdnList"), read_ofac_xml),
            "ofac-advanced-xml": (_root("Sanctions"), read_ofac_advanced),
            "un-xml": (_root("CONSOLIDATED_LIST"), read_un_xml),
            "eu-xml": (_root("export"), read_eu_xml),
            "ofac-csv": (claims_ofac_csv, read_ofac_csv),
            "eu-csv": (claims_eu_csv, read_eu_csv),
            "csl": (claims_csl, read_csl),
            "own-json": (claims_own_json, read_own_json),
            "ftm-json": (claims_ftm, read_ftm),
            "own-csv": (claims_own_csv, read_own_csv),
            **flat,
        }
    )


def guests() -> dict[str, ListReader]:
    """Map the formats that other packages bring to their readers; ours are not among them."""
    found = entry_points(group=GROUP)
    return {entry.name: entry.load() for entry in found if entry.name not in _built_in()}


def list_readers() -> dict[str, ListReader]:
    """Map each format of lists to its reader; ours win over a guest's of the same name."""
    return guests() | {name: reader for name, (_, reader) in _built_in().items()}


def find_format(files: Sequence[ListFile]) -> str:
    """Find the format of a list by what is in its files.

    Args:
        files: Of one list, at least one.

    Raises:
        InputError: None of our formats is like it, or a file is empty.
    """
    for file in files:
        if not file.content.strip():
            raise InputError("the file is empty", at=file.name, hint="fetch it again")
    for name, (claims, _) in _built_in().items():
        if claims(files):
            return name
    raise InputError(
        "the format is not known",
        at=files[0].name,
        hint=f"formats: {', '.join(sorted(list_readers()))}; a definition may name one",
    )


def _root(name: str) -> _Claims:
    """Make the test whether the first file is XML with this element first."""

    def claims(files: Sequence[ListFile]) -> bool:
        if files[0].content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] != b"<":
            return False
        return root_of(files[0]).tag == name

    return claims
