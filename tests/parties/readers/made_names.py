"""Made-up names, dates and numbers for lists of hundreds of rows; the same for the same seed."""

import random
from datetime import date, timedelta

_BEGIN = (
    "Bor",
    "Dal",
    "Fen",
    "Gar",
    "Hel",
    "Jor",
    "Kel",
    "Lum",
    "Mor",
    "Nar",
    "Pel",
    "Quor",
    "Sil",
)
_END = ("dan", "vix", "mara", "tolo", "zano", "beth", "krin", "lio", "shev", "dur", "wen", "yra")
_CYRILLIC = ("Бор", "Дал", "Фен", "Гар", "Кел", "Лум", "Мор", "Нар", "Пел", "Сил", "Вел", "Жор")
_CYRILLIC_END = ("дан", "викс", "мара", "толо", "зано", "крин", "лио", "шев", "дур", "вен")
_TRADES = ("Trading", "Shipping", "Chemicals", "Logistics", "Instruments", "Minerals")
_FORMS = ("Ltd", "LLC", "Co., Ltd.", "GmbH", "OOO")
_FIRST_DAY = date(1940, 1, 1)


class Maker:
    """Makes names without commas, semicolons, slashes and brackets, none of them twice."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._used: set[str] = set()

    def pick(self, *choices: str) -> str:
        """Return one of the choices."""
        return self._chance.choice(choices)

    def often(self, share: float) -> bool:
        """Return true in a share of the calls."""
        return self._chance.random() < share

    def count(self, least: int, most: int) -> int:
        """Return a number between two others, both included."""
        return self._chance.randint(least, most)

    def word(self) -> str:
        """Return a made-up word."""
        return self._chance.choice(_BEGIN) + self._chance.choice(_END)

    def _new(self, text: str, more: str) -> str:
        while text in self._used:
            text = f"{text}{more}"
        self._used.add(text)
        return text

    def person(self) -> tuple[str, str]:
        """Return a given name and a surname."""
        given = self.word()
        surname = self.word() + self._chance.choice(_END)
        whole = self._new(f"{given} {surname}", "o")
        given, _, surname = whole.partition(" ")
        return given, surname

    def full_name(self) -> str:
        """Return the name of a person."""
        return " ".join(self.person())

    def firm(self) -> str:
        """Return the name of a firm, without a legal form."""
        return self._new(f"{self.word()} {self.word()} {self._chance.choice(_TRADES)}", "s")

    def with_form(self) -> str:
        """Return the name of a firm with a legal form, perhaps after a comma."""
        return f"{self.firm()} {self._chance.choice(_FORMS)}"

    def cyrillic(self) -> str:
        """Return a name in Cyrillic letters."""
        parts = [
            self._chance.choice(_CYRILLIC) + self._chance.choice(_CYRILLIC_END) for _ in range(2)
        ]
        return self._new(" ".join(parts), "о")

    def day(self) -> date:
        """Return a day between 1940 and 2000."""
        return _FIRST_DAY + timedelta(days=self._chance.randrange(60 * 365))

    def number(self, digits: int = 8) -> str:
        """Return a number that does not begin with zero."""
        return str(self._chance.randrange(10 ** (digits - 1), 10**digits))
