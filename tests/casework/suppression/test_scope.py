"""Scopes: narrow enough, never a country, and in one spelling."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.casework.suppression.scope import (
    Found,
    Given,
    Held,
    Named,
    Scope,
    Subject,
    Trader,
    Written,
    check_scope,
    scope_in_words,
    span_of,
    subject_of,
    words_of,
)
from tidewaiter.trade.types import Alert, Holding, Line, Mention, Party, Reason

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


NARROW = Scope(substances=("safrole",), heading="1211")


@pytest.mark.parametrize(
    ("field", "most", "more"),
    [
        ("substances", [f"s{at}" for at in range(20)], [f"s{at}" for at in range(21)]),
        ("ways", ["cas", "hs"], [f"w{at}" for at in range(21)]),
        ("rules", [f"r{at}" for at in range(20)], [f"r{at}" for at in range(21)]),
        ("rules", ["x" * 100], ["x" * 101]),
        ("substances", ["x" * 100], ["x" * 101]),
        ("heading", "1211", "121"),
        ("heading", "1211.90.86.1234", "1211.90.86.12345"),
        ("phrase", "soap", "tea"),
        ("phrase", "25 kg", "25 100"),
        ("phrase", "one two three four five six seven 8", "1 two three four five six seven 8 9"),
        ("phrase", "黄樟", "黄"),
        ("phrase", "黄" * 24, "黄" * 25),
        ("phrase", "茶 tea", "茶 te"),
        ("phrase", "china tea", "china"),
    ],
)
def test_the_bounds_of_a_scope(field: str, most: object, more: object) -> None:
    """What just fits is kept; one thing more, or a letter or digit less, is refused."""
    check_scope(structs.replace(NARROW, **{field: most}))
    with pytest.raises(InputError):
        check_scope(structs.replace(NARROW, **{field: more}))


def test_a_scope_has_one_spelling() -> None:
    """Two officers who mean the same write the same."""
    one = check_scope(TEA)
    other = Scope(substances=("safrole", "safrole"), phrase="sassafras-tea", heading="")
    assert one == check_scope(other)
    assert check_scope(Scope(substances=("a",), heading="29.14")).heading == "2914"


def test_a_scope_in_chinese_needs_few_signs() -> None:
    """Two characters make a word; each is searched for separately."""
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
        "names no substance other than safrole",
        "matched only by a close spelling or by HS code",
        "only these rules add points: control, fuzzy-3, hs",
        "“sassafras tea” appears at each match",
        "the HS code begins with 1211",
        "the shipper is Example Herbs (77)",
        "the consignee is Specimen Tea",
        "severity: low or lower",
    )


_texts = st.text("ab1 ,-", max_size=12)


@given(_texts, st.integers(0, 12), st.integers(0, 12))
def test_the_words_of_a_find_are_those_that_its_signs_touch(text: str, one: int, two: int) -> None:
    """A find that begins inside a word begins with it; one of no word is the next one."""
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    spans = [found.span() for found in re.finditer("[ab1]+", text)]
    first = sum(stop <= start for _, stop in spans)
    begun = sum(begin < end for begin, _ in spans)
    assert span_of(text, start, end) == (first, max(begun, first + 1))


@given(st.text("aб黄é1\u00ad\u0301 -", max_size=12), st.integers(0, 12))
def test_the_beginning_of_a_text_has_no_more_words_than_all_of_it(text: str, end: int) -> None:
    """All its words but the last are those of the text."""
    some, whole = words_of(text[:end]), words_of(text)
    assert len(some) <= len(whole)
    assert some[:-1] == whole[: max(0, len(some) - 1)]


def test_a_rule_looks_at_a_part_of_an_alert() -> None:
    """Each field that a scope can name is that of the alert."""
    alert = Alert(
        id="a1",
        file="manifest.csv",
        row=1,
        consignment="C1",
        seq=1,
        day=date(2026, 3, 1),
        severity="low",
        score=47,
        rank=47,
        due=None,
        days_left=None,
        substances=("safrole",),
        title=Phrase("who/nothing"),
        line=Line(
            row=1,
            consignment="C1",
            seq=1,
            goods="Sassafras tea",
            hs="1211",
            parties=(Party(role="consignor", name="Example Herbs Ltd", id="77"),),
        ),
        mentions=(
            Mention(
                substance="safrole",
                name="Safrole",
                cas=None,
                field="goods",
                start=0,
                end=9,
                text="Sassafras",
                how="fuzzy",
                tier="weak",
                score=0.5,
                downgraded=(Phrase("who/nothing"),),
            ),
        ),
        reasons=(Reason(rule="control", says=Phrase("who/nothing"), points=45, source="x"),),
        law=(
            Holding(
                substance="safrole",
                regime="un-1988",
                schedule="Table I",
                since=None,
                scope="",
                source="",
                mark="read",
            ),
        ),
        restricted=True,
    )
    assert subject_of(alert) == Subject(
        id="a1",
        severity="low",
        substances=("safrole",),
        line=Written(
            goods="Sassafras tea",
            hs="1211",
            parties=(Named(role="consignor", name="Example Herbs Ltd", id="77"),),
        ),
        mentions=(
            Found(
                substance="safrole",
                field="goods",
                start=0,
                end=9,
                text="Sassafras",
                how="fuzzy",
                downgraded=(Phrase("who/nothing"),),
            ),
        ),
        reasons=(Given(rule="control", points=45),),
        law=(Held(substance="safrole"),),
        restricted=True,
    )
