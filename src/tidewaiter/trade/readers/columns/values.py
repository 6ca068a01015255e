"""What the values of a column say about it, where its name allows several meanings."""

from collections.abc import Collection, Sequence

from tidewaiter.base.countries import country_codes, find_country_in_any_language
from tidewaiter.trade.readers.codes import load_headings
from tidewaiter.trade.readers.columns.candidates import Choice
from tidewaiter.trade.readers.columns.header_meaning import Found, find_unsure
from tidewaiter.trade.readers.table import is_nothing
from tidewaiter.trade.types import FUNCTIONS, TEXTS

Values = Sequence[str | None]
"""First values of a column."""

_HS = frozenset(range(5, 11))  # digits of a code, also of one that lost its zero
_CODE = 2  # letters of a country's code
_PLACES = frozenset(f"{function}.name" for function in FUNCTIONS)


def correct(
    chosen: dict[str, list[Choice]],
    columns: Sequence[Values],
    names: Sequence[str],
    fixed: Collection[str],
) -> None:
    """Correct the fields of columns whose values are codes of goods or countries.

    Args:
        chosen: Columns of each field, changed in place.
        columns: First values of each column.
        names: Names of the columns.
        fixed: Fields given by the user.
    """
    _correct_goods(chosen, columns, fixed)
    _correct_places(chosen, columns, fixed)
    _correct_parties(chosen, columns, fixed)
    _find_origin(chosen, columns, names)


def _correct_goods(
    chosen: dict[str, list[Choice]], columns: Sequence[Values], fixed: Collection[str]
) -> None:
    """A column of descriptions that is full of HS codes is the code, if there is no other."""
    for field in TEXTS:
        if field in fixed or field not in chosen:
            continue
        coded = [each for each in chosen[field] if are_hs(columns[each.index])]
        rest = [each for each in chosen[field] if each not in coded]
        if coded and "hs" not in chosen:
            chosen["hs"] = [Choice(index=coded[0].index, found=Found(field="hs", tier=0))]
        chosen[field] = rest
        if not rest:
            del chosen[field]


def _correct_places(
    chosen: dict[str, list[Choice]], columns: Sequence[Values], fixed: Collection[str]
) -> None:
    """A column of places that is full of countries is their country."""
    for field in [field for field in chosen if field in _PLACES and field not in fixed]:
        country = f"{field.partition('.')[0]}.country"
        if len(chosen[field]) > 1 or country in chosen:
            continue
        (place,) = chosen[field]
        values = columns[place.index]
        if not are_countries(values):
            continue
        chosen[country] = [Choice(index=place.index, found=Found(field=country, tier=0))]
        if are_country_codes(values):  # a name like "Singapore" may be the port as well
            del chosen[field]


def _correct_parties(
    chosen: dict[str, list[Choice]], columns: Sequence[Values], fixed: Collection[str]
) -> None:
    """A column of names that is full of codes of countries is the country of the party."""
    named = [field for field in chosen if field.endswith(".name") and field not in _PLACES]
    for field in named:
        country = f"{field.removesuffix('.name')}.country"
        if field in fixed or len(chosen[field]) > 1 or country in chosen:
            continue
        (name,) = chosen[field]
        values = columns[name.index]
        if _full(values) and are_country_codes(values):
            chosen[country] = [Choice(index=name.index, found=Found(field=country, tier=0))]
            del chosen[field]


def _find_origin(
    chosen: dict[str, list[Choice]], columns: Sequence[Values], names: Sequence[str]
) -> None:
    """A column that may be the country of origin is that, if its values are countries."""
    if "origin" in chosen:
        return
    used = {each.index for choices in chosen.values() for each in choices}
    may = [
        index
        for index, name in enumerate(names)
        if index not in used and "origin" in find_unsure(name) and are_countries(columns[index])
    ]
    if len(may) == 1:
        chosen["origin"] = [Choice(index=may[0], found=Found(field="origin", tier=0))]


def are_hs(values: Values) -> bool:
    """Return whether all values are digits that begin with a heading, also without its zero."""
    texts = _full(values)
    return bool(texts) and all(map(_is_hs, texts))


def _is_hs(text: str) -> bool:
    digits = text.replace(".", "").replace(" ", "")
    if not digits.isdecimal() or len(digits) not in _HS:
        return False
    return (digits if len(digits) % 2 == 0 else f"0{digits}")[:4] in load_headings()


def are_countries(values: Values) -> bool:
    """Return whether all values are countries, by code or by name in any language."""
    texts = _full(values)
    return bool(texts) and all(map(find_country_in_any_language, texts))


def are_country_codes(values: Values) -> bool:
    """Return whether all values are codes of countries."""
    return all(len(text) == _CODE and text in country_codes() for text in _full(values))


def _full(values: Values) -> list[str]:
    # "NA" is no value in other columns, and the code of Namibia here.
    return [v.strip() for v in values if v and (not is_nothing(v) or v.strip() == "NA")]
