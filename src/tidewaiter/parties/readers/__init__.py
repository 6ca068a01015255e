"""Party list readers: each converts the files of one format to entries."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from types import MappingProxyType

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError, PluginError
from tidewaiter.base.plugins import LISTS, blamed, plugin_for, plugins, report
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.parties.readers.columns import Columns, parts_at_commas
from tidewaiter.parties.readers.csl import claims_csl, read_csl
from tidewaiter.parties.readers.entries import (
    EntryRefusal,
    ListFormat,
    ListHeader,
    ListReader,
)
from tidewaiter.parties.readers.eu import claims_eu_csv, read_eu_csv, read_eu_xml
from tidewaiter.parties.readers.file_formats import first_character, root_of
from tidewaiter.parties.readers.ftm import claims_ftm, read_ftm
from tidewaiter.parties.readers.mapped_tables import claims_of, reader_of
from tidewaiter.parties.readers.ofac_csv import claims_ofac_csv, read_ofac_csv
from tidewaiter.parties.readers.ofac_xml import read_ofac_advanced, read_ofac_xml
from tidewaiter.parties.readers.own import (
    claims_own_csv,
    claims_own_json,
    read_own_csv,
    read_own_json,
)
from tidewaiter.parties.readers.ownership_csv import claims_ownership_csv, read_ownership_csv
from tidewaiter.parties.readers.seco import read_seco
from tidewaiter.parties.readers.sfms import read_sfms
from tidewaiter.parties.readers.un import read_un_xml
from tidewaiter.parties.types import ListedParty

__all__ = [
    "EDITION",
    "built_in",
    "find_format",
    "list_readers",
    "parts_names_at_commas",
    "plugin_formats",
    "plugin_version",
]

EDITION = 3
"""Version of the readers: increment it to re-parse stored files."""

_Claims = Callable[[Sequence[ListFile]], bool]


@cache
def _layouts() -> tuple[Columns, ...]:
    """Load the mappings of flat lists."""
    return tuple(read_toml(file, Columns) for file in toml_files(data("parties", "columns")))


def parts_names_at_commas(form: str) -> bool:
    """Return whether a built-in format separates an entry's further names by commas."""
    return any(each.format == form and parts_at_commas(each) for each in _layouts())


@cache
def built_in() -> MappingProxyType[str, ListFormat]:
    """Map each built-in format to its detector and reader, most specific detector first."""
    ours: dict[str, tuple[_Claims, ListReader]] = {
        "ofac-xml": (_root("sdnList"), read_ofac_xml),
        "ofac-advanced-xml": (_root("Sanctions"), read_ofac_advanced),
        "un-xml": (_root("CONSOLIDATED_LIST"), read_un_xml),
        "eu-xml": (_root("export"), read_eu_xml),
        "seco-xml": (_root("swiss-sanctions-list"), read_seco),
        "sfms-xml": (_root("list-terror"), read_sfms),
        "ofac-csv": (claims_ofac_csv, read_ofac_csv),
        "eu-csv": (claims_eu_csv, read_eu_csv),
        "csl": (claims_csl, read_csl),
        "own-json": (claims_own_json, read_own_json),
        "ftm-json": (claims_ftm, read_ftm),
        "own-csv": (claims_own_csv, read_own_csv),
        "ownership-csv": (claims_ownership_csv, read_ownership_csv),
        **{each.format: (claims_of(each), reader_of(each)) for each in _layouts()},
    }
    return MappingProxyType(
        {name: ListFormat(claims=claims, read=read) for name, (claims, read) in ours.items()}
    )


def plugin_formats() -> dict[str, ListFormat]:
    """Map plug-in formats to their detectors and readers, without built-in names."""
    return plugins(LISTS, ListFormat, built_in())


def plugin_version(form: str) -> tuple[str, ...]:
    """Return package and version of a plug-in format; empty for a built-in one.

    Stored files are parsed again after a change of version, as after a new `EDITION`.
    """
    if form not in plugin_formats():
        return ()
    plugin = plugin_for(LISTS, form)
    return (plugin.package, plugin.version)


def list_readers() -> dict[str, ListReader]:
    """Map each list format to its reader; built-in formats take precedence over plug-ins."""
    brought = {name: _named(name, form) for name, form in plugin_formats().items()}
    return brought | {name: form.read for name, form in built_in().items()}


def find_format(files: Sequence[ListFile]) -> str:
    """Detect the format of a list by content: built-in formats first, then plug-ins.

    Args:
        files: Files of one list, at least one.

    Raises:
        InputError: No format matches, or a file is empty.
    """
    for file in files:
        if not file.content.strip():
            raise InputError("parties/file-empty", at=file.name)
    for name, form in built_in().items():
        if form.claims(files):
            return name
    for name, form in plugin_formats().items():
        if _claims(name, form, files):
            return name
    raise InputError(
        "parties/format-not-known", list_readers=", ".join(sorted(list_readers())), at=files[0].name
    )


def _claims(name: str, form: ListFormat, files: Sequence[ListFile]) -> bool:
    """Run a plug-in's detector; one that fails does not match."""
    try:
        with blamed(plugin_for(LISTS, name)):
            return form.claims(files)
    except PluginError as error:
        report(error)
        return False


def _named(name: str, form: ListFormat) -> ListReader:
    """Wrap a plug-in's reader, so that its exceptions name it."""

    def read(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
        with blamed(plugin_for(LISTS, name), InputError):
            yield from form.read(files)

    return read


def _root(name: str) -> _Claims:
    """Make a detector for XML with a given root element."""

    def claims(files: Sequence[ListFile]) -> bool:
        if first_character(files[0]) != "<":
            return False
        return root_of(files[0]).tag == name

    return claims
