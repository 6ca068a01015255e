"""Mapping of columns to fields: user options first, then names, then values."""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.columns.candidates import (
    KEEPS_ALL,
    LAST,
    Choice,
    choose_aliased,
    choose_named,
    kin,
)
from tidewaiter.trade.readers.columns.detection import (
    contradicts,
    is_hinted,
    is_known_otherwise,
    sniff,
    suspect,
)
from tidewaiter.trade.readers.columns.header_meaning import Found, find_columns, find_unsure
from tidewaiter.trade.readers.columns.identity import propose_consignment
from tidewaiter.trade.readers.columns.values import correct
from tidewaiter.trade.readers.columns.vocabulary import LOCAL
from tidewaiter.trade.readers.columns.words import plain_names
from tidewaiter.trade.types import CODES, TEXTS, ReadOptions
from tidewaiter.trade.unmapped_text import worded_columns

NEEDED = (*TEXTS, *CODES)
"""At least one of these is required for screening."""

Sample = Sequence[Sequence[str | None]]
"""First rows of a file, as cells."""


class Mapping(Record, frozen=True, kw_only=True):
    """Mapping of a file's columns, for display."""

    columns: Pairs[str, tuple[str, ...]]  # field -> its columns
    unmapped: tuple[str, ...]
    units: Pairs[str, str] = {}  # field -> unit in its header
    currency: str = ""  # currency in the header of the value
    encoding: str = ""
    delimiter: str = ""
    sniffed: tuple[str, ...] = ()  # fields detected by values, not names
    assumed: tuple[str, ...] = ()  # masses without any unit
    places: Pairs[str, tuple[int, ...]] = {}  # field -> column numbers, from 0
    unsure: Pairs[str, tuple[str, ...]] = {}  # unread field -> columns that may hold it
    beside: tuple[str, ...] = ()  # unmapped columns whose first values contain words
    title: str = ""  # name of the table in a file of several
    further: tuple["Mapping", ...] = ()  # of the other tables in the file


class Question(Record, frozen=True, kw_only=True):
    """A field with several equally good columns."""

    field: str
    columns: tuple[str, ...]


def map_columns(
    header: Sequence[str], sample: Sample, name: str, options: ReadOptions, *, strict: bool = True
) -> Mapping:
    """Map the columns of a table to fields.

    Args:
        header: Names of the columns; a duplicate has the suffix "#2".
        sample: Some rows, for columns with unknown names.
        name: Name of the file, for errors.
        options: `columns` takes precedence over detection.
        strict: Require a field that can be screened.

    Raises:
        InputError: A column in `options` is missing, two columns match one field, or no field can
            be screened.
    """
    mapping, questions = survey_columns(header, sample, name, options)
    for question in questions:
        raise ask(question, name)
    if strict and not any(field in mapping.columns for field in NEEDED):
        raise nothing_to_screen(header, mapping, name)
    return mapping


def nothing_to_screen(
    header: Sequence[str], mapping: Mapping, name: str, others: Sequence[str] = ()
) -> InputError:
    """Return the error for a table without a field that can be screened.

    Args:
        header: Names of its columns.
        mapping: Their mapping.
        name: Name of the file.
        others: Further sheets of the file.
    """
    seen = ", ".join(f'"{column}"' for column in header[:40]) or "none"
    likely = [
        f"{field}={column}"
        for field in ("hs", "cas", "un")
        for column in mapping.unsure.get(field, ())
    ]
    worded = [column for column in mapping.beside if column]
    goods = [f"goods={column}" for column in (worded or [column for column in header if column])]
    example = (likely or goods or ["goods=COLUMN"])[0]
    named = f'columns seen: {seen}; name one, like --map "{example}"'
    sheets = " or ".join(f'--sheet "{other}"' for other in others)
    return InputError(
        "trade/no-goods-column",
        named=f"{named}, or read another sheet: {sheets}" if sheets else named,
        at=name,
    )


def survey_columns(
    header: Sequence[str], sample: Sample, name: str, options: ReadOptions
) -> tuple[Mapping, tuple[Question, ...]]:
    """Map the columns of a table to fields, and return open questions.

    Args:
        header: Names of the columns.
        sample: Some rows.
        name: Name of the file, for errors.
        options: `columns` takes precedence over detection.

    Returns:
        The clear part of the mapping, and the questions; their columns are not mapped.

    Raises:
        InputError: A column in `options` is missing, or its field is unknown.
    """
    chosen = choose_named(header, name, options)
    taken = {choice.index for choices in chosen.values() for choice in choices}
    for field, choices in choose_aliased(
        header, taken, goods="goods" not in options.columns
    ).items():
        chosen.setdefault(field, choices)
    doubtful = _contradicted(chosen, sample, options)
    plain = plain_names(header)
    correct(chosen, [_values(sample, at) for at in range(len(header))], plain, options.columns)
    _further_descriptions(chosen, options)
    _pair_units(header, chosen, options)
    _keep_money(chosen, options)
    taken = {choice.index for choices in chosen.values() for choice in choices}
    sniffed = _sniffed(header, sample, taken, set(chosen))
    chosen.update(sniffed)
    sniffed |= _identified(plain, sample, chosen)
    chosen.update(sniffed)
    _drop_empty(chosen, sample)
    questions = tuple(filter(None, (_doubt(f, choices, header) for f, choices in chosen.items())))
    for question in questions:
        del chosen[question.field]
    found = tuple(field for field in sniffed if field in chosen)
    mapping = _record(header, chosen, found, frozenset(options.units))
    asked = {*mapping.columns, *(question.field for question in questions)}
    unsure = _unsure(header, sample, mapping.places, asked, doubtful)
    used = {place for places in mapping.places.values() for place in places}
    free = [place for place in range(len(header)) if place not in used]
    beside = tuple(header[place] for place in worded_columns(header, sample, free))
    return msgspec.structs.replace(mapping, unsure=unsure, beside=beside), questions


def _record(
    header: Sequence[str],
    chosen: Pairs[str, list[Choice]],
    sniffed: tuple[str, ...],
    stated: frozenset[str],
) -> Mapping:
    used = {choice.index for choices in chosen.values() for choice in choices}
    units = {f: c[0].found.unit for f, c in chosen.items() if c[0].found.unit}
    bare = [f for f in ("net", "gross") if f in chosen and f not in units and f not in stated]
    return Mapping(
        columns={f: tuple(header[c.index] for c in choices) for f, choices in chosen.items()},
        unmapped=tuple(column for i, column in enumerate(header) if i not in used),
        units=units,
        currency=_currency(chosen.get("value", ())),
        sniffed=sniffed,
        assumed=tuple(f for f in bare if f"{f}.unit" not in chosen and "weight.unit" not in chosen),
        places={f: tuple(c.index for c in choices) for f, choices in chosen.items()},
    )


def _currency(value: Sequence[Choice]) -> str:
    currency = value[0].found.currency if value else ""
    return "" if currency == LOCAL else currency


def _contradicted(
    chosen: dict[str, list[Choice]], sample: Sample, options: ReadOptions
) -> dict[int, str]:
    """Exclude columns named like a code without any value in its format.

    Returns:
        The field of each, by column index.
    """
    found: dict[int, str] = {}
    for field in [field for field in chosen if field not in options.columns]:
        wrong = [each for each in chosen[field] if contradicts(field, _values(sample, each.index))]
        found |= {each.index: field for each in wrong}
        chosen[field] = [each for each in chosen[field] if each not in wrong]
        if not chosen[field]:
            del chosen[field]
    return found


def _values(sample: Sample, place: int) -> list[str | None]:
    return [row[place] for row in sample if place < len(row)]


def _further_descriptions(chosen: dict[str, list[Choice]], options: ReadOptions) -> None:
    """Use all columns that may hold the goods: the first as goods, the others as further text.

    All of them are screened, so no question is needed.
    """
    goods = chosen.get("goods", [])
    if "goods" in options.columns or _is_told(goods):
        return
    first, *others = sorted(goods, key=lambda choice: (choice.found.tier, choice.index))
    chosen["goods"] = [first]
    further = [
        Choice(index=each.index, found=Found(field="commercial", tier=each.found.tier))
        for each in others
    ]
    chosen["commercial"] = [*chosen.get("commercial", []), *further]


def _is_told(choices: Sequence[Choice]) -> bool:
    """Return whether there is one column, or several that are its numbered parts."""
    parts = [choice.found.part for choice in choices]
    return len(choices) < 2 or (0 not in parts and len(set(parts)) == len(parts))  # noqa: PLR2004


def _pair_units(
    header: Sequence[str], chosen: dict[str, list[Choice]], options: ReadOptions
) -> None:
    """Assign a quantity the unit of the same name: a statistical unit is not the commercial one."""
    if "quantity" not in chosen or "quantity.unit" in options.columns:
        return
    names = plain_names(header)
    own, found = kin(names[chosen["quantity"][0].index]), []
    for index, name in enumerate(names):
        same = [f for f in find_columns(name) if f.field == "quantity.unit"]
        if same and kin(name) == own:
            found.append(Choice(index=index, found=same[0]))
    low = min((choice.found.tier for choice in found), default=0)
    if found:
        chosen["quantity.unit"] = [choice for choice in found if choice.found.tier == low]


def _keep_money(chosen: dict[str, list[Choice]], options: ReadOptions) -> None:
    """Ignore a currency column if the value is in the national currency."""
    value = chosen.get("value")
    if value and value[0].found.currency == LOCAL and "currency" not in options.columns:
        chosen.pop("currency", None)


def _unsure(
    header: Sequence[str],
    sample: Sample,
    places: Pairs[str, tuple[int, ...]],
    read: set[str],
    doubtful: Pairs[int, str],
) -> dict[str, tuple[str, ...]]:
    """List the columns that may hold an otherwise missing field, by name or values."""
    used = {place for each in places.values() for place in each}
    found: dict[str, list[str]] = {}
    for index, (column, plain) in enumerate(zip(header, plain_names(header), strict=True)):
        if index in used:
            continue
        values = _values(sample, index)
        shown = doubtful.get(index) or sniff(values) or suspect(values)
        if shown == "hs" and index not in doubtful and is_known_otherwise(plain):
            shown = None
        for field in find_unsure(plain) or ((shown,) if shown else ()):
            if field not in read:
                found.setdefault(field, []).append(column)
    return {field: tuple(names) for field, names in found.items()}


def _drop_empty(chosen: dict[str, list[Choice]], sample: Sample) -> None:
    """Of several columns for one field, an empty one is not asked for."""
    for field, choices in chosen.items():
        full = [
            each
            for each in choices
            if any(map(str.strip, filter(None, _values(sample, each.index))))
        ]
        if 0 < len(full) < len(choices) and not _is_told(choices) and field not in KEEPS_ALL:
            chosen[field] = full


def _is_filled(values: Sequence[str | None]) -> bool:
    return any(value and value.strip() for value in values)


def _doubt(field: str, choices: list[Choice], header: Sequence[str]) -> Question | None:
    """Sort the columns of a field; return a question if more than one is possible."""
    choices.sort(key=lambda choice: (choice.found.tier, choice.found.part))
    # Of an address all lines are read: none of them can be the wrong one.
    if field in KEEPS_ALL or field.endswith(".address") or _is_told(choices):
        return None
    return Question(field=field, columns=tuple(header[choice.index] for choice in choices))


def ask(question: Question, name: str) -> InputError:
    """Return the error for a field with several equally good columns."""
    field, columns = question.field, question.columns
    return InputError(
        "trade/several-columns-may-hold",
        count=len(columns),
        field=field,
        columns=", ".join(f'"{c}"' for c in columns),
        maps=" or ".join(f'--map "{field}={c}"' for c in columns),
        at=name,
    )


def _identified(
    names: Sequence[str], sample: Sample, chosen: Pairs[str, list[Choice]]
) -> dict[str, list[Choice]]:
    """Propose the column that identifies consignments, if none is known."""
    if "consignment" in chosen or not sample:
        return {}
    used = {choice.index for choices in chosen.values() for choice in choices}
    columns = [_values(sample, at) for at in range(len(names))]
    index = propose_consignment(names, columns, used)
    found = Found(field="consignment", tier=LAST)
    return {} if index is None else {"consignment": [Choice(index=index, found=found)]}


def _sniffed(
    header: Sequence[str], sample: Sample, taken: set[int], known: set[str]
) -> dict[str, list[Choice]]:
    chosen: dict[str, list[Choice]] = {}
    for index, name in enumerate(plain_names(header)):
        if index in taken:
            continue
        field = sniff(_values(sample, index))
        if field and field not in known and is_hinted(field, name):
            found = Found(field=field, tier=0)
            chosen.setdefault(field, []).append(Choice(index=index, found=found))
    return chosen
