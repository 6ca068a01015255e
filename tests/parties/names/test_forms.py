"""Names of each script meet their Latin spelling."""

import pytest

from tidewaiter.parties.names import keys, read_name
from tidewaiter.parties.types import PartyKind


def _tokens(text: str, kind: PartyKind, how: str) -> list[list[str]]:
    forms = read_name(text, kind).forms
    return [[token.key for token in form.tokens] for form in forms if form.how == how]


@pytest.mark.parametrize(
    ("text", "how", "tokens"),
    [
        ("Siemens AG", "latin", ["siemens", "ag"]),
        ("S.A. Recycling", "latin", ["sa", "recycling"]),
        ("A/S Norden", "latin", ["as", "norden"]),
        ("AO World plc", "latin", ["ao", "world", "plc"]),
        ("AO Romashka", "latin", ["ao", "romashka"]),
        ("AT&T Inc.", "latin", ["att", "inc"]),
        ("D.E.S. INTERNATIONAL", "latin", ["des", "international"]),
        ("Y.A.S. CO LTD", "latin", ["yas", "ltd"]),
        ("AO OSK", "latin", ["ao", "osk"]),
        ("A.B.C. Trading FZE", "latin", ["abc", "trading", "fze"]),
        ("HK STAR TRDG LTD", "latin", ["hong", "kong", "star", "trading", "ltd"]),
        ("武汉远景化工有限公司", "pinyin", ["wuhan", "yuanjing", "huagong", "ltd"]),
        ("武漢遠景化工有限公司", "dictionary", ["wuhan", "yuanjing", "chemical", "ltd"]),
        ("紐沃泰國際貿易有限公司", "dictionary", ["niuwotai", "international", "trade", "ltd"]),
        (
            "WU HAN YUAN JING HUA GONG YOU XIAN GONG SI",
            "dictionary",
            ["wuhan", "yuanjing", "chemical", "ltd"],
        ),
        ("ООО «Ромашка»", "cyrillic", ["ooo", "romashka"]),
        (
            "Арзамасский приборостроительный завод",
            "dictionary",
            ["arzamas", "instrument", "making", "plant"],
        ),
        ("조선릉라도무역회사", "dictionary", ["korea", "reungrado", "trading", "corp"]),
        ("شركة النور للتجارة العامة", "dictionary", ["co", "noor", "trading", "general"]),
        ("Gаzprоm PJSC", "latin", ["gazprom", "pjsc"]),
        ("TRAD1NG H0USE VOLGA", "latin", ["trading", "house", "volga"]),
    ],
)
def test_companies(text: str, how: str, tokens: list[str]) -> None:
    """Companies' names as the trade writes them."""
    assert tokens in _tokens(text, "organisation", how)


@pytest.mark.parametrize(
    ("text", "how", "tokens"),
    [
        ("李小明", "pinyin", ["li", "xiaoming"]),
        ("歐陽修", "pinyin", ["ouyang", "xiu"]),
        ("單小明", "pinyin", ["shan", "xiaoming"]),
        ("黃大文", "cantonese", ["wong", "daaiman"]),
        ("김철수", "hangul", ["gim", "cheolsu"]),
        ("金正恩", "hangul", ["gim", "jeongeun"]),
        ("Владимир Иванович", "cyrillic", ["vladimir", "ivanovich"]),
        ("Уладзімір Іванавіч Караткевіч", "cyrillic", ["uladzimir", "ivanavich", "karatkevich"]),
        ("Iван Петров", "cyrillic", ["ivan", "petrov"]),  # the first letter is Latin
        ("محمد عبد الرحمن", "arabic", ["mohamed", "abdulrahman"]),
        ("Abd al-Rahman, Salah al-Din", "latin", ["abdulrahman", "salahuddin"]),
        ("Dr. Jean van der Berg", "latin", ["dr", "jean", "van", "der", "berg"]),
        ("Αλέξανδρος Παπάς", "latin", ["alexandros", "papas"]),
    ],
)
def test_persons(text: str, how: str, tokens: list[str]) -> None:
    """Persons' names, each script by its own rules."""
    assert tokens in _tokens(text, "person", how)


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("Dr. Jean van der Berg", "van", "particle"),
        ("Dr. Jean van der Berg", "dr", "particle"),
        ("Hong Du", "du", "word"),
        ("DU, Hong", "du", "word"),
        ("An Hui", "an", "word"),
        ("An-Nuaimi Ali", "an", "particle"),
        ("John A. Smith", "a", "initial"),
    ],
)
def test_small_words_are_what_their_place_says(text: str, word: str, kind: str) -> None:
    """Particles, initials and short names look alike; their place tells them apart."""
    (form,) = read_name(text, "person").forms
    assert [token.kind for token in form.tokens if token.key == word] == [kind]


def test_a_legal_form_is_a_token_of_its_own() -> None:
    """It is never deleted, and says which family it belongs to."""
    (form,) = read_name("Bayer Aktiengesellschaft", "organisation").forms
    assert [(token.kind, keys(token)) for token in form.tokens][1] == ("legal form", ("f:jsc",))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("TO ORDER", "empty"),
        ("GmbH & Co. KG", "generic words only"),
        ("Trading Co., Ltd.", "generic words only"),
        ("Chemical Industries Group", ""),
        ("Romashka", ""),
        ("\U00012543\U00012542", "script without reader"),  # cuneiform
    ],
)
def test_what_cannot_be_assessed_says_so(text: str, problem: str) -> None:
    """A name that identifies no one is not silently compared."""
    assert read_name(text, "organisation").problem == problem
