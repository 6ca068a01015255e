"""What the parties of advanced XML name by number: words, places and dates."""

from datetime import date

from tidewaiter.parties.readers.trees import Element, text_of

_PARTS = {
    "CITY": "city",
    "STATE/PROVINCE": "region",
    "REGION": "region",
    "POSTAL CODE": "postcode",
}
_ORDER = ("ADDRESS1", "ADDRESS2", "ADDRESS3", "CITY", "STATE/PROVINCE", "REGION", "POSTAL CODE")
_UNKNOWN = {"", "undetermined", "unknown"}


class Values:
    """The words of the file by their kind and number."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], str] = {}
        self._parents: dict[str, str] = {}

    def add(self, sets: Element) -> None:
        """Take the sets of values, which stand first."""
        for value in sets.iter():
            key = value.get("ID")
            if key is None:
                continue
            text = (
                (value.text or "").strip() or value.get("Description", "") or value.get("ISO2", "")
            )
            self._words[value.tag, key] = text
            if value.tag == "PartySubType":
                self._parents[key] = value.get("PartyTypeID", "")

    def text(self, kind: str, key: str | None) -> str:
        """Return a word; "": there is none."""
        found = self._words.get((kind, key or ""), "")
        return "" if found.casefold() in _UNKNOWN else found

    def parent(self, key: str | None) -> str:
        """Return the type that a kind of party belongs to; "": none."""
        return self._parents.get(key or "", "")


class Places:
    """The places of the file by their number."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._found: dict[str, tuple[list[str], dict[str, str]]] = {}

    def add(self, place: Element) -> None:
        """Take a place."""
        parts: dict[str, str] = {}
        for part in place.iterfind("LocationPart"):
            kind = self._values.text("LocPartType", part.get("LocPartTypeID"))
            parts[kind.upper()] = text_of(part, "LocationPartValue/Value")
        countries = [
            self._values.text("Country", each.get("CountryID"))
            for each in place.iterfind("LocationCountry")
        ] + [
            self._values.text("AreaCode", each.get("AreaCodeID"))
            for each in place.iterfind("LocationAreaCode")
        ]
        country = next((each for each in countries if each), "")
        fields = {_PARTS[kind]: text for kind, text in parts.items() if kind in _PARTS}
        whole = [parts[kind] for kind in _ORDER if parts.get(kind)]
        loose = [text for kind, text in parts.items() if kind not in _ORDER and text]
        shown = [*whole, *loose, *([country] if country else [])]
        self._found[place.get("ID", "")] = (shown, fields | {"country": country})

    def find(self, key: str) -> tuple[list[str], dict[str, str]]:
        """Return the parts of a place in order, and those that have a name."""
        parts, fields = self._found.get(key, ([], {}))
        return parts, dict(fields)


def day_of_parts(element: Element) -> date | None:
    """Read a day in parts; None: a part is missing or wrong."""
    try:
        year, month, day = (int(text_of(element, part)) for part in ("Year", "Month", "Day"))
        return date(year, month, day)
    except ValueError:
        return None


def births_of(period: Element) -> tuple[str, bool]:
    """Read a period: a day, a month, a year, or what lies between two.

    Returns:
        The text of a birth date, and whether the list calls it approximate.
    """
    about = any(each.get("Approximate") == "true" for each in period)
    first = _point(period, ("Start/From", "Start/To"))
    last = _point(period, ("End/To", "End/From")) or first
    if not first or first == last:
        return first, about
    if first[:4] == last[:4]:
        whole_year = first.endswith("-01-01") and last.endswith("-12-31")
        return (
            first[:4] if whole_year else first[:7] if first[:7] == last[:7] else first[:4]
        ), about
    return f"{first[:4]} to {last[:4]}", about


def _point(period: Element, paths: tuple[str, ...]) -> str:
    for path in paths:
        element = period.find(path)
        if element is not None and (year := text_of(element, "Year")):
            day = day_of_parts(element)
            return day.isoformat() if day else year
    return ""
