"""Layouts of XML formats as data: which path means which field."""

from collections.abc import Mapping

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class Known(Record, frozen=True, kw_only=True):
    """What a document of the format is told by: names in its first 4,096 bytes."""

    names: tuple[str, ...]  # one of these
    beside: tuple[str, ...] = ()  # and one of these; empty: nothing else


class Group(Record, frozen=True, kw_only=True):
    """An element whose parts belong together: the first one that has a field gives all of them."""

    at: str  # path
    cases: Mapping[str, Mapping[str, str]]  # what `by` begins with -> path below -> field
    by: str = ""  # path below of a code; "": there is one case, ""
    total: bool = False  # as of `Part.totals`


class Part(Record, frozen=True, kw_only=True):
    """A line, or a head over lines. Paths go down from its element, "@" before an attribute."""

    elements: tuple[str, ...]  # local names of its element
    fields: Mapping[str, str] = {}  # path -> field; of two for one field the first that is there
    totals: Mapping[str, str] = {}  # of a head: fields of a line where it is the only one
    parties: Mapping[str, str] = {}  # path -> role
    stops: Mapping[str, str] = {}  # path -> function
    groups: tuple[Group, ...] = ()


class Layout(Record, frozen=True, kw_only=True):
    """One format."""

    title: str
    source: str
    known: Known
    heads: tuple[Part, ...]  # the outermost one is a consignment
    line: Part
    party: Mapping[str, str]  # path below a party -> key of types.PARTY; "lines": name, address
    stop: Mapping[str, str]  # path below a stop -> key of types.STOP; ".": its own text
    scheme: str = ""  # what the ids of parties are, where they look like it
    confirmed: bool = True


def load_layout(name: str) -> Layout:
    """Load the layout of a format.

    Raises:
        RegistryError: The file is not of the record.
    """
    return read_toml(data("messages", f"{name}.toml"), Layout)
