"""Tags and texts of XML as they are written, once a parser has accepted them."""

import re
from html.entities import name2codepoint

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
