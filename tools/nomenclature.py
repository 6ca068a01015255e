"""Readers of goods nomenclatures in 24 languages, the source of words for other chemicals.

- The Combined Nomenclature 2026 of the European Union (Annex I to Regulation (EEC) No 2658/87), in
  23 languages: the folder `Resources` of a checkout of https://github.com/xterr/php-cncodes (MIT),
  which contains the Commission's texts. They may be reused (Decision 2011/833/EU).
- The nomenclature of the Eurasian Economic Union 2022, in Russian: the file `output/tnved.json` of
  a checkout of https://github.com/existanz/go-tnved, which contains the official text.

Neither is part of this project: only single words are taken from their texts.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

YEAR = 2026
_FILES = ("Headings", "Subheadings", "Codes")
_HEADING = 4  # number of digits
_SUBHEADING = 6
# One entry per line: the English text and its translation, each in single or double quotes, or
# unquoted.
_ENTRY = re.compile(r"""('(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|.+?): (.+)""")
WORD = re.compile(r"[^\W\d_]+")


class Text(NamedTuple):
    """Text of one code in one language."""

    language: str
    code: str  # 4, 6, 8 or 10 digits
    text: str
    english: tuple[str, ...]  # the English text, or those of the same subheading


def read_nomenclatures(european: Path, eurasian: Path) -> list[Text]:
    """Read both nomenclatures.

    Args:
        european: The folder `Resources`.
        eurasian: The file `tnved.json`.
    """
    names = _english(european)
    english: dict[str, list[str]] = defaultdict(list)
    for code, name in names.items():
        for width in {len(code), min(len(code), _SUBHEADING)}:
            english[code[:width]].append(name)
    texts = list(_european(european, names))
    for code, text in _eurasian(json.loads(eurasian.read_text(encoding="utf-8"))):
        found = english.get(code[:_SUBHEADING], english.get(code[:_HEADING], []))
        texts.append(Text("ru", code, text, tuple(found)))
    return texts


def _english(folder: Path) -> dict[str, str]:
    """Map each code of the Combined Nomenclature to its English text."""
    return {
        row["code"]: row["name"]
        for name in _FILES
        for row in json.loads((folder / f"cn{name}_{YEAR}.json").read_text(encoding="utf-8"))
    }


def _european(folder: Path, names: dict[str, str]) -> Iterator[Text]:
    codes: dict[str, list[str]] = defaultdict(list)
    for code, name in names.items():
        codes[name].append(code)
        yield Text("en", code, name, (name,))
    for path in sorted((folder / "translations").glob("messages_*.yaml")):
        language = path.stem.removeprefix("messages_")
        for line in path.read_text(encoding="utf-8").splitlines():
            found = _ENTRY.fullmatch(line)
            if found is None:
                raise SystemExit(f"{path.name}: a line is no entry: {line[:80]}")
            english = _scalar(found[1])
            for code in codes.get(english, ()):
                yield Text(language, code, _scalar(found[2]), (english,))


def _scalar(text: str) -> str:
    """Parse a single-line YAML string."""
    if text.startswith('"'):
        return str(json.loads(text))
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def _eurasian(sections: list[dict[str, object]]) -> Iterator[tuple[str, str]]:
    """Yield each code with its text from nested sections, groups, goods and subheadings."""
    for section in sections:
        for part in ("groups", "goods", "subs"):
            inner = section.get(part)
            if isinstance(inner, list):
                yield from _eurasian(inner)
        if "code" in section:
            yield str(section["code"]), str(section["naim"])
