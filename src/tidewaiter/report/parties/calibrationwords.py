"""What a calibration tells, in sentences; the screen and the page print the same ones."""

import shlex
from collections.abc import Iterator

from tidewaiter.base.countries import find_country
from tidewaiter.parties.calibration.shares import NONE, Share
from tidewaiter.parties.calibration.types import LOWEST, Calibration, Cause, KnownFile
from tidewaiter.parties.thresholds import printed
from tidewaiter.report.characters import visible

MILLION = 1_000_000
TEN_THOUSAND = 10_000
_WHOLE = 10  # from which on a rate needs no decimals
_PERCENT = 100
_LEAST = 0.001  # percent that is written
_HIGH = 0.9  # a threshold that a rare few matches need


def per(share: float, parties: int) -> str:
    """Write a share as so many in so many parties."""
    rate = share * parties
    return f"{rate:,.0f}" if rate >= _WHOLE or rate == 0 else f"{rate:.2g}"


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
        return f"{percent:.1g}" if percent >= _LEAST else f"< {_LEAST}"
    text = f"{percent:.1f}".removesuffix(".0")
    return "> 99.9" if text == "100" and share < 1 else text


def share_in_words(share: Share) -> str:
    """Write a share of few with its interval."""
    if not share.total:
        return "none to tell from"
    return f"{percent(share.share)} (95 %: {percent(share.low)} to {percent(share.high)})"


def files_in_words(told: Calibration) -> Iterator[str]:
    """Say what was asked for, and what of it did not count."""
    yield f"{_file(told.cleared)}: known, and none of the listed parties"
    if told.found:
        yield f"{_file(told.found)}: rightly flagged"
    lists = (f"{each.name}{f' of {each.dated}' if each.dated else ''}" for each in told.lists)
    yield f"compared with {'; '.join(lists)}, as in force on {told.day}"


def _file(known: KnownFile) -> str:
    left = [
        text
        for count, text in (
            (known.repeated, "rows repeat another one"),
            (known.refused, "rows could not be read"),
        )
        if count
        for text in [f"{count:,} {text}"]
    ]
    settled = (
        f"; of {_counted(known.settled, 'party', 'parties')} a match is settled by a judgement and "
        "left out"
        if known.settled
        else ""
    )
    beside = f" ({', '.join(left)})" if left else ""
    return f"{known.file}: {_counted(known.parties, 'party', 'parties')}{beside}{settled}"


def _counted(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def threshold_in_words(told: Calibration) -> str:
    """Say which threshold the rest is told at."""
    if told.chosen and told.wanted is not None:
        rate = per(told.wanted, MILLION)
        return (
            f"Threshold {told.threshold.value}: the least that gives at most {rate} in a million; "
            "none below that of the model is chosen"
        )
    return f"Threshold {told.threshold}"


def alerts_in_words(told: Calibration) -> str:
    """Say how many alert at the threshold."""
    share = told.at.alerts
    return (
        f"{_counted(share.count, 'party', 'parties')} of {share.total:,} would alert: "
        f"{per(share.share, TEN_THOUSAND)} in 10,000, {per(share.share, MILLION)} in a million "
        f"(95 %: {interval(share, MILLION)} in a million)"
    )


def doubts_in_words(told: Calibration) -> Iterator[str]:
    """Say what the file is too small to tell, and where a few parties settle the threshold."""
    parties = told.cleared.parties
    if told.chosen and told.threshold.least > _HIGH and told.causes:
        yield (
            "This threshold is set by parties that match almost surely. Look at them before you "
            "keep it: one that is the listed party after all does not belong in this file"
        )
    if told.at.threshold < LOWEST:
        yield f"Matches below {printed(LOWEST)} are not counted, so more would alert"
    if told.wanted is not None and parties < told.enough:
        yield (
            f"The file is too small to show this rate: were none of {parties:,} parties an alert, "
            f"the rate could still be {per(NONE / parties, MILLION)} in a million (95 %, rule of "
            f"three). {told.enough:,} parties would be needed"
        )
    elif not told.at.alerts.count:
        yield (
            f"No alert among {parties:,} parties is not none at all: the rate can be up to "
            f"{per(told.at.alerts.high, MILLION)} in a million (95 %, rule of three)"
        )


def recall_in_words(told: Calibration) -> str:
    """Say what the threshold misses, as far as it is known."""
    at = told.at
    if at.recall is not None:
        found = _counted(at.recall.total, "party", "parties")
        return (
            f"Of {found} rightly flagged, {at.recall.count:,} reach it: {share_in_words(at.recall)}"
        )
    if at.benchmark is not None:
        return (
            "What it misses cannot be told from cleared parties. Of the benchmark's made variants "
            f"of listed names, by name alone, {percent(at.benchmark.share)} reach it; your papers "
            "are others. A file of parties that were rightly flagged tells it: --found"
        )
    return (
        "What it misses cannot be told: there is no file of parties that were rightly flagged "
        "(--found), and the benchmark's figures are of another model"
    )


def judge_command(cause: Cause) -> str:
    """Return the command that settles a false alert once and for all."""
    country = find_country(cause.country) if cause.country else None
    where = f" --country {country}" if country else ""
    names = " ".join(shlex.quote(visible(text)) for text in (cause.list, cause.entry, cause.name))
    return f'tidewaiter lists judge {names} --other{where} --why "..."'


def cause_in_words(cause: Cause) -> str:
    """Say which entry false alerts come from."""
    return (
        f"{_counted(cause.parties, 'party', 'parties')}: {cause.listed} ({cause.list} "
        f"{cause.entry}, {cause.kind})"
    )


def example_in_words(cause: Cause) -> str:
    """Say which party resembles it most."""
    country = f", {cause.country}" if cause.country else ""
    return f"{cause.name}{country}, probability {printed(cause.probability)}"
