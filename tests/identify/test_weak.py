"""Weak names hide no strong one, and two names of one place are one mention."""

import re
from collections.abc import Callable

import pyarrow as pa
import pytest

from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.identify.findings import Finding

Find = Callable[[str], list[Finding]]
Slug = Callable[[Finding], str]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("a label for camphorated opium tincture", ("opium", "opium tincture", "strong")),
        ("a label for methyl morphine", ("morphine", "morphine", "strong")),
        ("香水 苯乙酸乙酯 香水", ("phenylacetic-acid", "苯乙酸", "strong")),
        ("25 kg camphorated opium tincture", ("opium", "opium tincture", "strong")),
        ("25 kg methyl morphine", ("codeine", "methyl morphine", "weak")),
        ("苯乙酸乙酯 25 kg", ("phenylacetic-acid", "苯乙酸乙酯", "weak")),
    ],
)
def test_a_name_inside_a_weak_one(
    findings: Find, slug: Slug, text: str, want: tuple[str, str, str]
) -> None:
    """Without a cue the strong name inside counts; with one, the weak one, or what is surer."""
    assert [(slug(each), each.text, each.tier) for each in findings(text)] == [want]


def test_a_name_inside_a_weak_one_is_no_cue_for_it(findings: Find, slug: Slug) -> None:
    """Another substance's name is a cue beside the weak name, and not inside it."""
    assert [slug(each) for each in findings("note on methyl morphine")] == ["morphine"]
    found = findings("note on methyl morphine and heroin")
    assert [slug(each) for each in found] == ["codeine", "heroin"]


def test_no_weak_name_hides_a_strong_one(lexicon: Lexicon) -> None:
    """Wherever a weak name holds the words of a strong one, a line without a cue finds that."""
    strong = {_words(e.text): e for e in lexicon.names.entries if e.tier == "strong"}
    lines, inside = [], []
    for entry in lexicon.names.entries:
        words = _words(entry.text)
        parts = {
            words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1)
        } & strong.keys()
        if entry.tier == "weak" and parts:
            lines.append(f"a label for {entry.text} it reads")
            inside.append({strong[part].substance for part in parts})
    found, _ = Identifier(lexicon).find(pa.array(lines))
    assert len(lines) > 2
    named = [{each.substance for each in found if each.line == n} for n in range(len(lines))]
    missed = [
        line for line, here, wanted in zip(lines, named, inside, strict=True) if not here & wanted
    ]
    assert missed == []


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize("name", ["TDP mold", "tablet tooling", "capsule filler", "pill mold die"])
@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("{}, 5 pcs", True),
        ("5pcs {}", True),
        ("{} SETS", True),
        ("1 set of the {}", True),
        ("2 units {}", True),
        ("machine, {}", True),
        ("{} 2套", True),
        ("三台 {}", True),
        ("{}, 4 шт.", True),
        ("3 piezas de {}", True),
        ("{} for tea and for pcs", False),
        ("{} from 台北", False),
        ("{} for settings", False),
    ],
)
def test_a_machine_has_cues_of_its_own(
    findings: Find,
    name: str,
    line: str,
    counts: bool,  # noqa: FBT001
) -> None:
    """A word that counts machines, within three words, is a cue for a weak name of one."""
    found = findings(line.format(name))
    assert [(each.text, each.tier) for each in found] == [(name, "weak")] * counts


@pytest.mark.parametrize("line", ["MEK, 5 pcs", "2 units ether", "ether 2套", "GBL machine"])
def test_cues_of_machines_are_none_for_chemicals(findings: Find, line: str) -> None:
    """Pieces and sets say nothing for a short name of a chemical."""
    assert findings(line) == []
