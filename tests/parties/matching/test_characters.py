"""Names in Chinese characters: which are compared, and which are not."""

import pytest

from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.names.rarity import Rarity
from tidewaiter.parties.types import ListedParty, PartyKind, PartyName

RARITY = Rarity(entries=24_431, counts={})  # no word but those of the background is common


def chance(asked: str, listed: str, kind: PartyKind) -> float:
    """Return the probability of the one entry of a list."""
    party = ListedParty(id="1", kind=kind, names=(PartyName(text=listed),))
    matcher = Matcher(build_index([party], RARITY))
    answer = matcher.match([AskedParty(text=asked, kind=kind)], 0.0)[0]
    return answer.matches[0].probability if answer.matches else 0.0


@pytest.mark.parametrize(("one", "other"), [("王明伟", "王明玮"), ("李建华", "李建桦")])
def test_homophones_are_other_persons(one: str, other: str) -> None:
    """Two names in characters are the same by their characters, not by what they sound like."""
    assert chance(one, one, "person") > 0.4
    assert chance(one, other, "person") < 0.05


def test_traditional_and_simplified_are_the_same() -> None:
    """They are two ways to write one name."""
    assert chance("陳國強", "陈国强", "person") > 0.4


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("深圳市摩托罗拉科技股份有限公司", "Shenzhen Motorola Technology Co., Ltd."),
        ("大有銀行有限公司", "Tai Yau Bank Limited"),
        ("华中农业大学", "Huazhong Agricultural University"),
    ],
)
def test_a_company_is_found_in_both_directions(native: str, latin: str) -> None:
    """Whichever side is in characters."""
    assert chance(native, latin, "organisation") > 0.2
    assert chance(latin, native, "organisation") > 0.2


def test_a_name_without_a_part_is_another_one_in_characters() -> None:
    """Characters leave no part of a person's name out; Latin letters do."""
    assert chance("林静", "LIN, Jing He", "person") < chance("Lin Jing", "LIN, Jing He", "person")


@pytest.mark.parametrize(
    ("one", "other"), [("Tang Xueqing", "WANG, Xueqing"), ("Li Jie", "LI, Zhi")]
)
def test_syllables_are_no_misspellings(one: str, other: str) -> None:
    """Pinyin says which syllable is meant."""
    assert chance(one, other, "person") < chance(one, one, "person") / 2
