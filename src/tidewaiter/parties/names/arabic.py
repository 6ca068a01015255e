"""Arabic names: transliteration, and compound names such as Abd al-Rahman.

Covers Arabic, Persian, Urdu, Pashto, Kurdish, Sindhi, Uyghur and Malay.
"""

from collections.abc import Sequence
from typing import Final

from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.names.types import Token
from tidewaiter.parties.names.word_lists import spellings

_LETTERS: Final = {
    "ا": "a",
    "أ": "a",
    "إ": "i",
    "آ": "a",
    "ٱ": "a",
    "ب": "b",
    "ت": "t",
    "ث": "th",
    "ج": "j",
    "ح": "h",
    "خ": "kh",
    "د": "d",
    "ذ": "dh",
    "ر": "r",
    "ز": "z",
    "س": "s",
    "ش": "sh",
    "ص": "s",
    "ض": "d",
    "ط": "t",
    "ظ": "z",
    "ع": "a",
    "غ": "gh",
    "ف": "f",
    "ق": "q",
    "ك": "k",
    "ل": "l",
    "م": "m",
    "ن": "n",
    "ه": "h",
    "ة": "a",
    "و": "u",
    "ي": "i",
    "ى": "a",
    "ئ": "i",
    "ؤ": "u",
    "ء": "",
    "پ": "p",
    "چ": "ch",
    "ژ": "zh",
    "ک": "k",
    "گ": "g",
    "ی": "i",
    "ے": "e",
    "ہ": "h",
    "ھ": "h",
    "ں": "n",
    "ٹ": "t",
    "ڈ": "d",
    "ڑ": "r",
    "ۀ": "h",
    "ۃ": "a",
    "ڤ": "v",
    "ڭ": "g",
    "ټ": "t",
    "ډ": "d",
    "ړ": "r",
    "ښ": "kh",
    "ږ": "g",
    "ځ": "z",
    "څ": "ts",
    "ڼ": "n",
    "ې": "e",
    "ۍ": "ai",
    "ګ": "g",
    "ێ": "e",
    "ۆ": "o",
    "ڕ": "r",
    "ڵ": "l",
    "ە": "a",
    "ۂ": "h",
    "ۓ": "e",
    "ۇ": "u",
    "ۈ": "u",
    "ۋ": "w",
    "ٻ": "b",
    "ڀ": "bh",
    "ٿ": "th",
    "ٽ": "t",
    "ڄ": "j",
    "ڃ": "ny",
    "ڇ": "ch",
    "ڌ": "dh",
    "ڏ": "d",
    "ڊ": "d",
    "ڍ": "dh",
    "ڙ": "r",
    "ڦ": "ph",
    "ڪ": "k",
    "ڳ": "g",
    "ڱ": "ng",
    "ڻ": "n",
    "ڠ": "ng",
    "ݢ": "g",
    "ڽ": "ny",
    "ۏ": "v",
}
ARABIC_PARTICLES: Final = {
    "بن": "bin",
    "ابن": "ibn",
    "بنت": "bint",
    "ال": "al",
    "آل": "al",
    "شیخ": "sheikh",
    "شيخ": "sheikh",
    "الشيخ": "sheikh",
    "حاجی": "haji",
    "حاجي": "haji",
    "الحاج": "haji",
    "ملا": "mullah",
    "مولوی": "mawlawi",
    "مولوي": "mawlawi",
    "دكتور": "dr",
    "الدكتور": "dr",
}
_SAME: Final = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        "ۃ": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ۀ": "ه",
        "ە": "ه",
        "ک": "ك",
        "ګ": "گ",
        "ں": "ن",
        "ء": None,
        "ے": "ي",
        "ې": "ي",
        "ۂ": "ه",
        "ۓ": "ي",
        "ڪ": "ك",
    }
)


def same_letters(word: str) -> str:
    """Unify letter variants in a word: alef, ya, kaf, ta marbuta."""
    return word.translate(_SAME)


def arabic_names(word: str) -> tuple[str, ...]:
    """Return a word as in the table of names, without the article; () if it is not included."""
    plain = same_letters(" ".join(map(fold, word.split())))
    if plain.startswith("عبد") and " " not in plain:
        plain = plain.replace("عبد", "عبد ", 1)
    names = spellings("arabic_names")
    return tuple(name for name in dict.fromkeys((plain, article_apart(plain)[1])) if name in names)


def spelled_arabic(word: str) -> str:
    """Return the usual Latin spelling of a name, without the article; "" if unknown."""
    for name in arabic_names(word):
        return spellings("arabic_names")[name][0]
    return ""


def article_apart(word: str) -> tuple[str, str]:
    """Split the article (al) from a word; the first part is "" if there is none."""
    for article in ("وال", "ال"):
        if word.startswith(article) and len(word) > len(article) + 1:
            return article, word[len(article) :]
    return "", word


def romanise_arabic(word: str) -> str:
    """Romanise a word letter by letter: consonants and long vowels."""
    word = word.replace("عبد ال", "عبد").replace(" ال", "")
    found = "".join(_LETTERS.get(letter, "") for letter in word)
    return _as_consonants(found)


def _as_consonants(text: str) -> str:
    """Read u and i as w and y at the start of a word before a vowel or consonant."""
    if len(text) > 1 and text[0] == "u":
        return "w" + text[1:]
    if len(text) > 1 and text[0] == "i" and text[1] not in "bklmrsn":
        return "y" + text[1:]
    return text


SERVANTS: Final = frozenset(
    {"abd", "abdu", "abdul", "abdel", "abdal", "abdol", "abdoul", "abdur", "abdus", "abdeul", "عبد"}
)
ARTICLES: Final = frozenset({"al", "ul", "el", "il", "ol", "ud", "ad", "ed", "ar", "er", "ur"})
_ENDS: Final = {
    "din": "uddin",
    "deen": "uddin",
    "dine": "uddin",
    "aldin": "uddin",
    "eldin": "uddin",
    "uddin": "uddin",
    "addin": "uddin",
    "eddin": "uddin",
    "eddine": "uddin",
    "uldin": "uddin",
    "aldeen": "uddin",
    "eldeen": "uddin",
    "uddeen": "uddin",
    "aldine": "uddin",
    "eldine": "uddin",
    "allah": "ullah",
    "ullah": "ullah",
    "llah": "ullah",
    "lah": "ullah",
    "alla": "ullah",
    "الدين": "uddin",
    "الدین": "uddin",
    "الله": "ullah",
}
PARTS: Final = SERVANTS | _ENDS.keys()


def compounds(tokens: Sequence[Token], text: str) -> list[Token]:
    """Join the tokens of compound names.

    Args:
        tokens: Tokens of one name, in order.
        text: That name.
    """
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        end = _servant(tokens, text, place)
        if end:
            result.append(_joined(tokens[place:end], text, "abdul", tokens[end - 1].key))
            place = end
        elif tokens[place].key in _ENDS and _before(result, tokens[place], text):
            first = _without_article(result)
            tail = _ENDS[tokens[place].key]
            result.append(_joined([first, tokens[place]], text, first.key, tail))
            place += 1
        else:
            result.append(tokens[place])
            place += 1
    return result


def _servant(tokens: Sequence[Token], text: str, place: int) -> int:
    """Return the end of a name that begins with Abd; 0: none begins here."""
    if tokens[place].key not in SERVANTS:
        return 0
    end = place + 1
    if end + 1 < len(tokens) and tokens[end].key in ARTICLES:
        end += 1
    if end == len(tokens) or tokens[end].kind not in {"word", "generic"}:
        return 0
    between = text[tokens[place].end : tokens[end].start]
    return 0 if "," in between or tokens[end].key in SERVANTS else end + 1


def _before(tokens: Sequence[Token], token: Token, text: str) -> bool:
    """Return whether a word precedes a token, with or without an article between."""
    words = [each for each in tokens[-2:] if each.key not in ARTICLES]
    if not words or words[-1].kind != "word":
        return False
    near = tokens[-1] is words[-1] or tokens[-2] is words[-1]
    return near and "," not in text[words[-1].end : token.start]


def _without_article(tokens: list[Token]) -> Token:
    last = tokens.pop()
    return tokens.pop() if last.key in ARTICLES else last


def _joined(tokens: Sequence[Token], text: str, first: str, last: str) -> Token:
    start, end = tokens[0].start, tokens[-1].end
    surface = text[start:end]
    arabic = not tokens[-1].key.isascii()
    key = " ".join(token.key for token in tokens) if arabic else first + last
    return Token(key=key, surface=surface, kind="word", start=start, end=end)


def inverted(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """Read "Rashid Baluch, Abdul" as Abdul Rashid Baluch; () if the name has another form.

    The joined name spans the text from its first part to its last, including the text between.
    """
    if len(tokens) < 2 or tokens[-1].key not in SERVANTS:  # noqa: PLR2004
        return ()
    if "," not in text[tokens[0].end : tokens[-1].start]:
        return ()
    start, end = tokens[0].start, tokens[-1].end
    name = Token(
        key="abdul" + tokens[0].key, surface=text[start:end], kind="word", start=start, end=end
    )
    return (name, *tokens[1:-1])
