"""The codes of errors: what the source raises and what data/errors says agree."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest

import tidewaiter
from tidewaiter.base.errors import AS_REPORTED

SOURCE = Path(tidewaiter.__file__).parent
ENTRIES = {
    f"{file.stem}/{name}": entry
    for file in sorted((SOURCE / "data" / "errors").glob("*.toml"))
    for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
}
BUILDERS = frozenset({"wrong", "doubt", "make"})  # of a problem: position and code
SOURCES = {
    path.relative_to(SOURCE).as_posix(): text
    for path in sorted(SOURCE.rglob("*.py"))
    if "Error" in (text := path.read_text(encoding="utf-8")) or "exchange.problems" in text
}
_CODE = re.compile(r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)*")
_NAMED = re.compile(r'"([a-z]+/[a-z0-9-]+)"')
_CLASS = re.compile(r"^class (\w+Error)\((\w+)", re.MULTILINE)


def _kinds() -> frozenset[str]:
    """Return the names of our classes of errors."""
    known = {"TidewaiterError"}
    bases = [found for text in SOURCES.values() for found in _CLASS.findall(text)]
    for _ in bases:
        known |= {name for name, base in bases if base in known}
    return frozenset(known)


KINDS = _kinds()


def _slots(entry: Mapping[str, str]) -> set[str]:
    texts = entry["says"], entry.get("hint", "")
    return {slot for text in texts for _, slot, _, _ in Formatter().parse(text) if slot}


def _made(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield each error code that is constructed, with its location, including AS_REPORTED."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = 1 if node.func.id in BUILDERS else 0
        if node.func.id not in KINDS | BUILDERS or len(node.args) <= place:
            continue
        code = node.args[place]
        if isinstance(code, ast.Constant):
            yield str(code.value), node


def _told(node: ast.Call) -> set[str] | None:
    """Return the values that a call names; None: they are those of another error."""
    names = {each.arg for each in node.keywords}
    own = (
        {"at", "source"} if isinstance(node.func, ast.Name) and node.func.id in BUILDERS else {"at"}
    )
    return None if None in names else {name for name in names if name} - own


def _faults(place: str, text: str) -> Iterator[str]:
    """Say where a source file and the entries do not agree."""
    room = place.partition("/")[0].removesuffix(".py")
    for code, node in _made(ast.parse(text)):
        told, entry = _told(node), ENTRIES.get(code)
        if entry is None or code.partition("/")[0] not in {room, "base"}:
            yield f"{place}:{node.lineno}: {code} is no entry of {room}.toml"
        elif told is not None and told != _slots(entry):
            yield f"{place}:{node.lineno}: {code} has {sorted(told)}, not {sorted(_slots(entry))}"


def _unused(texts: Mapping[str, str]) -> set[str]:
    """Return the codes that no source names: in a call, or in a table from which one is taken."""
    named = {
        found for text in texts.values() for found in re.findall(r'"([a-z]+/[a-z0-9-]+)"', text)
    }
    return ENTRIES.keys() - named


def test_each_error_is_an_entry_with_its_values() -> None:
    """Its code is in the file of its package, with the given values as slots."""
    assert [fault for place, text in SOURCES.items() for fault in _faults(place, text)] == []


def test_each_entry_is_used() -> None:
    """And its name is written as names are."""
    assert _unused(SOURCES) == set()
    assert [code for code in ENTRIES if not _CODE.fullmatch(code)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"base/unit-not-known"', '"base/unit-not-knwn"'),
        ('"base/unit-not-known", text', '"base/unit-not-known", txt'),
        ('"base/unit-not-known"', '"trade/file-empty"'),
        ('"base/unit-not-known", ', '"base/unit-not-known", more=1, '),
        ('"exchange/no-such-line"', '"exchange/no-such-lin"'),
        ('"exchange/no-such-line", number', '"exchange/no-such-line", nmber'),
    ],
)
def test_a_slip_is_seen(old: str, new: str) -> None:
    """A code of no entry or of another room, and a value that is misnamed or too many."""
    place = "base/quantities.py" if old.startswith('"base') else "exchange/notices/checks.py"
    changed = SOURCES[place].replace(old, new)
    assert changed != SOURCES[place]
    assert len(list(_faults(place, changed))) == 1


def test_an_entry_that_nobody_uses_is_seen() -> None:
    """An error that is raised no more leaves no words behind."""
    changed = {place: text.replace(f'"{AS_REPORTED}"', '""') for place, text in SOURCES.items()}
    assert _unused(changed) == {AS_REPORTED}
