"""The query of a WONDER export: dataset, selected causes, date and caveats."""

import re
from calendar import monthrange
from collections.abc import Mapping
from functools import cache

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.deaths.coding import codes_in, spelled_out
from tidewaiter.burden.indicators import Indicator, folded, indicators
from tidewaiter.burden.types import MONTHS, month_of, named_month

_RULE = re.compile(r'^[ \t]*"?---"?[ \t,]*\r?$', re.MULTILINE)
_KEY = re.compile(r"(\w[^:;()]{0,60}): ?(.*)")
_DAY = r"([A-Z][a-z]+)\.? (\d{1,2}), (\d{4})"
ASK_OVERDOSEED = re.compile(rf"Query Date: {_DAY}")
_THROUGH = re.compile(rf"Deaths occurring through {_DAY}")
_FINAL = re.compile(r"final Multiple Cause of Death Files, (\d{4})-(\d{4})")
_SPAN = re.compile(r"(\d{4})-(\d{4})")
_MONTH = re.compile(r"\b(?:" + "|".join(MONTHS) + r")\b", re.IGNORECASE)
_CAUSES = ("icd-10", "drug/alcohol induced causes", "injury intent", "cause of death")
_SHOWN = (
    "title",
    "group by",
    "show totals",
    "show zero values",
    "show suppressed",
    "year/month",
    "calculate rates per",
    "rate options",
    "standard population",
    "calculate rates",
)


class Dataset(Record, frozen=True, kw_only=True):
    """One of WONDER's datasets on deaths."""

    code: str  # "D176"
    title: str  # how its title begins
    mentions: bool  # it holds what else stands on a certificate
    final: bool  # no year of it is provisional


class Causes(Record, frozen=True, kw_only=True):
    """Which deaths are counted: codes of which one is the cause, and one stands beside it."""

    underlying: frozenset[str]  # none: any cause
    mentioned: frozenset[str]  # none: it does not matter


class Query(Record, frozen=True, kw_only=True):
    """What was asked, as the export repeats it."""

    title: str  # of the dataset
    dataset: Dataset
    released: int | None  # the month of the query; burden.types
    final_to: int | None  # the last month that is final; None: not told
    whole_to: int | None  # the last month that had ended when deaths were counted
    first: int | None  # of the period as a whole, where nothing parts it in time
    last: int | None
    whole_years: bool  # no month was chosen
    causes: Causes
    limits: tuple[tuple[str, str], ...]  # what else was asked for: "Gender", "Female"
    hidden: bool  # rows whose count is suppressed are left out


class _Datasets(Record, frozen=True, kw_only=True):
    datasets: tuple[Dataset, ...]


@cache
def datasets() -> tuple[Dataset, ...]:
    """Return the datasets that are known."""
    return read_toml(data("burden", "wonder.toml"), _Datasets).datasets


def parted(text: str) -> tuple[str, str]:
    """Part an export in its rows and what stands behind them; "": it was cut off."""
    rule = _RULE.search(text)
    return (text[: rule.start()], text[rule.start() :]) if rule else (text, "")


def read_query(footer: str, name: str) -> Query:
    """Read what stands behind the rows.

    Raises:
        InputError: The dataset is not known, or causes were asked for in two ways.
    """
    lines = [_bare(line) for line in footer.splitlines()]
    text = " ".join(lines)
    title = _title(lines, name)
    dataset = next((each for each in datasets() if title.startswith(each.title)), None)
    if not dataset:
        raise InputError(
            "burden/dataset-not-known",
            title=title,
            datasets="; ".join(each.title for each in datasets()),
            at=f"{name}, Dataset",
        )
    asked = _parameters(lines)
    underlying = _causes(asked, "ucd", name, plain=not dataset.mentions)
    mentioned = _causes(asked, "mcd", name, plain=False)
    first, last = _period(asked.get("Year/Month", ""), title)
    return Query(
        title=title,
        dataset=dataset,
        released=_month(ASK_OVERDOSEED.search(text)),
        final_to=_end(_SPAN.search(title) if dataset.final else _FINAL.search(text)),
        whole_to=_whole(_THROUGH.search(text)),
        first=first,
        last=last,
        whole_years=not _MONTH.search(asked.get("Year/Month", "")),
        causes=Causes(underlying=underlying, mentioned=mentioned),
        limits=_limits(asked, dataset),
        hidden=asked.get("Show Suppressed", "").casefold() == "false",
    )


@cache
def indicator_of(causes: Causes) -> Indicator | None:
    """Find the indicator that counts these deaths."""
    for each in indicators().values():
        if each.measure == "deaths" and causes_of(each) == causes:
            return each
    return None


def causes_of(indicator: Indicator) -> Causes:
    """Return which deaths an indicator counts."""
    return Causes(
        underlying=spelled_out(indicator.underlying), mentioned=spelled_out(indicator.mentioned)
    )


def _bare(line: str) -> str:
    return line.strip("\t\r ,").strip('"').replace('""', '"').strip()


def _title(lines: list[str], name: str) -> str:
    for line in lines:
        if line.startswith("Dataset:"):
            return line.removeprefix("Dataset:").strip()
    raise InputError("burden/dataset-not-named", at=name)


def _parameters(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    begun = last = ""
    for line in lines:
        if line == "---" and begun:
            break
        if line == "Query Parameters:":
            begun = line
        elif begun and (key := _KEY.fullmatch(line)):
            last = key[1]
            found[last] = key[2]
        elif last:
            found[last] += " " + line
    return found


def _causes(asked: Mapping[str, str], kind: str, name: str, *, plain: bool) -> frozenset[str]:
    """Return the codes asked for as underlying or mentioned causes; `plain`: without a prefix."""
    told = [
        (key, value)
        for key, value in asked.items()
        if value.strip() not in ("", "All") and _cause(key, plain=plain) == kind
    ]
    if len(told) > 1:
        raise InputError(
            "burden/causes-asked-in-two-ways",
            told=" and ".join(key for key, _ in told),
            at=f"{name}, Query Parameters",
        )
    return _codes(*told[0], name) if told else frozenset()


def _codes(key: str, value: str, name: str) -> frozenset[str]:
    """Return the codes of a list; one that is named alone, without codes, is not known here."""
    nameless = [each for each in value.split(";") if each.strip() and not codes_in(each)]
    if nameless or "induced causes" in value.casefold():
        raise InputError(
            "burden/list-without-codes", key=key, value=value, at=f"{name}, Query Parameters"
        )
    return codes_in(value)


def _cause(key: str, *, plain: bool) -> str:
    prefix, parted_, rest = folded(key).partition(" - ")
    if parted_ and prefix in ("ucd", "mcd"):
        return prefix if rest.startswith(_CAUSES) else ""
    return "ucd" if plain and prefix.startswith(_CAUSES) else ""


def _limits(asked: Mapping[str, str], dataset: Dataset) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, value)
        for key, value in asked.items()
        if value.strip() not in ("", "All")
        and folded(key) not in _SHOWN
        and not _cause(key, plain=not dataset.mentions)
    )


def _period(asked: str, title: str) -> tuple[int | None, int | None]:
    years = sorted({int(year) for year in re.findall(r"\b\d{4}\b", asked)})
    if not asked or asked == "All":
        span = _SPAN.search(title)
        years = list(range(int(span[1]), int(span[2]) + 1)) if span else []
    if not years or years != list(range(years[0], years[-1] + 1)):
        return None, None
    return month_of(years[0], 1), month_of(years[-1], 12)


def _end(found: re.Match[str] | None) -> int | None:
    return month_of(int(found[2]), 12) if found else None


def _month(found: re.Match[str] | None) -> int | None:
    month = named_month(found[1]) if found else None
    return month_of(int(found[3]), month) if found and month else None


def _whole(found: re.Match[str] | None) -> int | None:
    month = _month(found)
    if found is None or month is None:
        return None
    ends = monthrange(int(found[3]), month % 12 + 1)[1]
    return month if int(found[2]) >= ends else month - 1
