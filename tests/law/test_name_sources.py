"""Evidence for names in the registry: the rule, its exceptions, and the reference table."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidewaiter.base.resources import data, toml_files
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Name

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "registry-names.md"
# Beside these stand sources that print the parts of a name, or its other script, not the whole.
OF_PARTS = {"composition", "opencc"}

# Names with one source that is not an official list. A public program prints them beside the
# English name, as the schedules of an Arab state have them; they were found nowhere else.
ONE_SOURCE = {
    ("alfentanil", "الفنتانيل"),
    ("barbital", "باربيتال"),
    ("coca-leaf", "ورق الكوكا"),
    ("codeine", "كودايين"),
    ("desomorphine", "ديزومورفين"),
    ("ecgonine", "ايكجونين"),
    ("ethylmorphine", "ايثيل مورفين"),
    ("etorphine", "ايتورفين"),
    ("hydromorphone", "هيدرومورفون"),
    ("mescaline", "ميسكالين"),
    ("methylphenidate", "ميثيلفينيدات"),
    ("oxycodone", "اوكسيكودون"),
    ("oxymorphone", "اوكسيمورفون"),
    ("pethidine", "بيثيدين"),
    ("remifentanil", "ريميفنتانيل"),
    ("sufentanil", "سوفنتانيل"),
    ("thebaine", "ثيبايين"),
}


def rests_on(name: Name, registry: Registry) -> str:
    """Return the evidence for a name: official, read, rule, one or memory."""
    kinds = [registry.sources[source].kind for source in dict.fromkeys(name.sources)]
    if len(kinds) > 1 and OF_PARTS.intersection(name.sources):
        return "rule"
    if "official" in kinds:
        return "official"
    if set(kinds) == {"memory"}:
        return "memory"
    if len(kinds) == 1:
        return "one"
    return "rule" if set(kinds) <= {"memory", "rule"} else "read"


def _names(registry: Registry) -> Iterator[tuple[str, Name]]:
    for substance in registry.substances:
        for name in substance.names:
            yield substance.slug, name


def test_a_name_rests_on_an_official_list_or_on_two_sources(registry: Registry) -> None:
    """Names in all languages but English do, except those listed with a reason."""
    found = {
        (slug, name.text)
        for slug, name in _names(registry)
        if name.language != "en" and rests_on(name, registry) in {"one", "memory"}
    }
    assert found == ONE_SOURCE


def test_what_rests_on_memory_alone_is_not_enough_alone(registry: Registry) -> None:
    """A name never seen in print needs a cue or is off, and is English."""
    alone = [(slug, n) for slug, n in _names(registry) if rests_on(n, registry) == "memory"]
    assert alone
    assert [(slug, n.text) for slug, n in alone if n.tier == "strong"] == []
    assert {n.language for _, n in alone} == {"en"}


def test_a_source_of_a_name_states_its_kind(registry: Registry) -> None:
    """The file of every cited source of a name says what it can show."""
    for source in sorted({source for _, name in _names(registry) for source in name.sources}):
        assert registry.sources[source].kind, source


def test_no_name_counts_a_source_twice(registry: Registry) -> None:
    """The sources of a name differ, and a dictionary does not count beside the one it grew from."""
    for slug, name in _names(registry):
        assert len(set(name.sources)) == len(name.sources), (slug, name.text)
        if name.language != "en":
            assert not {"freedict", "beolingus-de-en"} <= set(name.sources), (slug, name.text)


LANGUAGES = ["en", *(file.name.removesuffix(".toml") for file in toml_files(data("names")))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_counts_the_names(language: str, registry: Registry) -> None:
    """The reference table gives the evidence for the names in each language."""
    rows = re.findall(r"^\| `(\w\w)` \|(.+)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    counts = [int(cell.replace(",", "")) for cell in dict(rows)[language].split("|")[1:]]
    found = Counter(rests_on(n, registry) for _, n in _names(registry) if n.language == language)
    kinds = ("official", "read", "rule", "one", "memory")
    assert counts == [found.total(), *(found[kind] for kind in kinds)]
