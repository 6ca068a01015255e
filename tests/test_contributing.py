"""The pages for contributors name files, folders and functions that there are."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tidewaiter"
PAGES = sorted((ROOT / "docs" / "contributing").glob("*.md"))
_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w-]+(?:/[\w-]+)+(?:\.\w+)?|[\w-]+\.(?:py|toml|md)")
_FUNCTION = re.compile(r"([a-z_]+(?:\.[a-z_]+)+)(?::(\w+))?")


def _named(page: Path) -> list[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return _CODE.findall(text)


def _is_there(path: str) -> bool:
    """Find a path from the top of the repository, in the source, or by its name alone."""
    if "/" in path:
        return any((place / path).exists() for place in (ROOT, SOURCE))
    return any(SOURCE.rglob(path)) or any((ROOT / "tests").rglob(path)) or (ROOT / path).exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    """A file that was moved, or a function that was renamed, must be followed by the pages."""
    missing = []
    for name in _named(page):
        if _PATH.fullmatch(name) and not _is_there(name):
            missing.append(name)
        elif found := _FUNCTION.fullmatch(name):
            module, attribute = found.groups()
            if name.rpartition(".")[2] != "html" and (SOURCE / module.partition(".")[0]).exists():
                place = import_module(f"tidewaiter.{module}")
                if attribute and not hasattr(place, attribute):
                    missing.append(name)
    assert missing == []


def test_the_pages_are_found() -> None:
    """The walk and the rooms are checked too: most names are on the architecture page."""
    names = _named(ROOT / "docs" / "contributing" / "architecture.md")
    assert sum(":" in name for name in names) > 15
