"""Names written to be missed: found, explained, and kept apart from part numbers."""

import random
import string
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
        ("25 kg eph3drine", ("ephedrine", "eph3drine", "found/signs")),
        ("s4frole oil", ("safrole", "s4frole", "found/signs")),
        (
            "potassium p3rmanganate",
            ("potassium-permanganate", "potassium p3rmanganate", "found/signs"),
        ),
        ("4c3t1c 4nhydr1d3, 25 kg", ("acetic-anhydride", "4c3t1c 4nhydr1d3", "found/signs")),
        ("s@frole", ("safrole", "s@frole", "found/signs")),
        ("eph€drine", ("ephedrine", "eph€drine", "found/signs")),
        ("pseudoephedr!ne", ("pseudoephedrine", "pseudoephedr!ne", "found/signs")),
        ("safr@le", ("safrole", "safr@le", "found/wild")),
        ("drum of ac*tic anhydride", ("acetic-anhydride", "ac*tic anhydride", "found/wild")),
        ("edirdyhna citeca 25 kg", ("acetic-anhydride", "edirdyhna citeca", "found/backwards")),
        ("25 kg \u202eelorfas\u202c", ("safrole", "elorfas", "found/override")),
        ("25 kg \u202eenotecA\u202c", ("acetone", "enotecA", "found/override")),
        ("saafroolee oil", ("safrole", "saafroolee", "found/doubled")),
    ],
)
def test_a_disguised_name(
    findings: Find, slug: Slug, text: str, want: tuple[str, str, str]
) -> None:
    """The mention quotes what is written, says how it was concealed, and is strong."""
    substance, written, code = want
    found = [each for each in findings(text) if slug(each) == substance]
    assert [(each.text, each.how, each.tier) for each in found] == [
        (written, "disguised", "strong")
    ]
    assert text[found[0].start : found[0].end] == written
    assert found[0].reasons[0].code == code
    assert found[0].score < 0.98


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("ephedrine", "exact"),
        ("acet0ne", "squeezed"),
        ("acetic-anhydride @ 99 %", "squeezed"),
        ("ephedrine 3 kg x 4", "exact"),
        ("sales@acetone.example", "exact"),
    ],
)
def test_a_name_that_is_found_as_written_is_not_disguised(
    findings: Find, text: str, how: str
) -> None:
    """What a search finds anyway is reported once, as before."""
    assert [each.how for each in findings(text)] == [how]


def test_an_override_that_hides_nothing(findings: Find) -> None:
    """A line from right to left that reads the same is no disguise."""
    assert findings("25 kg \u202e12345\u202c soap") == []


def test_part_numbers_are_no_disguises(lexicon: Lexicon) -> None:
    """Of 10,000 made part numbers, codes and addresses, at most one is taken for a name."""
    dice = random.Random(25)
    letters, digits = string.ascii_uppercase, string.digits

    def part() -> str:
        shapes = (
            "LLDDL",
            "LDLDLD",
            "LLLDDDL",
            "LLLLDL",
            "DLLLLL",
            "LLLL-DDD",
            "LLDLLLD@LLL",
            "LL*DDL",
        )
        shape = dice.choice(shapes)
        return "".join(
            dice.choice(letters) if sign == "L" else dice.choice(digits) if sign == "D" else sign
            for sign in shape
        )

    lines = [f"P/N {part()} {part()} qty {dice.randint(1, 90)}" for _ in range(10_000)]
    found, _ = Identifier(lexicon).find(pa.array(lines))
    assert sum(each.how == "disguised" for each in found) <= 1
