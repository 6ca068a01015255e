"""Scripts that are not compared: told of each name, and of no name that is compared."""

import pytest

from tidewaiter.parties.compared_scripts import FOREIGN_HAN, uncompared
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import ListedParty, PartyName

NAMES = {
    "Myanmar": ("အောင်ကျော်", "Aung Kyaw"),
    "Tamil": ("குமரன் செல்வம்", "Kumaran Selvam"),
    FOREIGN_HAN: ("拉佩斯·亨德里克斯", "Rapace Hendrix"),
}
COMPARED = {
    "hebrew": ("יוסף אברמוביץ", "Yosef Abramovich"),
    "thai": ("สมชาย สุวรรณ", "Somchai Suwan"),
    "devanagari": ("सुनीता उदाहरण", "Sunita Udaharan"),
    "armenian": ("Արմեն Օրինակյան", "Armen Orinakyan"),
    "georgian": ("გიორგი მაგალითაძე", "Giorgi Magalitadze"),
    "greek": ("Νίκος Παραδειγμάτης", "Nikos Paradeigmatis"),
    "cyrillic": ("Иван Прикладов", "Ivan Prikladov"),
    "ethiopic": ("አበበ ምሳሌ", "Abebe Misale"),
}


def matcher(*names: str) -> Matcher:
    """Make a list of persons with these names."""
    return Matcher(
        build_index(
            [
                ListedParty(id=str(at), kind="person", names=(PartyName(text=name),))
                for at, name in enumerate(names)
            ]
        )
    )


@pytest.mark.parametrize("script", NAMES)
def test_a_name_that_is_not_compared_says_in_which_script_it_is(script: str) -> None:
    """It is not assessable, so that no match is not taken for no entry."""
    asked, _ = NAMES[script]
    answer = matcher("Ivan Prikladov").match([AskedParty(text=asked, kind="person")])[0]
    assert (answer.script, answer.not_assessable) == (script, "script without reader")
    assert uncompared(asked) == script


def test_it_is_compared_with_names_in_the_same_script() -> None:
    """The match appears together with the note on the script."""
    asked, latin = NAMES["Tamil"]
    answer = matcher(latin, asked).match([AskedParty(text=asked, kind="person")])[0]
    assert [each.entry for each in answer.matches] == ["1"]
    assert answer.script == "Tamil"


@pytest.mark.parametrize("script", COMPARED)
def test_a_script_of_which_nothing_is_said_is_compared(script: str) -> None:
    """Its name finds the listed one in Latin letters."""
    asked, latin = COMPARED[script]
    answer = matcher(latin).match([AskedParty(text=asked, kind="person")])[0]
    assert [each.entry for each in answer.matches] == ["0"]
    assert (answer.script, answer.not_assessable) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "Yosef Ledugma יוסף",
        "王小明",
        "朝比奈拓见",
        "ウラジーミル・サモキシュ",
        "ＡＢＣ貿易",
        "김철수",
        "محمد",
        "Ltd. 12",
        "",
        "·",
    ],
)
def test_nothing_is_said_of_names_that_are_compared(text: str) -> None:
    """A part in letters that are compared will do, and so will Chinese and Japanese names."""
    assert uncompared(text) == ""
