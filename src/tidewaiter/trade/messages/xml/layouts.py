"""Layouts of XML formats: which element at which path means which field."""

import re
from collections.abc import Mapping
from html.entities import name2codepoint

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.trade.types import DAYS


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


_OPENS = re.compile(r"<(?:\?|!--|!\[CDATA\[|!)")
_ENDS = {"<?": "?>", "<!--": "-->", "<![CDATA[": "]]>"}
_INSIDE = r"""[^"'<>]*(?:(?:"[^"]*"|'[^']*')[^"'<>]*)*"""  # a value may hold a ">"
_START = re.compile(f"<({_INSIDE})>")
_ONLY = re.compile(rf"(?:[ \t\n]*<{_INSIDE}>)*")
_NAME = re.compile(r"[^\s/]+")
_ATTRIBUTE = re.compile(r"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BREAK = re.compile(r"[\n\t]")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(\w+));")


def without_asides(text: str) -> tuple[str, str]:
    """Leave out comments and instructions, and write CDATA as other text.

    Returns:
        The text, and what of it begins such a part that does not end in it.
    """
    if "<?" not in text and "<![" not in text:  # in a comment there is no "--" of another one
        plain, *comments = text.split("<!--")
        if not comments or "-->" in comments[-1]:
            return plain + "".join([each.partition("-->")[2] for each in comments]), ""
    kept: list[str] = []
    at = 0
    while opens := _OPENS.search(text, at):
        kept.append(text[at : opens.start()])
        ends = _ENDS.get(opens[0])
        end = text.find(ends, opens.end()) if ends else -1
        if ends is None or end < 0:
            return "".join(kept), text[opens.start() :]
        if ends == "]]>":
            kept.append(text[opens.end() : end].replace("&", "&amp;").replace("<", "&lt;"))
        at = end + len(ends)
    return "".join((*kept, text[at:])), ""


def starts_of(text: str) -> tuple[list[str], str]:
    """Return the tags that begin elements, without brackets, and the text behind the last one."""
    found = list(_START.finditer(text))
    return [each[1] for each in found], text[found[-1].end() :] if found else text


def only_tags(text: str) -> bool:
    """Tell whether a text is tags that begin elements, with nothing but spaces between them."""
    return _ONLY.fullmatch(text) is not None


def whole_tags(text: str) -> str:
    """Leave out the end of a text if it is a tag that is not whole."""
    last = text.rfind("<")
    return text if last < 0 or _START.match(text, last) else text[:last]


def name_of(tag: str) -> str:
    """Return the name of the element of a tag."""
    found = _NAME.search(tag)
    return found[0] if found else tag


def attributes_of(tag: str) -> list[tuple[str, str]]:
    """Return names and values of a tag, as XML normalises them."""
    inside = tag[len(name_of(tag)) :]
    return [
        (name, decoded(_BREAK.sub(" ", double or single)))
        for name, double, single in _ATTRIBUTE.findall(inside)
    ]


def decoded(text: str) -> str:
    """Replace references by their characters: those of XML itself, as a document has no others."""
    return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    if found[2]:
        return chr(int(found[2]))
    return "'" if found[3] == "apos" else chr(name2codepoint[found[3]])


PERHAPS_IMO = "imo?"
"""A field of a layout whose text is the number of a ship where it is written as one."""

MOST_DEPTH = 60
"""Elements in one another."""

# What is remembered is bounded: a document may invent any number of names.
_MOST_NAMES = 20_000  # of elements
_MOST_WAYS = 1_000  # of tags with one another, at one place
_MOST_TAGS = 40_000  # of such, at all places
_LONGEST = 400  # characters of a name, and of tags with one another

Attribute = tuple[str, str, str]
"""Its field, or "" where it has none, its value, and its path."""


class Spot:
    """A place: what its text, its attributes and all below it mean."""

    __slots__ = (
        "attributes",
        "depth",
        "field",
        "group",
        "kids",
        "kind",
        "known",
        "mode",
        "named",
        "path",
        "plain",
        "rank",
        "role",
        "total",
    )

    def __init__(self, path: str, mode: str, depth: int = 0) -> None:
        self.path = path
        self.depth = depth  # below the head, the line or the root
        self.mode = mode  # "" of a head or line, "whole" of a party, stop or group, "outside"
        self.known: dict[str, Spot] = {}  # by names as written
        # By what ends an element here and begins others: where it leads.
        self.kids: dict[str, Spot | Way | tuple[Start, ...]] = {}
        self.named: dict[str, Spot] = {}  # by local names without case
        self.field = ""
        self.rank = 0
        self.total = False
        self.plain = False  # its text is its field as it stands
        self.role = ""  # head, line, party, stop, group, foreign: something begins here
        self.kind = ""  # role or function of a party or stop; title of a foreign format
        self.group: Group | None = None
        self.attributes: dict[str, str] = {}


Start = tuple[Spot, tuple[Attribute, ...], bool]
"""The place of an element that begins, its attributes, and whether it is closed at once."""


class Way:
    """Where it leads that elements begin in one another, if no line or head is among them."""

    __slots__ = ("attributes", "between", "parts", "spot")

    def __init__(self, starts: tuple[Start, ...]) -> None:
        self.between = tuple(start[0] for start in starts[:-1])
        self.spot, self.attributes, _ = starts[-1]
        self.parts = any(start[0].role for start in starts)  # a party, stop or group begins


FOREIGN = "foreign"
"""The role of a document of another format."""

_APART = frozenset(("line", "head", FOREIGN))

END = Spot("", "end")
"""Where what ends an element and begins no other leads to."""


class Map:
    """All places of a layout.

    Names of elements are compared without prefix and case. What a tag means is remembered, so
    that it is looked up once.
    """

    def __init__(self, layout: Layout, foreign: Mapping[str, str]) -> None:
        self._foreign = foreign
        self.address = tuple(
            f"address {rank:02}"
            for rank, key in enumerate(layout.party.values())
            if key == "address"
        )
        self.scheme = layout.scheme
        self.outside = Spot("", "outside")
        self._tags = 0
        self._names = 0
        parts = [("head", head) for head in layout.heads] + [("line", layout.line)]
        # A line or a head may stand anywhere in a head; inside a line there are none.
        self._begin = {
            name.lower(): _spot_of(part, role, name, layout)
            for role, part in parts
            for name in part.elements
        }

    def learn(
        self, spot: Spot, piece: str, *, in_line: bool
    ) -> tuple[Spot | Way | tuple[Start, ...], str]:
        """Look up what ends an element and begins others, where it was not seen before.

        Args:
            spot: The place of the element around the one that ends.
            piece: Name and bracket of the tag that ends it, and all before the next such tag.
            in_line: The place is in a line.

        Returns:
            Where it leads: to `END`, to the place of an element without attributes and role, or
            to several; and the text behind the last tag.

        Raises:
            InputError: An element stands too deep.
        """
        behind = piece.partition(">")[2]
        starts, text = self.starts(spot, behind, in_line=in_line)
        way = _way(starts)
        tags = piece[: len(piece) - len(text) - 1]
        room = self._tags < _MOST_TAGS and len(spot.kids) < _MOST_WAYS and len(tags) <= _LONGEST
        if room and ">" not in text and only_tags(behind[: len(behind) - len(text)]):
            self._tags += 1
            spot.kids[tags] = way
        return way, text

    def starts(self, spot: Spot, text: str, *, in_line: bool) -> tuple[tuple[Start, ...], str]:
        """Look up the elements that begin in a text; return the text behind the last one, too.

        Raises:
            InputError: An element stands too deep.
        """
        tags, behind = starts_of(text)
        found: list[Start] = []
        for tag in tags:
            name = name_of(tag)
            kid = spot.known.get(name)
            if kid is None:
                kid = self._find(spot, name, in_line=in_line)
                if self._names < _MOST_NAMES and len(name) <= _LONGEST:
                    self._names += 1
                    spot.known[name] = kid
            closed = tag.endswith("/")
            plain = tag == name or kid.mode == "outside"
            found.append((kid, () if plain else _attributes(kid, tag), closed))
            if not closed:
                spot = kid
                in_line = in_line or kid.role == "line"
        return tuple(found), behind

    def _find(self, spot: Spot, name: str, *, in_line: bool) -> Spot:
        """Find the place of an element by its name without prefix and case."""
        local = name.rpartition(":")[2]
        kid = None if in_line else self._begin.get(local.lower())
        kid = kid or spot.named.get(local.lower())
        if kid is None:
            kid = Spot(f"{spot.path}/{local}", spot.mode, spot.depth + 1)
            if kid.depth > MOST_DEPTH:
                raise InputError(
                    "trade/xml-nested-too-deep",
                    most_depth=MOST_DEPTH,
                    at=spot.path.strip("/"),
                )
            if spot.mode == "outside" and local.lower() in self._foreign:
                kid.role, kid.kind = FOREIGN, self._foreign[local.lower()]
        return kid


def _way(starts: tuple[Start, ...]) -> Spot | Way | tuple[Start, ...]:
    """Write what begins in the form that is read fastest."""
    if not starts:
        return END
    if len(starts) == 1 and not starts[0][0].role and not any(starts[0][1:]):
        return starts[0][0]
    if any(found for _, found, _ in starts[:-1]) or any(
        closed or spot.role in _APART for spot, _, closed in starts
    ):
        return starts
    return Way(starts)


def _attributes(spot: Spot, tag: str) -> tuple[Attribute, ...]:
    """Tell the attributes of a tag that have a value; those of XML itself are left out."""
    found = []
    for name, value in attributes_of(tag):
        local = name.rpartition(":")[2]
        field = spot.attributes.get(local, "")
        if value and (field or not name.startswith(("xmlns", "xsi:"))):
            found.append((field, value, f"{spot.path}@{local}"))
    return tuple(found)


def _spot_of(part: Part, role: str, name: str, layout: Layout) -> Spot:
    """Lay out the places of a head or a line."""
    root = Spot(name, "")
    root.role = role
    for total, fields in ((False, part.fields), (True, part.totals)):
        for rank, (where, field) in enumerate(fields.items()):
            _declare(root, where, field, rank, total=total)
    whole = (("party", part.parties, layout.party), ("stop", part.stops, layout.stop))
    for begins, places, below in whole:
        for where, kind in places.items():
            spot = _at(root, where, "whole")
            spot.role, spot.kind = begins, kind
            _declare_whole(spot, below)
    for group in part.groups:
        spot = _at(root, group.at, "whole")
        spot.role, spot.group = "group", group
        for where in {group.by, *(path for case in group.cases.values() for path in case)}:
            if where:
                _at(spot, where, "whole").field = where
    return root


def _declare(root: Spot, where: str, field: str, rank: int, *, total: bool) -> None:
    path, _, attribute = where.partition("@")
    spot = _at(root, path, "")
    if attribute:
        spot.attributes[attribute] = field
    else:
        spot.field, spot.rank, spot.total = field, rank, total
        spot.plain = not total and field not in DAYS and field != PERHAPS_IMO


def _declare_whole(spot: Spot, below: Mapping[str, str]) -> None:
    """Lay out what stands below a party or a stop; parts of an address keep their order."""
    for rank, (where, key) in enumerate(below.items()):
        label = f"address {rank:02}" if key == "address" else key
        if where == ".":
            spot.field = label
        else:
            _at(spot, where, "whole").field = label


def _at(spot: Spot, where: str, mode: str) -> Spot:
    for name in where.split("/"):
        below = spot.named.get(name.lower())
        if below is None:
            below = spot.named[name.lower()] = Spot(f"{spot.path}/{name}", "")
        spot = below
    spot.mode = mode
    return spot
