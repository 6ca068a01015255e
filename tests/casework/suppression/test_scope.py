"""Scopes: narrow enough, never a country, and in one spelling."""

import pytest
from tests.support.raising import raises

from tidewaiter.casework.suppression.scope import Scope, Trader, check_scope, scope_in_words

TEA = Scope(substances=("safrole",), phrase="Sassafras  TEA")


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(), "casework/scope-without-find"),
        (Scope(phrase="sassafras tea"), "casework/scope-without-find"),
        (
            Scope(rules=("control",), phrase="sassafras tea"),
            "casework/scope-without-substance",
        ),
        (Scope(substances=("safrole",)), "casework/scope-takes-in-all"),
        (Scope(rules=("vague",)), "casework/scope-takes-in-all"),
        (Scope(substances=("safrole",), phrase="Mexico"), "casework/country-in-scope"),
        (
            Scope(substances=("safrole",), phrase="Iran (Islamic Republic of)"),
            "casework/country-in-scope",
        ),
        (Scope(substances=("safrole",), phrase="China, India"), "casework/country-in-scope"),
        (
            Scope(substances=("safrole",), shipper=Trader(name="CN")),
            "casework/country-in-scope",
        ),
        (
            Scope(substances=("safrole",), consignee=Trader(name="France")),
            "casework/country-in-scope",
        ),
        (
            Scope(substances=("safrole",), shipper=Trader(name=" . ", id="77")),
            "casework/not-a-party-name",
        ),
        (Scope(substances=("safrole",), phrase="of"), "casework/not-a-phrase"),
        (Scope(substances=("safrole",), phrase="25 100"), "casework/not-a-phrase"),
        (Scope(substances=("safrole",), phrase=" ".join("abcdefghij")), "casework/phrase-too-long"),
        (Scope(substances=("safrole",), heading="29"), "casework/not-a-hs-heading"),
        (Scope(substances=("a\0",), heading="2914"), "casework/not-a-slug"),
        (
            Scope(substances=tuple("abcdefghijklmnopqrstuvw"), heading="2914"),
            "casework/scope-names-too-many",
        ),
    ],
)
def test_a_scope_that_hides_too_much_is_refused(scope: Scope, said: str) -> None:
    """It is empty, as wide as a substance, or a country; the error says what would do."""
    with raises(said) as caught:
        check_scope(scope)
    assert caught.value.hint


def test_a_scope_has_one_spelling() -> None:
    """Two officers who mean the same write the same."""
    one = check_scope(TEA)
    other = Scope(substances=("safrole", "safrole"), phrase="sassafras-tea", heading="")
    assert one == check_scope(other)
    assert check_scope(Scope(substances=("a",), heading="29.14")).heading == "2914"


def test_a_scope_in_chinese_needs_few_signs() -> None:
    """Two signs are a word; each is looked for by itself."""
    assert check_scope(Scope(substances=("safrole",), phrase="黄樟茶")).phrase == "黄 樟 茶"


def test_a_scope_is_told_in_words() -> None:
    """Each condition is a sentence that an officer can check."""
    scope = Scope(
        substances=("safrole",),
        ways=("fuzzy", "hs"),
        rules=("control", "fuzzy-3", "hs"),
        phrase="sassafras tea",
        heading="1211",
        shipper=Trader(name="Example Herbs", id="77"),
        consignee=Trader(name="Specimen Tea"),
        most="low",
    )
    assert scope_in_words(scope) == (
        "names safrole and nothing else",
        "found by a similar word or by HS code only",
        "no reason adds points but control, fuzzy-3 or hs",
        "“sassafras tea” stands at each find",
        "the HS code begins with 1211",
        "the shipper is Example Herbs (77)",
        "the consignee is Specimen Tea",
        "at most low",
    )
