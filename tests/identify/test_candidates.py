"""Tests of where systematic names and structures stand, and how they are written out."""

import pytest

from tidewaiter.identify.candidates import Candidate, Seeker

SEEKER = Seeker()


def places(text: str) -> list[list[Candidate]]:
    """Return all places of a text."""
    return list(SEEKER.seek(text))


def first(text: str) -> tuple[str, str]:
    """Return the text at the first place, and how it is parsed first."""
    (best, *_), *_ = places(text)
    return text[best.start : best.end], best.texts[0]


@pytest.mark.parametrize(
    ("text", "stands", "read"),
    [
        ("40 drums 1-phenylpropan-2-one, 25 kg", "1-phenylpropan-2-one", "1-phenylpropan-2-one"),
        ("reagent (4-anilinopiperidine), 99%", "4-anilinopiperidine", "4-anilinopiperidine"),
        (
            "N-phenyl-N-[1-(2-phenylethyl) piperidin-4-yl] propanamide 25 kg",
            "N-phenyl-N-[1-(2-phenylethyl) piperidin-4-yl] propanamide",
            "N-phenyl-N-[1-(2-phenylethyl)piperidin-4-yl] propanamide",
        ),
        ("1-phenyl- 2-propanone", "1-phenyl- 2-propanone", "1-phenyl-2-propanone"),
        (
            "tert-butyl 4-oxopiperidine-1-carboxylate in bags",
            "tert-butyl 4-oxopiperidine-1-carboxylate",
            "tert-butyl 4-oxopiperidine-1-carboxylate",
        ),
        (
            "goods: Propanamide, N-phenyl-N-[1-(2-phenylethyl)-4-piperidinyl]-, 5 drums",
            "Propanamide, N-phenyl-N-[1-(2-phenylethyl)-4-piperidinyl]-",
            "Propanamide, N-phenyl-N-[1-(2-phenylethyl)-4-piperidinyl]-",
        ),
        (
            "1-phenylpropan-2-amine hydrochloride, white",
            "1-phenylpropan-2-amine hydrochloride",
            "1-phenylpropan-2-amine hydrochloride",
        ),
        ("sample CC(C)=O, 5 g", "CC(C)=O", "CC(C)=O"),
        ("5 kg but-1-en-2-ol", "but-1-en-2-ol", "but-1-en-2-ol"),
        (
            "key CSCPPACGZOOCGX-UHFFFAOYSA-N.",
            "CSCPPACGZOOCGX-UHFFFAOYSA-N",
            "CSCPPACGZOOCGX-UHFFFAOYSA-N",
        ),
    ],
)
def test_what_stands_there_is_read_whole_and_alone(text: str, stands: str, read: str) -> None:
    """The text is parsed whole and alone."""
    assert first(text) == (stands, read)


def test_signs_of_other_code_points_keep_their_places() -> None:
    """Signs of other code points keep their places."""
    text = "质量 methyl 3‐(1,3‐benzodioxol‐5‐yl)‐2‐methyloxirane‐2‐carboxylate。"
    stands, read = first(text)
    assert stands.startswith("methyl 3‐(1")
    assert read.startswith("methyl 3-(1,3-benzodioxol-5-yl)")


def test_a_mark_of_mirror_images_is_left_off_in_another_way_of_reading() -> None:
    """A mark of mirror images is left off in another way of reading."""
    (best, *_), *_ = places("DL-1-phenylpropan-2-amine")
    assert best.texts == ("DL-1-phenylpropan-2-amine", "1-phenylpropan-2-amine")


def test_a_small_n_is_read_as_nitrogen_too() -> None:
    """A small n is read as nitrogen too."""
    (best, *_), *_ = places("n-phenyl-n-(piperidin-4-yl)propanamide")
    assert "N-phenyl-N-(piperidin-4-yl)propanamide" in best.texts


@pytest.mark.parametrize(
    "text", ["3-phase motor", "20-FT container", "4-wheel drive", "N-type plug", "part A-4-SIZE"]
)
def test_everyday_words_are_not_worth_reading(text: str) -> None:
    """Everyday words are not worth reading."""
    assert places(text) == []


def test_words_parted_by_a_semicolon_are_not_one_name() -> None:
    """Words parted by a semicolon are not one name."""
    assert first("lithium;1-phenylpropan-2-one")[0] == "1-phenylpropan-2-one"


def test_a_text_of_brackets_and_locants_ends() -> None:
    """A text of brackets and locants ends."""
    text = "1-(" * 900 + "methyl" + " 2-methyl" * 300
    assert sum(len(found) for found in places(text)) < 5_000


def test_few_texts_are_tried_for_one_place() -> None:
    """Few texts are tried for one place."""
    text = "acid acid ethyl methyl 1-phenylpropan-2-one acid ester salt oxide chloride"
    assert all(len(found) <= 10 for found in places(text))
