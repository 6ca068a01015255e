"""Arabic letters: Latin consonants and long vowels.

For Arabic, Persian, Urdu, Pashto, Kurdish, Sindhi, Uyghur and Malay.
"""

from typing import Final

from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.spellings import spellings

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
    """Return a word with one letter where writers use several: alef, ya, kaf, ta marbuta."""
    return word.translate(_SAME)


def arabic_names(word: str) -> tuple[str, ...]:
    """Return a word as the table of names has it, without the article; () where it has not."""
    plain = same_letters(" ".join(map(fold, word.split())))
    if plain.startswith("عبد") and " " not in plain:
        plain = plain.replace("عبد", "عبد ", 1)
    names = spellings("arabic_names")
    return tuple(name for name in dict.fromkeys((plain, article_apart(plain)[1])) if name in names)


def spelled_arabic(word: str) -> str:
    """Return the usual Latin spelling of a name, without the article; "" where none is known."""
    for name in arabic_names(word):
        return spellings("arabic_names")[name][0]
    return ""


def article_apart(word: str) -> tuple[str, str]:
    """Split the article (al) from a word; the first part is "" where there is none."""
    for article in ("وال", "ال"):
        if word.startswith(article) and len(word) > len(article) + 1:
            return article, word[len(article) :]
    return "", word


def romanise_arabic(word: str) -> str:
    """Romanise a word letter by letter: its consonants and long vowels."""
    word = word.replace("عبد ال", "عبد").replace(" ال", "")
    found = "".join(_LETTERS.get(letter, "") for letter in word)
    return _as_consonants(found)


def _as_consonants(text: str) -> str:
    """Read u and i as w and y where they begin a word and a vowel or a consonant follows."""
    if len(text) > 1 and text[0] == "u":
        return "w" + text[1:]
    if len(text) > 1 and text[0] == "i" and text[1] not in "bklmrsn":
        return "y" + text[1:]
    return text
