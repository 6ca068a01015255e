"""Threshold calibrations in words: shares with their intervals, and what they show."""

import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tidewaiter.base.countries import find_country
from tidewaiter.base.safe_text import visible
from tidewaiter.explain.languages import counted, day, figure, marked, number, words
from tidewaiter.explain.words import (
    LISTED,
    threshold_in_words,
    threshold_value,
    word,
)
from tidewaiter.parties.calibration.types import (
    LOWEST,
    NONE,
    Calibration,
    Cause,
    KnownFile,
    Share,
)
from tidewaiter.parties.thresholds import printed

MILLION = 1_000_000
TEN_THOUSAND = 10_000
_WHOLE = 10  # from which on a rate needs no decimals
_PERCENT = 100
_LEAST = 0.001  # percent that is written
_HIGH = 0.9  # a threshold that a rare few matches need

HOWS: Mapping[str, str] = MappingProxyType(
    {
        "number": marked("an identifier agrees"),
        "same": marked("all words are the same"),
        "spelling": marked("all words agree, some with a different spelling"),
        "more": marked("one name has additional words"),
        "other": marked("some words differ"),
    }
)
"""What agrees in a match. If a cleared party has an identifier of an entry, the clearance should
be reviewed.
"""


def per(share: float, parties: int) -> str:
    """Write a share as so many in so many parties."""
    rate = share * parties
    return figure(f"{rate:,.0f}" if rate >= _WHOLE or rate == 0 else f"{rate:.2g}")


def interval(share: Share, parties: int) -> str:
    """Write the 95 % interval of a share."""
    return f"{per(share.low, parties)}–{per(share.high, parties)}"


def recall_cell(share: Share) -> str:
    """Write a share in percent with its interval, for a table."""
    return f"{_percent(share.share)} ({_percent(share.low)}–{_percent(share.high)})"


def percent(share: float) -> str:
    """Write a share in percent; none and all only where it is none and all."""
    return f"{_percent(share)} %"


def _percent(share: float) -> str:
    percent = _PERCENT * share
    if 0 < percent < 1:
        return figure(f"{percent:.1g}") if percent >= _LEAST else f"< {figure(str(_LEAST))}"
    text = f"{percent:.1f}".removesuffix(".0")
    return f"> {figure('99.9')}" if text == "100" and share < 1 else figure(text)


def share_in_words(share: Share) -> str:
    """Write a share of few with its interval."""
    if not share.total:
        return words("no parties")
    said = words("{share} (95 %: {low} to {high})")
    return said.format(share=percent(share.share), low=percent(share.low), high=percent(share.high))


def how_in_words(how: str) -> str:
    """Return what agrees in a match."""
    return word(HOWS, how)


def origin_in_words(key: str) -> str:
    """Name the origin of parties."""
    return key or words("not stated")


def kind_in_words(kind: str) -> str:
    """Name a kind of entry."""
    return word(LISTED, kind)


def files_in_words(told: Calibration) -> Iterator[str]:
    """Return what was asked for, and what of it did not count."""
    yield words("{file}: known not to be listed").format(file=_file(told.cleared))
    if told.found:
        yield words("{file}: correctly flagged").format(file=_file(told.found))
    lists = (
        words("{list} of {day}").format(list=each.name, day=day(each.dated))
        if each.dated
        else each.name
        for each in told.lists
    )
    said = words("compared with {lists}, in force on {day}")
    yield said.format(lists="; ".join(lists), day=day(told.day))


def _file(known: KnownFile) -> str:
    told = (
        counted("{count} duplicate row", "{count} duplicate rows", known.repeated),
        counted("{count} row could not be read", "{count} rows could not be read", known.refused),
        counted(
            "{count} party has a match excluded by an earlier decision",
            "{count} parties have a match excluded by an earlier decision",
            known.settled,
        ),
    )
    counts = (known.repeated, known.refused, known.settled)
    rest = [
        said.format(count=number(count)) for said, count in zip(told, counts, strict=True) if count
    ]
    return f"{known.file}: {'; '.join([_parties(known.parties), *rest])}"


def _parties(count: int) -> str:
    return counted("{count} party", "{count} parties", count).format(count=number(count))


def chosen_in_words(told: Calibration) -> str:
    """Return the threshold that the results are for."""
    if told.chosen and told.wanted is not None:
        said = words(
            "Threshold {value}: the lowest that gives at most {rate} alerts in a million; never "
            "below the default of the model"
        )
        return said.format(value=threshold_value(told.threshold), rate=per(told.wanted, MILLION))
    return words("Threshold {value}").format(value=threshold_in_words(told.threshold))


def alerts_in_words(told: Calibration) -> str:
    """Return how many alert at the threshold."""
    share = told.at.alerts
    said = counted(
        "{count} party of {total} would alert: {few} in 10,000, {many} in a million (95 %: "
        "{interval} in a million)",
        "{count} parties of {total} would alert: {few} in 10,000, {many} in a million (95 %: "
        "{interval} in a million)",
        share.count,
    )
    return said.format(
        count=number(share.count),
        total=number(share.total),
        few=per(share.share, TEN_THOUSAND),
        many=per(share.share, MILLION),
        interval=interval(share, MILLION),
    )


def doubts_in_words(told: Calibration) -> Iterator[str]:
    """Return what the file is too small to tell, and where a few parties settle the threshold."""
    parties = told.cleared.parties
    if told.chosen and told.threshold.least > _HIGH and told.causes:
        yield words(
            "This threshold is determined by parties that almost certainly match. Review them "
            "before you save it: remove any party from this file that is the listed party"
        )
    if told.at.threshold < LOWEST:
        said = words("Matches below {least} are not counted, so there would be more alerts")
        yield said.format(least=figure(printed(LOWEST)))
    if told.wanted is not None and parties < told.enough:
        said = words(
            "The file is too small for this rate: even with no alert among {parties} parties, the "
            "rate could be {rate} in a million (95 %, rule of three). At least {enough} parties "
            "are needed"
        )
        yield said.format(
            parties=number(parties), rate=per(NONE / parties, MILLION), enough=number(told.enough)
        )
    elif not told.at.alerts.count:
        said = words(
            "No alert among {parties} parties does not mean a rate of zero: it can be up to {rate} "
            "in a million (95 %, rule of three)"
        )
        yield said.format(parties=number(parties), rate=per(told.at.alerts.high, MILLION))


def recall_in_words(told: Calibration) -> str:
    """Return what the threshold misses, as far as it is known."""
    at = told.at
    if at.recall is not None:
        said = words(
            "Parties correctly flagged: {total}; of these, {count} reach the threshold: {share}"
        )
        return said.format(
            total=number(at.recall.total),
            count=number(at.recall.count),
            share=share_in_words(at.recall),
        )
    if at.benchmark is not None:
        said = words(
            "Missed matches cannot be determined from cleared parties. Of the benchmark's "
            "generated variants of listed names, {share} reach the threshold by name alone; your "
            "documents may differ. To measure it, give a file of parties that were correctly "
            "flagged: --found"
        )
        return said.format(share=percent(at.benchmark.share))
    return words(
        "Missed matches cannot be determined: no file of correctly flagged parties is given "
        "(--found), and the benchmark figures are for another model"
    )


def recall_heading(told: Calibration) -> str:
    """Return what the last column of the levels is; "": there is none."""
    if told.found:
        return words("recall, %")
    return words("variants found, %") if told.at.benchmark else ""


def judge_command(cause: Cause) -> str:
    """Return the command that records a false positive."""
    country = find_country(cause.country) if cause.country else None
    where = f" --country {country}" if country else ""
    names = " ".join(shlex.quote(visible(text)) for text in (cause.list, cause.entry, cause.name))
    return f'tidewaiter lists judge {names} --other{where} --why "..."'


def cause_in_words(cause: Cause) -> str:
    """Return which entry false alerts come from."""
    entry = f"{cause.listed} ({cause.list} {cause.entry}, {kind_in_words(cause.kind)})"
    return f"{_parties(cause.parties)}: {entry}"


def example_in_words(cause: Cause) -> str:
    """Return which party resembles it most."""
    name = f"{cause.name}, {cause.country}" if cause.country else cause.name
    said = words("{name}, probability {probability}")
    return said.format(name=name, probability=figure(printed(cause.probability)))
