"""What stands around a name: another chemical, or a negation, downgrades it and never hides it."""

from collections.abc import Callable

import pytest

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.identify.findings import DOWNGRADED, Finding

Find = Callable[[str], list[Finding]]
Slug = Callable[[Finding], str]


def _only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "substance", "longer"),
    [
        ("acetone cyanohydrin", "acetone", "acetone cyanohydrin"),
        ("ACETONE CYANOHYDRIN 99 %", "acetone", "ACETONE CYANOHYDRIN"),
        ("acetone oxime 99 %", "acetone", "acetone oxime"),
        ("acetone-d6", "acetone", "acetone-d6"),
        ("toluene diisocyanate", "toluene", "toluene diisocyanate"),
        ("Toluene-2,4-diisocyanate", "toluene", "Toluene-2,4-diisocyanate"),
        ("4-nitrotoluene and acetone oxime", "acetone", "acetone oxime"),
    ],
)
def test_a_name_inside_another_chemicals_is_downgraded(
    findings: Find, slug: Slug, text: str, substance: str, longer: str
) -> None:
    """The mention stays, with the longer name as the reason, and little trust."""
    found = _only(findings(text))
    assert slug(found) == substance
    assert found.downgraded == (Phrase("against/longer", name=longer),)
    assert found.score < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "acetone-free nail polish remover",
        "acetone free",
        "nail polish, free of acetone",
        "free from acetone",
        "without acetone",
        "does not contain acetone",
        "non-acetone remover",
        "acetone substitute",
        "sin propanona",
        "sans acétone",
        "ohne Aceton",
        "без ацетон",
        "بدون أسيتون",
        "esmalte sin acetona, 25 kg",
        "不含丙酮 5 kg",
        "无丙酮 5 kg",
    ],
)
def test_a_negated_name_is_downgraded(findings: Find, slug: Slug, text: str) -> None:
    """A smuggler can write "free of" too: the mention stays, and says what the text says."""
    found = _only(findings(text))
    assert slug(found) == "acetone"
    assert any(reason.code.startswith("against/negated") for reason in found.downgraded)
    assert found.score < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "free sample, acetone",
        "no. 5, acetone",
        "Lot No 5, acetone",
        "acetone, free of charge",
        "acetone; free delivery",
        "acetone | free",
        "freight prepaid acetone 5 L",
        "not restricted; acetone",
        "acetone without label",
        "acetone no smoking",
    ],
)
def test_a_negation_of_something_else_does_not_count(findings: Find, text: str) -> None:
    """A negation reaches no further than its clause, and does not reach back."""
    assert _only(findings(text)).downgraded == ()


@pytest.mark.parametrize("text", ["CAS No. 67-64-1", "CAS no 67-64-1", "cas-no 67-64-1"])
def test_the_no_of_a_number_is_no_negation(findings: Find, text: str) -> None:
    """Before a number "No." is short for number."""
    assert _only(findings(text)).downgraded == ()


@pytest.mark.parametrize(
    "text",
    [
        "methyl acetone",
        "4-methyl acetone",
        "chloro-acetone",
        "phenyl acetone oxime x",
        "bromo-2-acetone",
    ],
)
def test_a_chemical_prefix_makes_another_chemical(findings: Find, text: str) -> None:
    """A group named before it, or joined to it, downgrades the name, or makes another name."""
    for found in findings(text):
        assert found.downgraded or found.start == 0


def test_a_tail_makes_another_chemical(findings: Find, slug: Slug) -> None:
    """A locant and a chemical word after a name downgrade it."""
    found = _only(findings("ephedrine-4-carboxylic acid"))
    assert slug(found) == "ephedrine"
    assert found.downgraded == (Phrase("against/joined"),)


@pytest.mark.parametrize(
    "text",
    [
        "4-(piperidin-4-yl)butanoic acid",
        "piperidin-1-ylmethyl ketone",
        "aceton-2-ylidene hydrazine",
    ],
)
def test_a_name_that_becomes_a_group_is_downgraded(findings: Find, text: str) -> None:
    """The stem of a group in a systematic name is not the goods."""
    assert _only(findings(text)).downgraded


@pytest.mark.parametrize("text", ["Piperidin 25 kg", "aceton-d6 25 kg", "ephedrine-1 of 2 drums"])
def test_a_hyphen_alone_makes_no_group(findings: Find, text: str) -> None:
    """A number behind a name is a label, a lot or a count."""
    assert not _only(findings(text)).downgraded


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("对羟基苯乙酸", "基"),
        ("氯苯乙酸", "氯"),
        ("苯乙酸酯", "酯"),
        ("丙酮酸 25公斤 5 kg", "酸"),
        ("金属锂电池", "电池"),
        ("可充电金属锂电池组 5 pcs", "电池"),
    ],
)
def test_an_ideograph_makes_another_chemical(findings: Find, text: str, sign: str) -> None:
    """Chinese names end and begin other names: the sign beside them is the reason."""
    found = _only(findings(text))
    assert any(f'"{sign}"' in english(reason) for reason in found.downgraded)


@pytest.mark.parametrize(
    "text",
    [
        "acetone",
        "acetone, technical grade",
        "pure acetone",
        "acetone 99.5 %",
        "acetone/water",
        "acetone (HPLC)",
        "acetone & toluene",
        "1 drum acetone",
        "acetone, cyanide test kit",
        "alcohol, acetone",
        "ACETONE UN 1090",
        "DL-ephedrine",
        "ephedrine HCl anhydrous",
        "出口苯乙酸25公斤",
        "苯乙酸，99%",
        "丙酮电子级",
        "金属锂 5 kg",
    ],
)
def test_ordinary_words_do_not_downgrade(findings: Find, text: str) -> None:
    """Grades, amounts, mirror images and other goods beside a name leave it as it is."""
    found = findings(text)
    assert found
    assert all(each.downgraded == () for each in found)


def test_a_downgrade_lowers_the_score_alone(findings: Find) -> None:
    """The same name has the same tier, number and way of finding with and without a downgrade."""
    plain, negated = _only(findings("acetone")), _only(findings("without acetone"))
    assert (plain.how, plain.tier, plain.cas) == (negated.how, negated.tier, negated.cas)
    assert negated.score == pytest.approx(DOWNGRADED * plain.score, abs=0.001)


def test_lines_do_not_reach_into_one_another(findings: Find) -> None:
    """A line break ends a clause: the next line does not negate or lengthen."""
    assert all(not found.downgraded for found in findings("acetone\n\ncyanohydrin free"))
