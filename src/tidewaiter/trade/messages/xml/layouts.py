"""Layouts of XML and JSON formats: mapping of element paths to fields.

A path names elements from the outside in, and may end with an attribute: "Item/Name",
"Amount@currencyID", "@Descripcion" for one of the element itself; "." is the element's own text.
The attribute of an element with a field belongs to that field (the unit of an amount), and is used
only with it; any other is read like an element.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from html.entities import name2codepoint

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.trade.types import DAYS


class Known(Record, frozen=True, kw_only=True):
    """Detection of a format: names in the first 4,096 bytes."""

    names: tuple[str, ...]  # one of these
    beside: tuple[str, ...] = ()  # and one of these; empty: no further condition
    but: tuple[str, ...] = ()  # and none of these, which are of another format


class Group(Record, frozen=True, kw_only=True):
    """An element with parts that belong together: the first one with a field gives all of them."""

    at: str  # path
    cases: Mapping[str, Mapping[str, str]]  # prefix of `by` -> path below -> field
    by: str = ""  # relative path of a code; "": there is one case, ""
    total: bool = False  # as in `Part.totals`


class Coded(Record, frozen=True, kw_only=True):
    """Elements for all parties, or all stops, each with a code for its role."""

    at: str  # path
    by: str  # relative path of the code
    roles: Mapping[str, str]  # code -> role or function; a party with another is "other"
    stop: bool = False  # they are stops


class Part(Record, frozen=True, kw_only=True):
    """A line, or a head over lines. Paths are relative to its element."""

    elements: tuple[str, ...]  # local names of its element, or the end of its path: "edges/node"
    constants: Mapping[str, str] = {}  # for a head: field -> text, for what the format fixes
    # Path -> field, or fields ("net.unit gross.unit"); of two for one field the first that exists.
    fields: Mapping[str, str] = {}
    totals: Mapping[str, str] = {}  # for a head: fields of a line if it is the only one
    parties: Mapping[str, str] = {}  # path -> role
    stops: Mapping[str, str] = {}  # path -> function
    coded: tuple[Coded, ...] = ()
    groups: tuple[Group, ...] = ()


class Layout(Record, frozen=True, kw_only=True):
    """A format.

    A party or a stop whose parts stand among those of a head or a line is declared by its parts:
    "shipper_name" = "consignor:name", "city" = "consignor:address.2", "port" = "unlading:name".
    """

    title: str
    source: str
    known: Known
    heads: tuple[Part, ...]  # the outermost one is a consignment
    line: Part
    # Path below a party -> key of types.PARTY, or one of NAMES; of two the first that exists.
    party: Mapping[str, str] = {}
    stop: Mapping[str, str] = {}  # path below a stop -> key of types.STOP, or "country or locode"
    each: tuple[str, ...] = ()  # fields of one piece: they are multiplied by the quantity
    scheme: str = ""  # type of party ids, if they have its format
    # Elements and attributes that are skipped, as they have no words: signatures. With a path, a
    # list that repeats the lines.
    without: tuple[str, ...] = ()
    confirmed: bool = True


NAMES = ("lines", "also", "given", "family")
"""Keys of a party besides those of types.PARTY: its name, and address on further lines; another
name of it, which becomes a party of the same role; that name in two parts."""


def load_layout(name: str) -> Layout:
    """Load the layout of a format.

    Raises:
        RegistryError: The file does not fit the record.
    """
    return read_toml(data("messages", f"{name}.toml"), Layout)


_OPENS = re.compile(r"<(?:\?|!--|!\[CDATA\[|!DOCTYPE|!)")
_ENDS = {"<?": "?>", "<!--": "-->", "<![CDATA[": "]]>", "<!DOCTYPE": ">"}
_INSIDE = r"""[^"'<>]*(?:(?:"[^"]*"|'[^']*')[^"'<>]*)*"""  # a value may contain a ">"
_START = re.compile(f"<({_INSIDE})>")
_ONLY = re.compile(rf"(?:[ \t\n]*<{_INSIDE}>)*")
_NAME = re.compile(r"[^\s/]+")
_ATTRIBUTE = re.compile(r"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BREAK = re.compile(r"[\n\t]")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(\w+));")


def without_asides(text: str) -> tuple[str, str]:
    """Remove comments, instructions and document types, and convert CDATA to text.

    Returns:
        The text, and the start of such a part that is not terminated in it.
    """
    if (
        "<?" not in text and "<![" not in text and "<!D" not in text
    ):  # a comment cannot contain "--" of another one
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
    """Return the start tags, without brackets, and the text after the last one."""
    found = list(_START.finditer(text))
    return [each[1] for each in found], text[found[-1].end() :] if found else text


def only_tags(text: str) -> bool:
    """Return whether a text consists of start tags and spaces only."""
    return _ONLY.fullmatch(text) is not None


def whole_tags(text: str) -> str:
    """Remove an incomplete tag at the end of a text."""
    last = text.rfind("<")
    return text if last < 0 or _START.match(text, last) else text[:last]


def name_of(tag: str) -> str:
    """Return the element name of a tag."""
    found = _NAME.search(tag)
    return found[0] if found else tag


def attributes_of(tag: str) -> list[tuple[str, str]]:
    """Return names and values of a tag's attributes, normalised as in XML."""
    inside = tag[len(name_of(tag)) :]
    return [
        (name, decoded(_BREAK.sub(" ", double or single)))
        for name, double, single in _ATTRIBUTE.findall(inside)
    ]


def decoded(text: str) -> str:
    """Resolve references: those of XML itself, and those of HTML; any other is kept."""
    return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    if found[2]:
        return chr(int(found[2]))
    if found[3] == "apos":
        return "'"
    return chr(name2codepoint[found[3]]) if found[3] in name2codepoint else found[0]


CODE = "code"
"""Key of a party or stop for the code of its role."""

PERHAPS_IMO = "imo?"
"""Layout field for a ship number, if the text has its format."""

MOST_DEPTH = 60
"""Nesting depth."""

# Caches are bounded: a document may invent any number of names.
_MOST_NAMES = 20_000  # elements
_MOST_WAYS = 1_000  # tag sequences at one location
_MOST_TAGS = 40_000  # tag sequences at all locations
_LONGEST = 400  # characters of a name, and of a tag sequence


class Spot:
    """A location: meaning of its text, its attributes and everything below it."""

    __slots__ = (
        "attributes",
        "constants",
        "depth",
        "field",
        "group",
        "kids",
        "kind",
        "known",
        "mode",
        "more",
        "named",
        "path",
        "plain",
        "rank",
        "role",
        "roles",
        "total",
    )

    def __init__(self, path: str, mode: str, depth: int = 0) -> None:
        self.path = path
        self.depth = depth  # below the head, the line or the root
        self.mode = mode  # "" for a head or line, "whole" for a party, stop or group, "outside"
        self.known: dict[str, Spot] = {}  # by qualified name
        # Transitions, by end tag and following start tags.
        self.kids: dict[str, Spot | Way | tuple[Start, ...]] = {}
        self.named: dict[str, Spot] = {}  # by lower-case local name
        self.field = ""
        self.more: tuple[str, ...] = ()  # further fields that its text is for
        self.rank = 0
        self.total = False
        self.plain = False  # its text is used for its field unchanged
        self.role = ""  # head, line, party, stop, group, foreign: starts here
        self.kind = ""  # role or function of a party or stop; title of a foreign format
        self.roles: Mapping[str, str] | None = None  # by a code in it, if that decides the role
        self.group: Group | None = None
        self.attributes: dict[str, Spot] = {}  # by lower-case local name
        self.constants: Mapping[str, str] = {}  # of a head


Attribute = tuple[Spot, str]
"""Location of an attribute, and its value."""

Start = tuple[Spot, tuple[Attribute, ...], bool]
"""Location of a starting element, its attributes, and whether it is empty."""


class Way:
    """Transition for nested starting elements, without a line or head among them."""

    __slots__ = ("attributes", "between", "parts", "spot")

    def __init__(self, starts: tuple[Start, ...]) -> None:
        self.between = tuple(start[0] for start in starts[:-1])
        self.spot, self.attributes, _ = starts[-1]
        self.parts = sum(bool(start[0].role) for start in starts)  # parties, stops and groups


FOREIGN = "foreign"
"""Role of a document of another format."""

_UNREAD = frozenset(("outside", "without"))

_APART = frozenset(("line", "head", FOREIGN))

END = Spot("", "end")
"""Transition for an end tag without start tags."""


class Map:
    """All locations of a layout.

    Element names are compared without prefix and case. The meaning of a tag is cached, so it is
    looked up once.
    """

    def __init__(
        self,
        layout: Layout,
        foreign: Mapping[str, str],
        local_of: Callable[[str], str] = lambda name: name.rpartition(":")[2],
    ) -> None:
        """Set the layout.

        Args:
            layout: The layout.
            foreign: Lower-case root names of other formats with their titles.
            local_of: Removes the prefix of a name.
        """
        self._foreign = foreign
        self._local_of = local_of
        self._without = frozenset(name.lower() for name in layout.without)
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
        # A line or a head may be anywhere in a head; inside a line there are none.
        self._begin = {
            name.lower(): _spot_of(part, role, name, layout)
            for role, part in parts
            for name in part.elements
        }
        # Names that are the end of a path, longest first.
        places = {name for name in (*self._begin, *self._without) if "/" in name}
        self._paths = sorted(places, key=len, reverse=True)

    def learn(
        self, spot: Spot, piece: str, *, in_line: bool
    ) -> tuple[Spot | Way | tuple[Start, ...], str]:
        """Look up and cache the transition for an end tag and the following start tags.

        Args:
            spot: Location of the parent of the ending element.
            piece: Name and bracket of the end tag, and all text before the next end tag.
            in_line: The location is in a line.

        Returns:
            The transition: `END`, the location of an element without attributes and role, or
            several; and the text after the last tag.

        Raises:
            InputError: Elements are nested too deeply.
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
        """Look up the start tags in a text; also return the text after the last one.

        Raises:
            InputError: Elements are nested too deeply.
        """
        tags, behind = starts_of(text)
        found: list[Start] = []
        for tag in tags:
            name = name_of(tag)
            kid = spot.known.get(name) or self.enter(spot, name, in_line=in_line)
            closed = tag.endswith("/")
            plain = tag == name or kid.mode in _UNREAD
            found.append((kid, () if plain else self._attributes(kid, tag), closed))
            if not closed:
                spot = kid
                in_line = in_line or kid.role == "line"
        return tuple(found), behind

    def enter(self, spot: Spot, name: str, *, in_line: bool) -> Spot:
        """Look up an element by its name, and cache it.

        Raises:
            InputError: Elements are nested too deeply.
        """
        kid = self._find(spot, name, in_line=in_line)
        if self._names < _MOST_NAMES and len(name) <= _LONGEST:
            self._names += 1
            spot.known[name] = kid
        return kid

    def _attributes(self, spot: Spot, tag: str) -> tuple[Attribute, ...]:
        """Return the non-empty attributes of a tag, except those of XML itself."""
        named = attributes_of(tag)
        return self.attributes(
            spot, [each for each in named if not each[0].startswith(("xmlns", "xsi:"))]
        )

    def attributes(self, spot: Spot, named: Iterable[tuple[str, str]]) -> tuple[Attribute, ...]:
        """Look up the attributes of an element that are not empty, from names and values."""
        found = []
        for name, value in named:
            local = name.rpartition(":")[2]
            place = spot.attributes.get(local.lower())
            if place is None:
                if local.lower() in self._without:
                    continue
                place = Spot(f"{spot.path}@{local}", spot.mode)
            if value:
                found.append((place, value))
        return tuple(found)

    def _find(self, spot: Spot, name: str, *, in_line: bool) -> Spot:
        """Find the location of an element by its name without prefix and case."""
        local = self._local_of(name)
        place = self._by_path(spot, local) if self._paths else local.lower()
        kid = None if in_line else self._begin.get(place)
        if "/" not in place or place not in self._without:
            kid = kid or spot.named.get(local.lower())
        if kid is None:
            kid = Spot(f"{spot.path}/{local}", spot.mode, spot.depth + 1)
            if kid.depth > MOST_DEPTH:
                raise InputError(
                    "trade/xml-nested-too-deep",
                    most_depth=MOST_DEPTH,
                    at=spot.path.strip("/"),
                )
            if place in self._without or local.lower() in self._without:
                kid.mode = "without"
            elif spot.mode == "outside" and local.lower() in self._foreign:
                kid.role, kid.kind = FOREIGN, self._foreign[local.lower()]
        return kid

    def _by_path(self, spot: Spot, local: str) -> str:
        """Return the declared path that ends here, or the name alone."""
        here = f"/{spot.path}/{local}".lower()
        return next((path for path in self._paths if here.endswith(f"/{path}")), local.lower())


def _way(starts: tuple[Start, ...]) -> Spot | Way | tuple[Start, ...]:
    """Convert starting elements to the form that is fastest to read."""
    if not starts:
        return END
    if len(starts) == 1 and not starts[0][0].role and not any(starts[0][1:]):
        return starts[0][0]
    if any(found for _, found, _ in starts[:-1]) or any(
        closed or spot.role in _APART for spot, _, closed in starts
    ):
        return starts
    return Way(starts)


def _spot_of(part: Part, role: str, name: str, layout: Layout) -> Spot:
    """Build the locations of a head or a line."""
    root = Spot(name, "")
    root.role, root.constants = role, part.constants
    for total, fields in ((False, part.fields), (True, part.totals)):
        for rank, (where, field) in enumerate(fields.items()):
            _declare(root, where, field, rank, total=total)
    whole = (("party", part.parties, layout.party), ("stop", part.stops, layout.stop))
    for begins, places, below in whole:
        for where, kind in places.items():
            spot = _declare_whole(root, where, begins, below)
            spot.kind = kind
    for coded in part.coded:
        begins, _, below = whole[coded.stop]
        spot = _declare_whole(root, coded.at, begins, below)
        spot.roles = coded.roles
        _at(spot, coded.by, "whole").field = CODE
    for group in part.groups:
        spot = _at(root, group.at, "whole")
        spot.role, spot.group = "group", group
        for where in {group.by, *(path for case in group.cases.values() for path in case)}:
            if where:
                _at(spot, where, "whole").field = where
    return root


def _declare(root: Spot, where: str, field: str, rank: int, *, total: bool) -> None:
    spot = _at(root, where, "")
    spot.field, *more = field.split()
    spot.rank, spot.total, spot.more = rank, total, tuple(more)
    spot.plain = not total and not more and field not in {*DAYS, PERHAPS_IMO, "seq"}


def _declare_whole(root: Spot, where: str, role: str, below: Mapping[str, str]) -> Spot:
    """Build the locations of a party or a stop; address parts keep their order."""
    root = _at(root, where, "whole")
    root.role = role
    for rank, (inner, key) in enumerate(below.items()):
        spot = _at(root, inner, "whole")
        spot.field, spot.rank = f"address {rank:02}" if key == "address" else key, rank
    return root


def _at(spot: Spot, where: str, mode: str) -> Spot:
    path, _, attribute = where.partition("@")
    for name in path.split("/") if path.strip(".") else ():
        below = spot.named.get(name.lower())
        if below is None:
            below = spot.named[name.lower()] = Spot(f"{spot.path}/{name}", "")
        spot = below
    if attribute:
        found = Spot(f"{spot.path}@{attribute}", mode)
        return spot.attributes.setdefault(attribute.lower(), found)
    spot.mode = mode
    return spot
