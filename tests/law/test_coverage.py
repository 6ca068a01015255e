"""The registry against official lists, which are evaluation data and not part of the checkout."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tidewaiter.identify.engine.rules import build_fold_tables
from tidewaiter.identify.engine.words import fold_keys
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.types import Substance

pytestmark = pytest.mark.shared

# Rows of the DEA's list that no file is named after: preparations and extracts, which are
# controls of the substance with a scope, and spellings that only this list has.
HELD_BY = {
    "Amobarbital & noncontrolled active ingred.": "amobarbital",
    "Amobarbital suppository dosage form": "amobarbital",
    "Cenobamate [(1R)-1-(2-chlorophenyl)-2-(tetrazol-2-yl)ethyl]carbamate": "cenobamate",
    "Codeine & isoquinoline alkaloid 90 mg/du": "codeine",
    "Codeine preparations - 200 mg/(100 ml or 100 gm)": "codeine",
    "Difenoxin 1 mg/25 ug AtSO4/du": "difenoxin",
    "Difenoxin preparations - 0.5 mg/25 ug AtSO4/du": "difenoxin",
    "Dihydrocodeine combination product 90 mg/du": "dihydrocodeine",
    "Dihydrocodeine preparations 100mg/(100 ml or 100 gm)": "dihydrocodeine",
    "Diphenoxylate preparations 2.5 mg/25 ug AtSO4": "diphenoxylate",
    "Dronabinol in an oral solution in a drug product approved for marketing by the U.S. Food and"
    " Drug Administration": "dronabinol",
    "Ethylmorphine combination product 15 mg/du": "ethylmorphine",
    "Ethylmorphine preparations 100 mg/(100 ml or 100 gm)": "ethylmorphine",
    "Etorphine HCl": "etorphine",
    "Gamma Hydroxybutyric Acid preparations": "ghb",
    "Marihuana Extract": "cannabis",
    "Morphine combination product/50 mg/(100 ml or 100gm)": "morphine",
    "Opium combination product 25 mg/du": "opium",
    "Opium extracts": "opium",
    "Opium fluid extract": "opium",
    "Opium preparations - 100 mg/(100 ml or 100 gm)": "opium",
    "Pentobarbital & noncontrolled active ingred.": "pentobarbital",
    "Pentobarbital suppository dosage form": "pentobarbital",
    "Secobarbital & noncontrolled active ingred": "secobarbital",
    "Secobarbital suppository dosage form": "secobarbital",
    "Tiletamine & Zolazepam Combination Product": "tiletamine",
}
# Classes: a rule takes them, not a name (see the reference of the registry's coverage).
CLASSES = {
    "Anabolic steroids",
    "Barbituric acid derivative",
    "Fentanyl related-substances as defined in 21 CFR 1308.11(h)",
    "Stimulant compounds previously excepted",
}
# Preparations of the Chinese lists: controls of the substance with a scope.
CHINESE_PREPARATIONS = {"丁丙诺啡透皮贴剂*": "buprenorphine", "氨酚氢可酮片*": "hydrocodone"}


class _Finder:
    """Finds substances by their folded names and their CAS numbers."""

    def __init__(self, registry: Registry) -> None:
        self._tables = build_fold_tables()
        self._found: dict[str, set[str]] = defaultdict(set)
        self._by_slug = {substance.slug: substance for substance in registry.substances}
        for substance in registry.substances:
            for key in self._keys(_texts(substance)):
                self._found[key].add(substance.slug)

    def _keys(self, texts: Iterable[str]) -> Iterator[str]:
        wanted = [text for text in texts if text]
        for units in fold_keys(wanted, self._tables):
            yield "".join(map(chr, units.tolist()))

    def find(self, texts: Iterable[str], regime: str, schedule: str = "") -> set[str]:
        """Return the substances of these names that a regime holds."""
        slugs = set().union(*(self._found.get(key, set()) for key in self._keys(texts)))
        return {slug for slug in slugs if holds(self._by_slug[slug], regime, schedule)}


def _texts(substance: Substance) -> Iterator[str]:
    yield from (substance.name, *substance.cas)
    for name in substance.names:
        yield from (name.text, name.cas or "")
    for form in substance.forms:
        yield from (form.name, form.cas or "")


def holds(substance: Substance, regime: str, schedule: str = "") -> bool:
    """Return whether an instrument, or one with this name prefix, controls a substance."""
    return any(
        control.regime.startswith(regime) and schedule in {"", control.schedule}
        for control in substance.controls
    )


def _holds_now(substance: Substance, regime: str, schedule: str) -> bool:
    """Return whether a control of this instrument and schedule has not ended."""
    return any(
        (control.regime, control.schedule, control.until) == (regime, schedule, None)
        for control in substance.controls
    )


@pytest.fixture(scope="module")
def finder() -> _Finder:
    """Index the names and numbers of the registry."""
    return _Finder(load_registry())


def _rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    if not path.is_file():
        pytest.skip(f"no {path.name} among the evaluation data")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_the_tables_of_1988_are_complete(shared: Path, finder: _Finder, registry: Registry) -> None:
    """Every entry of Tables I and II is there, under its name, number, table and subheading."""
    rows = _rows(shared / "facts" / "un1988_tables.tsv", "\t")
    listed = [row for row in rows if row["un_table"] in {"I", "II"}]
    assert len(listed) == 51
    for row in listed:
        table = f"Table {row['un_table']}"
        by_name = finder.find([row["name"], *row["synonyms"].split("; ")], "un-1988", table)
        assert len(by_name) == 1, row["name"]
        if row["cas"]:
            assert finder.find([row["cas"]], "un-1988", table) == by_name, row["name"]
        assert row["hs2022"] in registry.substance(by_name.pop()).hs, row["name"]


def test_the_tables_of_1988_hold_no_more(shared: Path, registry: Registry) -> None:
    """No substance says that it is in Table I or II now where the tables do not list it."""
    rows = _rows(shared / "facts" / "un1988_tables.tsv", "\t")
    listed = [f"Table {row['un_table']}" for row in rows]
    for table in ("Table I", "Table II"):
        held = [s.slug for s in registry.substances if _holds_now(s, "un-1988", table)]
        assert len(held) == listed.count(table)


def test_the_listed_chemicals_of_the_us_are_complete(shared: Path, finder: _Finder) -> None:
    """Every chemical of 21 CFR 1310.02, as evaluation data holds it, is there with its list."""
    rows = _rows(shared / "data" / "chemistry" / "us_dea" / "dea_listed_chemicals.csv")
    assert len(rows) == 48
    missing = [
        row["name"]
        for row in rows
        if not finder.find(_spellings(row["name"]), "us-listed-chemicals", f"List {row['list']}")
    ]
    assert missing == []


def test_the_controlled_substances_of_the_us_are_there(
    shared: Path, finder: _Finder, registry: Registry
) -> None:
    """Every row of the DEA's alphabetical list leads to a substance under the Act, but classes."""
    rows = _rows(shared / "data" / "chemistry" / "us_dea" / "dea_controlled_alpha.csv")
    assert len(rows) == 511
    missing = []
    for row in rows:
        name = row["SUBSTANCE"]
        texts = [*_spellings(name), *re.split(r"[,;]| or | and ", row["Names"])]
        held = name in HELD_BY and holds(registry.substance(HELD_BY[name]), "us-csa")
        if name not in CLASSES and not held and not finder.find(texts, "us-csa"):
            missing.append(name)
    assert missing == []


def test_the_lists_of_china_are_there(shared: Path, finder: _Finder, registry: Registry) -> None:
    """Every row of the four Chinese lists leads to a substance that China controls."""
    rows = _rows(shared / "data" / "chemistry" / "cn_controlled" / "cn_controlled.csv")
    assert len(rows) == 502
    missing = []
    for row in rows:
        name = row["name_zh"]
        held = name in CHINESE_PREPARATIONS and holds(
            registry.substance(CHINESE_PREPARATIONS[name]), "cn-"
        )
        if not held and not finder.find([row["cas"], row["name_en"], name], "cn-"):
            missing.append(name)
    assert missing == []


def _spellings(name: str) -> Iterator[str]:
    """Yield a row's name, without and within its brackets, and before its comma."""
    yield from (name, re.sub(r"\s*\(.*?\)$", "", name), re.sub(r",.*", "", name))
    yield from re.findall(r"\(([^()]*)\)", name)
    yield from re.split(r" and | \(", name)
