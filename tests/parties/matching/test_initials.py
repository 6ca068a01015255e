"""An initial is worth less than the word it represents, and identifies no one alone."""

import pytest

from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher, model_record
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import ListedParty, PartyName

SURE = 2.25  # log-odds of .905
LISTED = (
    "WANG, Li",
    "KIM, Yong Chol",
    "NGUYEN, Van Anh",
    "EXAMPLE, Christopher",
    "LI, Na",
    "KHAN, Ali",
    "UDAHARAN, Asha Rani",
    "ABDUL RAHMAN, Omar",
    "IVANOV, Ivan Ivanovich",
    "LEE, Jin",
    "ALI, Musa",
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Make a list of persons with common and rare names."""
    return Matcher(
        build_index(
            [ListedParty(id=name, kind="person", names=(PartyName(text=name),)) for name in LISTED]
        )
    )


def odds(matcher: Matcher, text: str, entry: str) -> float:
    """Return the log-odds of an entry; none: far below any threshold."""
    answer = matcher.match([AskedParty(text=text, kind="person")], 0.0001)[0]
    return next((each.log_odds for each in answer.matches if each.entry == entry), -99.0)


def test_the_initial_of_a_person_has_no_coefficient_of_its_own() -> None:
    """Twice that of a word, as an initial weighs at most 2.5 nats, a word ten and more."""
    model = model_record().person
    assert 0 < model["initial"] <= 2.001 * model["exact"]


@pytest.mark.parametrize("name", LISTED)
def test_an_initial_is_no_surer_than_the_name(matcher: Matcher, name: str) -> None:
    """The full given name is stronger evidence."""
    surname, given = (part.strip() for part in name.split(","))
    written = f"{given.split()[0]} {surname}"
    short = f"{given[0]}. {surname}"
    assert odds(matcher, short, name) < odds(matcher, written, name)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Y. C. Kim", "KIM, Yong Chol"),
        ("Y. C. Li", "LI, Na"),
        ("W. L.", "WANG, Li"),
        ("C. Exemplar", "EXAMPLE, Christopher"),
        ("A. Kahn", "KHAN, Ali"),
        ("M. Ally", "ALI, Musa"),
        ("J. Lin", "LEE, Jin"),
    ],
)
def test_initials_do_not_carry_a_match(matcher: Matcher, text: str, entry: str) -> None:
    """The remaining name is another one, or a common one."""
    assert odds(matcher, text, entry) < SURE


def test_a_full_surname_with_an_initial_is_still_told(matcher: Matcher) -> None:
    """A rare surname and the right initials are a resemblance."""
    answer = matcher.match([AskedParty(text="A. R. Udaharan", kind="person")])[0]
    assert [each.entry for each in answer.matches] == ["UDAHARAN, Asha Rani"]
