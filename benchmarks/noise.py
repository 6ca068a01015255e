"""Noise: ways in which trade papers spoil a name, each a pure function.

Each takes a name and a generator of random numbers and returns the spoilt name, or None
where the kind of noise does not apply to the name (no hyphen to lose, no Greek letter).
"""

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

Noise = Callable[[str, random.Random], str | None]

LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщыьэюя"
_SALTS = ("hydrochloride", "HCl", "sulphate", "hydrobromide", "sodium", "tartrate", "acetate")
_OCR = (
    ("o", "0"),
    ("0", "o"),
    ("l", "1"),
    ("i", "1"),
    ("1", "l"),
    ("i", "l"),
    ("l", "i"),
    ("s", "5"),
    ("5", "s"),
    ("b", "8"),
    ("8", "b"),
    ("rn", "m"),
    ("m", "rn"),
)
_CYRILLIC_TWINS = dict(zip("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ", strict=True))
_GREEK_TWINS = dict(zip("ovABEZHIKMNOPTYX", "ονΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", strict=True))
_GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "omega": "ω"}
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_SHORTEST = 4  # letters a name must hold to be edited or broken


def clean(name: str, chance: random.Random) -> str | None:
    """Return the name in one of three cases, as papers write it."""
    return chance.choice((name, name.upper(), name.title()))


def salt_suffix(name: str, chance: random.Random) -> str | None:
    """Add a salt."""
    return f"{name} {chance.choice(_SALTS)}"


def nbsp(name: str, _chance: random.Random) -> str | None:
    """Write each space as a no-break space."""
    return name.replace(" ", "\u00a0") if " " in name else None


def zero_width(name: str, chance: random.Random) -> str | None:
    """Insert an invisible character into the name."""
    at = chance.randrange(1, len(name))
    return name[:at] + chance.choice(_ZERO_WIDTH) + name[at:]


def ocr(name: str, chance: random.Random) -> str | None:
    """Misread one or two places as a scanner does."""
    text = name.lower()
    for _ in range(chance.choice((1, 1, 2))):
        places = [
            (at, wrong, len(right))
            for right, wrong in _OCR
            for at in range(len(text))
            if text.startswith(right, at)
        ]
        if not places:
            return None
        at, wrong, width = chance.choice(places)
        text = text[:at] + wrong + text[at + width :]
    return text if text != name.lower() else None


def space_inside(name: str, chance: random.Random) -> str | None:
    """Put a space between two letters."""
    inner = _inner(name)
    if not inner:
        return None
    at = chance.choice(inner)
    return f"{name[:at]} {name[at:]}"


def hyphen_to_space(name: str, _chance: random.Random) -> str | None:
    """Write each hyphen as a space."""
    return name.replace("-", " ") if "-" in name.strip("-") else None


def line_break(name: str, chance: random.Random) -> str | None:
    """Break a word at a hyphen over two lines."""
    inner = _inner(name)
    if not inner:
        return None
    at = chance.choice(inner)
    return f"{name[:at]}-\n{name[at:]}"


def joined(name: str, _chance: random.Random) -> str | None:
    """Delete the spaces."""
    return name.replace(" ", "") if " " in name else None


def cyrillic(name: str, chance: random.Random) -> str | None:
    """Write some letters with Cyrillic ones that look the same."""
    return _twins(name, _CYRILLIC_TWINS, chance)


def greek_twins(name: str, chance: random.Random) -> str | None:
    """Write some letters with Greek ones that look the same."""
    return _twins(name.upper(), _GREEK_TWINS, chance)


def greek(name: str, _chance: random.Random) -> str | None:
    """Write alpha, beta and the like as Greek letters."""
    text = name.lower()
    for word, letter in _GREEK.items():
        text = text.replace(word, letter)
    return text if text != name.lower() else None


def full_width(name: str, _chance: random.Random) -> str | None:
    """Write ASCII as full-width forms."""
    if not name.isascii():
        return None
    return "".join("\u3000" if c == " " else chr(ord(c) + 0xFEE0) for c in name)


def edit(name: str, chance: random.Random, times: int = 1) -> str | None:
    """Insert, delete, replace or swap letters so many times; the result differs."""
    alphabet = _alphabet(name)
    if alphabet is None:
        return None
    for _ in range(20):
        text = name.lower()
        for _ in range(times):
            text = _one_edit(text, alphabet, chance)
        if text != name.lower():
            return text
    return None


def edit_2(name: str, chance: random.Random) -> str | None:
    """Edit two letters."""
    return edit(name, chance, 2)


def edit_3(name: str, chance: random.Random) -> str | None:
    """Edit three letters."""
    return edit(name, chance, 3)


def ocr_and_edit(name: str, chance: random.Random) -> str | None:
    """Misread a place and edit a letter."""
    text = ocr(name, chance)
    return None if text is None else edit(text, chance)


def _inner(name: str) -> list[int]:
    """List the places between two letters of one script, two letters in from each end."""
    inside = range(2, len(name) - 1)
    return [at for at in inside if _is_cased(name[at - 1]) and _is_cased(name[at])]


def _is_cased(letter: str) -> bool:
    return letter.lower() != letter.upper()


def _alphabet(name: str) -> str | None:
    letters = [c for c in name.lower() if c.isalpha()]
    for alphabet in (LATIN, CYRILLIC):
        if len(letters) >= _SHORTEST and sum(c in alphabet for c in letters) * 2 > len(letters):
            return alphabet
    return None


def _one_edit(text: str, alphabet: str, chance: random.Random) -> str:
    places = [at for at, c in enumerate(text) if c.isalpha()]
    if not places:
        return text
    at, letter = chance.choice(places), chance.choice(alphabet)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + letter + text[at:]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + letter + text[at + 1 :]
    if at + 1 < len(text) and text[at + 1].isalpha():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + letter + text[at + 1 :]


def _twins(name: str, twins: Mapping[str, str], chance: random.Random) -> str | None:
    places = [at for at, c in enumerate(name) if c in twins]
    if not places:
        return None
    chosen = set(chance.sample(places, chance.randint(1, min(4, len(places)))))
    return "".join(twins[c] if at in chosen else c for at, c in enumerate(name))


CLASSES: Mapping[str, Noise] = MappingProxyType(
    {
        "clean": clean,
        "salt suffix": salt_suffix,
        "NBSP": nbsp,
        "zero-width": zero_width,
        "OCR swaps": ocr,
        "space inside": space_inside,
        "hyphen to space": hyphen_to_space,
        "line-break hyphen": line_break,
        "joined words": joined,
        "Cyrillic homoglyphs": cyrillic,
        "Greek homoglyphs": greek_twins,
        "Greek letters": greek,
        "full-width": full_width,
        "1 edit": edit,
        "2 edits": edit_2,
        "3 edits": edit_3,
        "OCR + 1 edit": ocr_and_edit,
    }
)
"""The noise classes of a recall report, in the order in which they are printed."""
