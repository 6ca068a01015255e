"""Days of EDIFACT, by the code of their form (data element 2379)."""

_FORMS = {
    "102": "%Y%m%d",
    "203": "%Y%m%d",
    "204": "%Y%m%d",
    "303": "%Y%m%d",
    "205": "%Y%m%d",
    "718": "%Y%m%d",
    "101": "%y%m%d",
    "201": "%y%m%d",
    "202": "%y%m%d",
    "301": "%y%m%d",
    "2": "%d%m%y",
    "3": "%m%d%y",
    "4": "%d%m%Y",
}


def day_of(text: str, form: str) -> str:
    """Write a day as 2026-03-31; what is not of its form stays as written, and is reported later.

    Args:
        text: "20260331", "202603311020"; of a period the first day counts.
        form: The code; "": eight digits are year, month and day.
    """
    known = _FORMS.get(form, "%Y%m%d" if not form else "")
    year, month, day = (known.find(part) for part in ("%Y", "%m", "%d"))
    if not known or not text.isascii() or not (text.isdigit() or form == "718"):
        return text
    short = year < 0
    places = sorted([("y", known.lower().find("%y")), ("m", month), ("d", day)], key=lambda p: p[1])
    parts, at = {}, 0
    for name, _ in places:
        width = 4 if name == "y" and not short else 2
        parts[name] = text[at : at + width]
        at += width
    if len(parts["d"]) < 2 or len(text) < at:  # noqa: PLR2004
        return text
    century = "20" if short else ""
    return f"{century}{parts['y']}-{parts['m']}-{parts['d']}"
