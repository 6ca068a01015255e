"""Update the translation catalogues with the texts of the interface.

Run ``python -m tools.catalogues``: new texts are added to ``src/tidewaiter/explain/locale`` without
a translation, and removed texts are dropped. A test fails while a translation is missing.
"""

import ast
import io
import re
import tomllib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from tidewaiter.explain import languages
from tidewaiter.trade.types import FIELDS

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tidewaiter"
LOCALE = SOURCE / "explain" / "locale"
LANGUAGES = tuple(language for language in languages.LANGUAGES if language != "en")
_PYTHON = {"words": 1, "marked": 1, "_": 1, "counted": 2, "numbered": 2}  # texts of each
_CONTEXTS = frozenset({"pgettext", "pmarked"})  # whose first text is a context
_DECLARING = frozenset({"mandatory", "conditional", "optional"})  # of tidewaiter.exchange.fields
_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_OPTIONS = {"trimmed": "true", "silent": "false"}
_SLOT = re.compile(r"\{\w+(?::[^{}]*)?\}")
_OPTION = re.compile(r"(?<!\w)--\w")  # of a command: a page says its own place instead
_HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural}\\n"

"""
_DATA = ("rules/decisions.toml", "rules/results.toml", "rules/roles.toml")
_PHRASES = "rules/phrases.toml"
_ERRORS = "errors/*.toml"  # files with entries marked as translated
_SAYS = frozenset({"says", "says_again", "asks"})
_WORDED = {  # files in which only some keys are texts
    "rules/cases.toml": _SAYS,
    "rules/suppression.toml": _SAYS,
    "rules/suspicions.toml": _SAYS,
    "rules/alerts.toml": frozenset({"title"}),
    "exchange/forms.toml": frozenset({"title", "note", "label"}),
    "exchange/instruments.toml": frozenset({"says"}),
    "exchange/reply_times.toml": frozenset({"text"}),
    "exchange/red_flags.toml": frozenset({"says"}),
    "mirror/caveats.toml": frozenset({"notice", "shared", "older_codes", "reconciled", "says"}),
    "parties/ownership.toml": frozenset({"note", "law", "text"}),
    "regimes/*/amounts.toml": frozenset({"condition"}),
}


def texts() -> Catalog:
    """Collect every text of the interface, with its location."""
    catalogue = Catalog(project="Tidewaiter", charset="utf-8")
    for place, number, message, context in sorted(_found(), key=lambda each: each[:2]):
        catalogue.add(message, locations=[(place, number)], context=context)
    for about in filter(lambda each: each.label, FIELDS.values()):
        catalogue.add(about.label, locations=[("trade/types.py", 1)])
    return catalogue


def catalogue_of(language: str) -> Catalog:
    """Read the catalogue of a language; empty if there is none."""
    path = LOCALE / f"{language}.po"
    if not path.is_file():
        return Catalog(locale=language, project="Tidewaiter", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def main() -> None:
    """Write each catalogue with the current texts."""
    LOCALE.mkdir(exist_ok=True)
    now = texts()
    for language in LANGUAGES:
        kept = catalogue_of(language)
        kept.update(now, no_fuzzy_matching=True)
        kept.obsolete.clear()
        out = io.BytesIO()
        write_po(out, kept, width=100, sort_output=True, omit_header=True, no_location=True)
        text = _HEAD.format(plural=kept.plural_forms) + out.getvalue().decode()
        (LOCALE / f"{language}.po").write_text(text, encoding="utf-8")
        missing = [each for each in kept if each.id and not _is_whole(each.string)]
        print(f"{language}: {len(kept)} texts, {len(missing)} without a translation")


def _is_whole(told: Any) -> bool:
    return all(told) if isinstance(told, tuple) else bool(told)


def _found() -> Iterator[tuple[str, int, Any, str | None]]:
    """Yield place, line, text and context of each text."""
    for path in sorted(SOURCE.rglob("*.py")):
        for number, message, context in _called(path.read_text(encoding="utf-8")):
            yield _name(path), number, message, context
    for path in sorted(SOURCE.rglob("templates/*.html")):
        with path.open("rb") as file:
            for number, message, _, context in extract(
                "jinja2.ext:babel_extract", file, keywords=_TEMPLATES, options=_OPTIONS
            ):
                yield _name(path), number, message, context
    yield from ((_name(path), 1, message, None) for path, message in _of_data())


def _of_data() -> Iterator[tuple[Path, Any]]:
    """Yield the texts of data files, each with its file."""
    for name in _DATA:
        for path, table in _tables(name):
            yield from ((path, message) for message in _said(table))
    for name, keys in _WORDED.items():
        for path, table in _tables(name):
            yield from ((path, each) for each in filter(_is_said, _worded(table, keys)))
    for path, table in _tables(_ERRORS):
        told = [each for each in table.values() if each.get("translated")]
        said = [each[key] for each in told for key in ("says", "hint") if key in each]
        yield from ((path, each) for each in said if _is_said(each) and not _OPTION.search(each))
    for path, table in _tables(_PHRASES):
        yield from ((path, message) for message in filter(_is_said, _parts(table)))


def _tables(name: str) -> Iterator[tuple[Path, Any]]:
    """Yield the parsed data files that match a name."""
    for path in sorted((SOURCE / "data").glob(name)):
        with path.open("rb") as file:
            yield path, tomllib.load(file)


def _called(source: str) -> Iterator[tuple[int, Any, str | None]]:
    """Yield line, text and context of each call of our functions, inside of f-strings too."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        if name in _DECLARING:
            yield from ((node.lineno, text, None) for text in _labels(node))
        texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
        wanted = [text for text in texts if isinstance(text, str)]
        if name in _CONTEXTS and len(wanted) == 2:  # noqa: PLR2004 - context and text
            yield node.lineno, wanted[1], wanted[0]
        elif 0 < _PYTHON.get(name, 0) <= len(wanted):
            said = wanted[: _PYTHON[name]]
            yield node.lineno, said[0] if len(said) == 1 else tuple(said), None


def _labels(call: ast.Call) -> Iterator[str]:
    """Return the labels of a declared field: for display, and for forms."""
    asks = [each.value for each in call.keywords if each.arg == "asks"]
    for each in (*call.args[:1], *asks):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value:
            yield each.value


def _said(table: Any) -> Iterator[str]:
    """Return the values of `says`, and those of tables that contain only texts."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _said(value)
        elif isinstance(value, str) and key not in {"version", "status"}:
            yield value


def _worded(told: Any, keys: AbstractSet[str]) -> Iterator[str]:
    """Return the values of the text keys in tables and lists of tables."""
    if isinstance(told, list):
        for each in told:
            yield from _worded(each, keys)
    elif isinstance(told, dict):
        for key, value in told.items():
            if key in keys and isinstance(value, str):
                yield value
            yield from _worded(value, keys)


def _parts(told: Any) -> Iterator[str | tuple[str, str]]:
    """Return the words and templates of phrases, with plural forms for counted ones."""
    for words in told["words"].values():
        yield from words.values()
    groups = told["phrases"].items()
    named = {f"{group}/{name}": each for group, some in groups for name, each in some.items()}
    for code, template in (*told["rules"].items(), *named.items()):
        yield (template, template) if code in told["counted"] else template
    yield from (each["by"] for each in told["joined"].values())
    yield from told["titles"].values()


def _is_said(message: str | tuple[str, str]) -> bool:
    """Return whether a text contains anything apart from placeholders."""
    text = message if isinstance(message, str) else message[0]
    return bool(_SLOT.sub("", text).strip())


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    main()
