"""XML of lists, one entry at a time: no entities of its own, and nothing is fetched."""

from collections.abc import Callable, Collection, Iterator
from io import BytesIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.types import ListFile

Element = ET.Element

_PROLOGUE = 1 << 20  # bytes in which the first element must begin
_PIECE = 1 << 16
_TOKEN = 16 << 20  # bytes of the longest tag
_DEEP = 60  # elements in one another


class _Root(Exception):  # noqa: N818 - it is no error
    """The first element is there: no document type can follow."""


def elements(file: ListFile, names: Collection[str]) -> Iterator[Element]:
    """Yield the elements of these names, whole; what is read is dropped when it was used.

    Names of elements are given without their name space.

    Raises:
        InputError: It is no XML, is cut short, or declares entities.
    """
    _check(file)
    depth = 0
    top: Element | None = None
    try:
        for event, element in ET.iterparse(BytesIO(file.content), events=("start", "end")):  # noqa: S314 - see _check
            if event == "start":
                element.tag = element.tag.rpartition("}")[2]
                top = element if top is None else top
                depth += 1
                if depth > _DEEP:
                    raise InputError("nests too deep", at=file.name, hint="fetch it again")
                continue
            depth -= 1
            if element.tag in names:
                yield element
                element.clear()
                if depth <= 2 and top is not None:  # noqa: PLR2004 - what stands in a list of entries
                    _drop(top, element)
    except ET.ParseError as error:
        raise _damaged(file.name, str(error)) from error


def root_of(file: ListFile) -> Element:
    """Return the first element, without what is in it.

    Raises:
        InputError: It is no XML, or declares entities.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    found: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append(ET.Element(name.rpartition("}")[2], attributes))
        raise _Root

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse(file.name)
    try:
        for place in range(0, min(len(file.content), _PROLOGUE), _PIECE):
            parser.Parse(file.content[place : place + _PIECE], False)
    except _Root:
        return found[0]
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged(file.name, str(error)) from error
    raise _damaged(file.name, "no element")


def _check(file: ListFile) -> None:
    """Look through a file: no document type, and no tag that would be read over and over.

    An older expat reads a tag from its begin with each piece that comes.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse(file.name)
    try:
        for place in range(0, len(file.content), _PIECE):
            parser.Parse(file.content[place : place + _PIECE], False)
            if place - parser.CurrentByteIndex > _TOKEN:
                raise InputError(
                    f"a tag is longer than {_TOKEN >> 20} MB", at=file.name, hint="fetch it again"
                )
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged(file.name, str(error)) from error


def _refuse(name: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise InputError(
            "declares a document type or entities of its own",
            at=name,
            hint="lists have none: fetch it from its authority",
        )

    return refuse


def text_of(element: Element, path: str) -> str:
    """Return the text of the first element at a path, trimmed; "": none."""
    return (element.findtext(path) or "").strip()


def texts_of(element: Element, path: str) -> list[str]:
    """Return the texts of the elements at a path that hold any."""
    return [text for each in element.iterfind(path) if (text := (each.text or "").strip())]


def _drop(top: Element, element: Element) -> None:
    """Take a used element out of what holds it, so that memory stays flat."""
    holder = top if element in top[-1:] else (top[-1] if len(top) else None)
    if holder is not None and len(holder) and holder[-1] is element:
        holder.remove(element)


def _damaged(name: str, problem: str) -> InputError:
    return InputError(f"the XML is cut short or damaged: {problem}", at=name, hint="fetch it again")
