"""One key for a word of chemistry in many languages; and what the keys keep apart."""

from collections.abc import Callable

import pytest

from tidewaiter.identify import Lexicon
from tidewaiter.identify.findings import Finding
from tidewaiter.identify.lexicon.unlisted_chemicals import OtherWords, Respeller

Find = Callable[[str], list[Finding]]


@pytest.fixture(scope="module")
def key() -> Callable[[str], str]:
    """Make keys by our own rules."""
    return Respeller().key


@pytest.mark.parametrize(
    "words",
    [
        "melamine melamina melammina Melamin melaminas melamină меламин μελαμίνη",
        "phthalic ftálico ftalic ftalik",
        "phosphoric fosfórico fosforik",
        "diphenylamine difenilamina Diphenylamin difenylamin дифениламин",
        "dichloromethane diclorometano Dichlormethan diklormetan дихлорметан",
        "acetone acetona aseton Azeton ацетон",
        "cyclohexane ciclohexano cykloheksan sikloheksan циклогексан",
        "propylene propilene propilenă propylenu пропилен",
        "hydroxide hidróxido hydroxid идроксид гидроксид",
    ],
)
def test_a_word_has_one_key_in_many_languages(key: Callable[[str], str], words: str) -> None:
    """Letters, accents, doubled letters and endings of a language are taken out."""
    assert len({key(word) for word in words.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("methylamine", "ethylamine"),
        ("butanone", "butanol"),
        ("chloral", "chlorine"),
        ("ethylone", "ethylene"),
        ("piperidine", "piperazine"),
        ("sulphuric", "sulphurous"),
    ],
)
def test_two_chemicals_have_two_keys(key: Callable[[str], str], one: str, other: str) -> None:
    """Only spelling is removed, not chemistry."""
    assert key(one) != key(other)


@pytest.fixture(scope="module")
def others(lexicon: Lexicon) -> OtherWords:
    """Tell other chemicals' words."""
    return OtherWords(lexicon.tables.fold, lexicon.respelt)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("difenilammina", "dietilamina"),
        ("anhydrido phtalico", "anhídrido acético"),
        ("пиперазин", "пиперидин"),
    ],
)
def test_another_chemical_is_known_in_a_spelling_of_no_list(
    others: OtherWords, written: str, name: str
) -> None:
    """A word that no nomenclature prints so is known by the rules of its language."""
    assert others.instead(written, name)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("metillamina", "metilamina"),
        ("anhidrido acetco", "anhídrido acético"),
        ("anhidridoacetco", "anhídrido acético"),
        ("efedrna", "efedrina"),
        ("methilamin", "methylamine"),
        ("phenyl-2-propanonne 99", "phenyl-2-propanone"),
    ],
)
def test_a_misspelling_is_no_other_chemical(others: OtherWords, written: str, name: str) -> None:
    """The name itself in another spelling, a slip, or a name that is joined stays a find."""
    assert not others.instead(written, name)


def test_no_listed_name_is_another_chemicals_word(lexicon: Lexicon, others: OtherWords) -> None:
    """Each strong name of one word, in every language, is itself and nothing else."""
    names = [
        name.text
        for substance in lexicon.registry.substances
        for name in substance.names
        if name.tier == "strong" and name.text.isalpha()
    ]
    assert len(names) > 1000
    assert others.instead("melamina", "qmelamina")
    assert [name for name in names if others.instead(name, f"q{name}")] == []


@pytest.mark.parametrize(
    "text",
    ["podélně", "Vitaminer", "Vitaminy B1", "vitamiini", "sulfonat", "etilenă", "Mėsos arba kita"],
)
def test_ordinary_words_of_further_languages_name_nothing(findings: Find, text: str) -> None:
    """They are near to a name by chance."""
    assert findings(text) == []


@pytest.mark.parametrize(
    ("text", "substance"),
    [("efedrinas", "ephedrine"), ("aseton 25 kg", "acetone"), ("amfetamīns", "amphetamine")],
)
def test_a_listed_name_in_a_further_language_is_still_found(
    findings: Find, slug: Callable[[Finding], str], text: str, substance: str
) -> None:
    """Knowing a language's words does not exclude a listed name."""
    assert substance in {slug(found) for found in findings(text) if not found.downgraded}


@pytest.mark.parametrize("text", ["乙胺丁醇片", "甲苯咪唑片", "葡甲胺片", "丙酮肟"])
def test_a_short_chinese_name_inside_a_longer_one_is_downgraded(findings: Find, text: str) -> None:
    """The ideographs that go on with a name make it another chemical."""
    found = findings(text)
    assert [each for each in found if not each.downgraded] == []


@pytest.mark.parametrize("text", ["甲苯丙酮混合溶剂", "丙酮 25公斤", "乙胺溶液", "甲苯，丙酮"])
def test_a_listed_name_behind_another_goes_on_with_none(findings: Find, text: str) -> None:
    """Two listed names in a row are two chemicals."""
    assert [each for each in findings(text) if not each.downgraded]
