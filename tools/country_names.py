"""Write the names of countries in the languages of trade papers, from Unicode CLDR by Babel.

Their codes of three letters (ISO 3166-1 alpha-3) are among the names.

Run: python -m tools.country_names

Names that two countries share, and those that the registry already has, are left out.
"""

import json
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

from babel import Locale
from babel.core import get_global

from tidewaiter.base.countries import country_codes, find_country, key_of_name

OUT = Path(__file__).parents[1] / "src/tidewaiter/data/country_names.toml"
LANGUAGES = """
ar az bg bn cs da de el en es et fa fi fr he hi hr hu hy id it ja ka kk ko ky lt lv mk ms nb nl
pl pt pt_PT ro ru sk sl sq sr sr_Latn sv sw ta th tk tr uk ur uz vi zh zh_Hant
"""
_LETTERS = 3  # of a code that is not that of two letters
HEAD = """# Names of countries in other languages, by ISO 3166-1 alpha-2 code: territories of
# Unicode CLDR (Unicode License v3), as Babel {version} has them. Written by
# tools/country_names.py. Names that two countries share are left out, as are those of
# countries.toml.

[names]
"""


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def main() -> None:
    """Write the file."""
    found: dict[str, set[str]] = defaultdict(set)
    written: dict[str, str] = {}
    codes = country_codes()
    for language in LANGUAGES.split():
        for code, name in Locale.parse(language).territories.items():
            if code in codes and find_country(name) is None:
                found[key_of_name(name)].add(code)
                written.setdefault(key_of_name(name), name)
    for code, [territory, *others] in get_global("territory_aliases").items():
        if len(code) == _LETTERS and code.isalpha() and territory in codes and not others:
            found[key_of_name(code)].add(territory)
            written[key_of_name(code)] = code
    names: dict[str, list[str]] = defaultdict(list)
    for key, each in found.items():
        if len(each) == 1:
            names[next(iter(each))].append(written[key])
    lines = [
        f"{code} = [{', '.join(map(_quoted, sorted(each)))}]\n"
        for code, each in sorted(names.items())
    ]
    OUT.write_text(HEAD.format(version=version("babel")) + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
