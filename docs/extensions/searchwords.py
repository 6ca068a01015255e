"""Index entries of the words that readers search for, so that the page that answers comes first.

The search of Sphinx counts a word in a heading alike on every page, so a page that lists all
commands would come before the one that explains. A main entry of the index comes before both.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

WORDS = Path(__file__).resolve().parent.parent / "search-words.toml"
_TITLE = re.compile(r"^# .+\n", re.MULTILINE)


def add_entries(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the entries of a page behind its title, where a hit leads to."""
    words = app.config.search_words.get(page, ())
    if words:
        entries = ", ".join(f"! {word}" for word in words)
        block = f"\n```{{index}} {entries}\n```\n"
        source[0] = _TITLE.sub(lambda title: title[0] + block, source[0], count=1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Read the words; a change of them rebuilds all pages."""
    app.add_config_value("search_words", tomllib.loads(WORDS.read_text("utf-8")), "env")
    app.connect("source-read", add_entries)
    return {"parallel_read_safe": True}
