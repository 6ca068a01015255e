"""The documentation shipped with the package, as HTML.

The files are those of the `docs` folder; `hatch_build.py` puts them into the wheel. What Sphinx
computes there, such as tables of rules, is left out, and the page says so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

import msgspec
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data

SITE = "https://tidewaiter.readthedocs.io/en/latest"
"""Where documents are that are not shipped."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"^<!--.*?-->\n?", re.MULTILINE | re.DOTALL)
_TARGET = re.compile(r"^\(([a-z0-9-]+)\)=\n", re.MULTILINE)
_TOC = re.compile(r"^```\{toctree\}\n:caption: (.+)\n(?::.*\n)*\n((?:[\w/-]+\n)+)```", re.MULTILINE)
_DIRECTIVE = re.compile(r"\{([a-z-]+)\}\s*(.*)")
_ADMONITIONS = {"note", "warning", "tip", "important"}
_PICTURES = {".png": "image/png", ".svg": "image/svg+xml"}


class Document(Record, frozen=True, kw_only=True):
    """A page of the documentation."""

    name: str  # path without suffix: "how-to/triage-alerts"
    title: str
    text: str  # Markdown, as in the file


class Chapter(Record, frozen=True, kw_only=True):
    """Documents for one group of readers."""

    caption: str
    documents: tuple[tuple[str, str], ...]  # name and title


class Picture(Record, frozen=True, kw_only=True):
    """A picture of the documentation."""

    content: bytes
    kind: str


@cache
def docs_folder() -> Path:
    """Return the folder of the documents: in the package, or beside it in a checkout."""
    package = Path(str(files("tidewaiter")))
    shipped = package / "docs"
    return shipped if shipped.is_dir() else package.parent.parent / "docs"


@cache
def find_document(name: str) -> Document | None:
    """Find a document by name; None: it is not shipped."""
    if not _NAME.fullmatch(name) or name.startswith("contributing/"):
        return None
    file = docs_folder().joinpath(f"{name}.md")
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    title = _TITLE.search(text)
    return Document(name=name, title=_plain(title[1]) if title else name, text=text)


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the documents by group of readers, as in the table of contents."""
    index = find_document("index")
    found = _TOC.findall(index.text) if index else []
    told = (
        Chapter(caption=caption, documents=tuple(_titled(names.split())))
        for caption, names in found
    )
    return tuple(each for each in told if each.documents)


def _titled(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        document = find_document(name)
        if document is not None:
            yield name, document.title


def find_picture(name: str) -> Picture | None:
    """Find a picture by file name; None: unknown."""
    kind = _PICTURES.get(PurePosixPath(name).suffix)
    if kind is None or not re.fullmatch(r"[a-z0-9-]+\.[a-z]+", name):
        return None
    file = docs_folder().joinpath("images", name)
    return Picture(content=file.read_bytes(), kind=kind) if file.is_file() else None


@cache
def render(name: str) -> Markup:
    """Render a document as HTML without styles, scripts or markup of its own.

    Raises:
        LookupError: There is no such document.
    """
    document = find_document(name)
    if document is None:
        raise LookupError(f'there is no document "{name}"')
    parser = _parser()
    targets = _TARGET.findall(document.text)
    text = _TARGET.sub("", _COMMENT.sub("", document.text))
    tokens = parser.parse(text)
    _give_anchors(tokens, document.text, targets)
    for token in tokens:
        _change(token, name)
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - our own texts


def _parser() -> MarkdownIt:
    return MarkdownIt(
        "commonmark", {"html": False, "xhtmlOut": False}, renderer_cls=_Renderer
    ).enable("table")


class _Renderer(RendererHTML):
    """Renders directives; tables scroll within the page."""

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render a block of code, or what a directive stands for."""
        told = _DIRECTIVE.fullmatch(tokens[idx].info.strip())
        if not told:
            return _with_keys(super().fence(tokens, idx, options, env))
        name, argument = told.groups()
        content = tokens[idx].content
        if name in _ADMONITIONS:
            return f'<div class="note">{_parser().render(content)}</div>\n'
        if name == "command":
            help_ = _commands().get(argument, "")
            return _with_keys(str(Markup("<pre><code>{}</code></pre>\n").format(help_)))
        if name == "toctree":
            return ""
        return '<p class="soft left-out">[…]</p>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render an indented block of code."""
        return _with_keys(super().code_block(tokens, idx, options, env))

    def table_open(self, *_: Any) -> str:
        """Open a table."""
        return '<div class="scroll"><table>\n'

    def table_close(self, *_: Any) -> str:
        """Close a table."""
        return "</table></div>\n"


def _with_keys(block: str) -> str:
    """Let a wide block be scrolled with keys."""
    return block.replace("<pre>", '<pre tabindex="0">', 1)


@cache
def _commands() -> Mapping[str, str]:
    """Return the help of each command."""
    content = data("help", "commands.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, str])


def _give_anchors(tokens: Sequence[Token], source: str, targets: Sequence[str]) -> None:
    """Give each heading the id by which others link to it."""
    named = {}
    for target in targets:
        after = source.partition(f"({target})=\n")[2]
        heading = re.match(r"\s*#+ (.+)", after)
        if heading:
            named[_plain(heading[1])] = target
    seen: dict[str, int] = {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            title = _plain(inline.content)
            slug = named.get(title) or slug_of(title)
            seen[slug] = seen.get(slug, -1) + 1
            token.attrSet("id", f"{slug}-{seen[slug]}" if seen[slug] else slug)


def slug_of(title: str) -> str:
    """Return the anchor of a heading, as Sphinx does."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _plain(text: str) -> str:
    """Remove emphasis and links from a heading."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).replace("`", "").replace("*", "").strip()


def _change(token: Token, name: str) -> None:
    """Lead links and pictures to this server, and set columns by class: no style is allowed."""
    style = token.attrGet("style")
    if style is not None:
        token.attrs.pop("style")
        if "right" in str(style):
            token.attrSet("class", "number")
    if token.type == "link_open":
        token.attrSet("href", address_of(str(token.attrGet("href")), name))
    if token.type == "image":
        picture = PurePosixPath(str(token.attrGet("src"))).name
        token.attrSet("src", f"/help/images/{picture}")
        token.attrSet("loading", "lazy")
    for child in token.children or ():
        _change(child, name)


def address_of(link: str, name: str) -> str:
    """Return the address of a link in a document: here if its target is shipped.

    Args:
        link: As written.
        name: The document with the link.
    """
    path, _, anchor = link.partition("#")
    if ":" in path or not path:
        return link
    target = normpath(str(PurePosixPath(name).parent / path))
    end = f"#{anchor}" if anchor else ""
    if target.endswith(".md") and find_document(target.removesuffix(".md")):
        return f"/help/{target.removesuffix('.md')}{end}"
    if target.startswith("../"):
        return SITE
    return f"{SITE}/{target.removesuffix('.md')}.html{end}"
