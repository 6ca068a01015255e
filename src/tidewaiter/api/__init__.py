"""Public Python API; names and signatures are stable between versions.

Each function loads what it needs on its first call, so importing this module is cheap.
Goods, texts and parties can be a ``str``, a list, a pandas or Polars ``Series`` or frame, an Arrow
array or table, a list of dictionaries, or a ``pathlib.Path``; a ``str`` is always text and never
opened as a file. Days are ``datetime.date`` or text like ``"2026-03-31"``. Functions return frames.
Errors that a user can correct are a `TidewaiterError`, with a hint.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tidewaiter.api.database import ReadOnlyDatabase
from tidewaiter.api.frames import Frame
from tidewaiter.base.errors import TidewaiterError

__all__ = [
    "Frame",
    "ReadOnlyDatabase",
    "TidewaiterError",
    "check_claim",
    "identify",
    "law",
    "match",
    "nowcast",
    "open_database",
    "screen",
]

Folders = str | Path | Iterable[str | Path]
"""One folder or file, or several."""


def identify(
    texts: Any, *, column: str | None = None, own: Folders = (), street: bool = False
) -> Frame:
    """Find the controlled and watched substances named in texts.

    Args:
        texts: Descriptions of goods as in trade documents; for a path, one text per line.
        column: Column of a frame or table; None: its only text column.
        own: Folders with your own substance lists.
        street: Recognise slang too.

    Returns:
        One row per mention; `line` is the index of the text, from 0.

    Raises:
        InputError: The input holds no texts, or more than one column holds text.
    """
    from tidewaiter.api.goods import find_mentions

    return find_mentions(texts, column, own, street=street)


def screen(
    goods: Any,
    *,
    day: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    lists: str | Path | None = None,
    restricted: bool = False,
    threshold: float | None = None,
    own: Folders = (),
    street: bool = False,
    workers: int = 1,
) -> Frame:
    """Screen consignments; returns the same alerts as ``tidewaiter screen``.

    Args:
        goods: A file in any format that the command reads, except archives with several files; a
            frame or table with columns that it would read; or descriptions of goods.
        day: Screen by the law in force on this day; None: today.
        columns: Column of each field, where the header is not recognised: ``{"goods": "Text"}``.
        lists: Folder of party lists; None: the default folder of the command.
        restricted: Include alerts based on entries for your authority only; keep them confidential.
        threshold: Match probability from which to report a party; None: stored or default value.
        own: Folders with your own substance lists.
        street: Recognise slang too.
        workers: Number of processes, for large files.

    Returns:
        One row per alert; `refused` lists unreadable values, `notes` what was not assessed.

    Raises:
        InputError: The input cannot be read, or no column describes the goods.
    """
    from tidewaiter.api.goods import ScreenOptions, screen_goods

    options = ScreenOptions(
        day=day,
        columns=columns or {},
        lists=lists,
        restricted=restricted,
        threshold=threshold,
        own=own,
        street=street,
        workers=workers,
    )
    return screen_goods(goods, options)


def law(
    what: Any,
    *,
    day: date | str | None = None,
    origin: str | None = None,
    destination: str | Iterable[str] | None = None,
    transit: str | Iterable[str] = (),
    jurisdictions: str | Iterable[str] = (),
    amount: str = "",
    percent: str | float | None = None,
    form: str | None = None,
    party: str = "",
    column: str | None = None,
    own: Folders = (),
    street: bool = False,
) -> Frame:
    """Look up the law on substances; returns the same answers as ``tidewaiter law``.

    Not legal advice: no answer says that a transaction is permitted.

    Args:
        what: Slugs, names, CAS numbers, SMILES, InChIs, or goods; for a path, one per line.
        day: Answer by the law in force on this day; None: today.
        origin: Country of dispatch; with an origin or a destination, the laws of the route apply.
        destination: Country of destination, or several; each is answered separately.
        transit: Countries of transit.
        jurisdictions: Jurisdictions if no route is given: ``["EU", "US"]``; empty: all.
        amount: Total amount of the goods, not only of the substance: ``"25 kg"``, ``"200 l"``.
        percent: Content of the substance in the goods, in percent.
        form: Form of the goods: substance, salt, mixture, solution, medicine or extract.
        party: Name of the other party.
        column: Column of a frame or table; None: its only text column.
        own: Folders with your own substance lists.
        street: Recognise slang too.

    Returns:
        One row per text, destination, substance and legal instrument. A text without a match has
        one row with the answer "not assessable" and the reason.

    Raises:
        InputError: A day, a country, an amount or a form cannot be read.
    """
    from tidewaiter.api.questions import LawOptions, answer_law

    options = LawOptions(
        day=day,
        origin=origin,
        destination=destination or (),
        transit=transit,
        jurisdictions=jurisdictions,
        amount=amount,
        percent=percent,
        form=form,
        party=party,
        own=own,
        street=street,
    )
    return answer_law(what, column, options)


def match(
    parties: Any,
    *,
    lists: str | Path | None = None,
    day: date | str | None = None,
    country: str | None = None,
    kind: str | None = None,
    restricted: bool = False,
    threshold: float | None = None,
) -> Frame:
    """Match parties against lists, like ``tidewaiter match``. A match is not a verdict.

    Args:
        parties: Names; or a file, frame or table with the columns of ``match --file``: name, kind,
            country, born, address, and numbers.
        lists: File of one list (JSON Lines), or folder of party lists; None: the default folder of
            the command.
        day: Use the stored lists in force on this day; None: today.
        country: Country of every party without one.
        kind: Kind of every party without one: organisation, person, vessel or aircraft.
        restricted: Include entries for your authority only; keep the answers confidential.
        threshold: Probability from which to report a match; None: stored or model value.

    Returns:
        One row per match, the best match of each party first; `id` is the party's own id, or else
        its number from 1. A party without a match has no row; a party that cannot be assessed has
        one row with the reason.

    Raises:
        InputError: The parties or the list cannot be read, or no list is stored.
    """
    from tidewaiter.api.questions import MatchOptions, match_lists

    options = MatchOptions(
        lists=lists,
        day=day,
        country=country,
        kind=kind,
        restricted=restricted,
        threshold=threshold,
    )
    return match_lists(parties, options)


def nowcast(
    release: Any, *, earlier: Folders | None = None, indicators: str | Iterable[str] = ()
) -> Frame:
    """Estimate the final counts behind provisional counts of overdose deaths.

    Args:
        release: A published file (here a ``str`` is a path too), or its table.
        earlier: Earlier releases, to improve the estimate: an archive, a folder, or files.
        indicators: Only these indicators: ``"overdose"``, ``"T40.4"``; empty: all.

    Returns:
        One row per place, indicator and period, with a 95 % interval; `refused` lists irregular
        values in the release, corrected or excluded.

    Raises:
        InputError: Not a release, or unknown indicator.
    """
    from tidewaiter.api.figures import estimate_counts

    return estimate_counts(release, earlier, indicators)


def check_claim(
    texts: Any,
    *,
    said_on: date | str | None = None,
    place: str = "",
    period: str = "",
    indicator: str = "",
    basis: str = "",
    number: str = "",
    releases: Folders | None = None,
    day: date | str | None = None,
    column: str | None = None,
) -> Frame:
    """Compare claims about overdose deaths with official figures.

    Args:
        texts: English sentences with a number; for a path, one text per line.
        said_on: Day of the statement; "last year" is relative to it.
        place: Place of the deaths; this and the next arguments override the text.
        period: A year, or the last of twelve months: ``"2021-04"``.
        indicator: Indicator that is counted.
        basis: occurrence (place of death) or residence (place of residence).
        number: The claimed number.
        releases: Releases to search: an archive, a folder, or files; None: the archive of the
            command.
        day: Use figures published by this day; None: today.
        column: Column of a frame or table; None: its only text column.

    Returns:
        One row per claim; with several texts, those without a number are in `refused`.

    Raises:
        InputError: A single text states no number, or an option cannot be read.
    """
    from tidewaiter.api.figures import ClaimOptions, check_claims

    options = ClaimOptions(
        said_on=said_on,
        place=place,
        period=period,
        indicator=indicator,
        basis=basis,
        number=number,
        releases=releases,
        day=day,
    )
    return check_claims(texts, column, options)


def open_database(url: str | Path) -> ReadOnlyDatabase:
    """Open a database read-only; alerts, consignments, parties, decisions and cases as frames.

    Args:
        url: Path of an SQLite file, or URL of a PostgreSQL database.

    Returns:
        The database. It is neither changed nor upgraded.

    Raises:
        StoreError: Not found, created by another program, or of another version.
    """
    return ReadOnlyDatabase(str(url))
