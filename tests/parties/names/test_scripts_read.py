"""What names of other scripts and spellings are read as."""

import pytest

from tidewaiter.base.phrases import english
from tidewaiter.parties.names import keys_of, read_name
from tidewaiter.parties.names.arabic import romanise_arabic


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Nova S.A.", "sa"),
        ("Nova B.V.", "bv"),
        ("Nova S.p.A.", "spa"),
        ("Nova G.m.b.H.", "gmbh"),
        ("Nova, S.A. de C.V.", "sacv"),
        ("Nova S. DE R.L. DE C.V.", "srlcv"),
        ("Nova A.G.", "ag"),
        ("Nova Co., Ltd.", "ltd"),
        ("Nova S/A", "sa"),
        ("Nova P.J.S.C.", "pjsc"),
        ("Nova F.Z.E.", "fze"),
        ("Nova C.A.", "ca"),
        ("Nova K.K.", "jsc"),
        ("Nova S A", "sa"),
        ("O.O.O. Nova", "ooo"),
        ("О.О.О. Nova", "ooo"),
        ("Z.A.O. Nova", "zao"),
        ("Công ty TNHH Nova", "llc"),
        ("Công ty cổ phần Nova", "jsc"),
        ("Nova 株式会社", "jsc"),
    ],
)
def test_a_dotted_legal_form_is_a_legal_form(name: str, form: str) -> None:
    """However its letters are parted; the word that stays is the name."""
    tokens = read_name(name, "organisation").forms[-1].tokens
    assert {token.key for token in tokens if token.kind == "legal form"} == {form}
    assert [token.key for token in tokens if token.kind != "legal form"] == ["nova"]


@pytest.mark.parametrize(
    "name", ["Y.A.S. Trading", "A.O. Ivanov Trading", "B & V Trading", "S Nova A"]
)
def test_letters_of_a_name_are_no_legal_form(name: str) -> None:
    """Letters that go on, initials of a person, letters apart."""
    tokens = read_name(name, "organisation").forms[0].tokens
    assert all(token.kind != "legal form" for token in tokens)


@pytest.mark.parametrize(
    ("one", "other"), [("yi", "ri"), ("lee", "ri"), ("rhee", "yi"), ("im", "rim"), ("yu", "ryu")]
)
def test_surnames_of_both_koreas_share_a_key(one: str, other: str) -> None:
    """이 and 리 are one surname: the south drops the r of the north at the beginning."""
    shared = set(keys_of(one)) & set(keys_of(other))
    assert any(key.startswith("n:") for key in shared)


def test_hangul_syllables_are_not_read_across() -> None:
    """Changhyok has ng and h; written apart in Latin letters it has the same key."""
    form = read_name("김창혁", "person").forms[1]
    joined = "".join(key[2:] for word in ("cang", "hyok") for key in [f"k:{word}"])
    assert form.tokens[1].key == "changhyeok"
    found = {key for key in keys_of("changhyok") if key[0] == "k"}
    assert found == {"k:" + joined.replace("ng", "nk")}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("田中商事株式会社", "田中商事"),
        ("さが美グループ", "美"),
        ("東京エレクトロン株式会社", "東京"),
    ],
)
def test_japanese_characters_are_said_to_be_read_as_chinese(name: str, said: str) -> None:
    """Their Japanese reading is not known, and the cleaning steps say so."""
    assert any(f'"{said}"' in english(step) for step in read_name(name, "organisation").steps)


@pytest.mark.parametrize("name", ["深圳市可立克科技股份有限公司", "エレマテック株式会社", "김창혁"])
def test_names_without_japanese_characters_say_nothing(name: str) -> None:
    """Chinese names, kana alone and Hangul have nothing to explain."""
    assert read_name(name, "organisation").steps == ()


def test_kana_words_are_translated() -> None:
    """What Japanese takes from English is given back."""
    form = read_name("東京エレクトロンデバイス株式会社", "organisation").forms[-1]
    assert [token.key for token in form.tokens][-3:] == ["electron", "device", "jsc"]


def test_a_chinese_name_whose_own_word_is_an_ordinary_one_has_it_in_pinyin_too() -> None:
    """Huazhong Agricultural University calls itself so, not Central China's."""
    readings = [
        [token.key for token in form.tokens]
        for form in read_name("华中农业大学", "organisation").forms
        if form.how == "dictionary"
    ]
    assert ["huazhong", "agricultural", "university"] in readings
    assert ["central", "china", "agricultural", "university"] in readings


@pytest.mark.parametrize(
    ("one", "other"),
    [("Nguyễn Văn Đức", "Nguyen Van Duc"), ("IŞIK Yıldız", "Isik Yildiz"), ("İHSAN", "Ihsan")],
)
def test_marks_on_letters_make_no_difference(one: str, other: str) -> None:
    """Vietnamese tones and the Turkish dotless i are folded."""
    keys_of_both = [
        [token.key for token in read_name(name, "person").forms[0].tokens] for name in (one, other)
    ]
    assert keys_of_both[0] == keys_of_both[1]


@pytest.mark.parametrize(
    "letters",
    [
        "ا آ أ ب پ ت ث ج چ ح خ د ذ ر ز ژ س ش ص ض ط ظ ع غ ف ق ک گ ل م ن و ه ی ئ ة ۀ",  # Persian
        "ٹ ڈ ڑ ں ؤ ہ ۂ ھ ے ۓ ۃ",  # Urdu
        "ټ ځ څ ډ ړ ږ ښ ګ ڼ ې ۍ",  # Pashto
        "ڕ ڤ ڵ ۆ ە ێ",  # Kurdish
        "ٻ ڀ ٿ ٽ ڄ ڃ ڇ ڌ ڏ ڊ ڍ ڙ ڦ ڪ ڳ ڱ ڻ",  # Sindhi
        "ڭ ۇ ۈ ۋ",  # Uyghur
        "ڠ ݢ ڽ ۏ",  # Malay
    ],
)
def test_each_letter_of_an_arabic_alphabet_is_read(letters: str) -> None:
    """Without exception."""
    assert all(romanise_arabic(letter) for letter in letters.split())
