"""The public face: what other programs call. What is named here stays as it is between versions.

Each function loads what it needs on its first call, so that importing this module costs almost
nothing. Goods, texts and parties are taken as a ``str``, a list, a pandas or Polars ``Series`` or
frame, an Arrow array or table, a list of dictionaries, or a ``pathlib.Path``; a ``str`` is always
text and never opened. Days are ``datetime.date`` or text like ``"2026-03-31"``. Answers are
frames. What a user can mend is a `TidewaiterError`, with a hint.
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
    """Find the controlled and watched substances that texts name.

    Args:
        texts: Goods as trade papers describe them; of a path, each line of the file is one.
        column: Of a frame or a table; None: the only one that holds text.
        own: Folders of your own lists of substances.
        street: Know street names too.

    Returns:
        A row for each mention; `line` is the place of the text, from 0.

    Raises:
        InputError: These are no texts, or it is not known which column holds them.
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
    """Screen consignments: the alerts that ``tidewaiter screen`` gives.

    Args:
        goods: A file in any format that the command reads, but for archives of several; a frame
            or table with columns that it would read; or descriptions of goods.
        day: The law as it stood then; None: today.
        columns: Field and column, where the title of a column does not tell: ``{"goods": "Text"}``.
        lists: The folder that keeps lists of parties; None: that of the command.
        restricted: Show what rests on entries for your authority alone; keep such answers so.
        threshold: Probability from which a listed party is told; None: as kept, or of the rules.
        own: Folders of your own lists of substances.
        street: Know street names too.
        workers: Processes, for large files.

    Returns:
        A row for each alert; `refused` holds what could not be read, `notes` what was not
        assessed.

    Raises:
        InputError: It cannot be read, or nothing in it says what the goods are.
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
    destination: str | None = None,
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
    """Ask what the law says of substances: the answers of ``tidewaiter law``.

    No answer says that a dealing is allowed.

    Args:
        what: Slugs, names, CAS numbers, SMILES, InChIs, or goods; of a path, a line each.
        day: The law as it stood then; None: today.
        origin: The country that it is sent from; with it or a destination, the laws on the route
            answer.
        destination: The country that it is sent to.
        transit: Countries that it passes.
        jurisdictions: Whose law, where no route is given: ``["EU", "US"]``; none: all.
        amount: Of the goods as they are: ``"25 kg"``, ``"200 l"``.
        percent: Content of the substance in the goods.
        form: What the goods are: substance, salt, mixture, solution, medicine or extract.
        party: The other party.
        column: Of a frame or a table; None: the only one that holds text.
        own: Folders of your own lists of substances.
        street: Know street names too.

    Returns:
        A row for each text, substance and legal instrument. A text that names nothing has one
        row, whose answer is "not assessable" and which says why.

    Raises:
        InputError: A day, a country, an amount or a form cannot be read.
    """
    from tidewaiter.api.questions import LawOptions, answer_law

    options = LawOptions(
        day=day,
        origin=origin,
        destination=destination,
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
    """Compare parties with lists: the matches of ``tidewaiter match``. None is a verdict.

    Args:
        parties: Names; or a file, frame or table with the columns of ``match --file``: name, kind,
            country, born, address, and numbers.
        lists: The file of one list (JSON Lines), or the folder that keeps lists; None: that of
            the command.
        day: Kept lists as they were in force then; None: today.
        country: Of all parties that do not say theirs.
        kind: Of all parties that do not say theirs: organisation, person, vessel or aircraft.
        restricted: Match entries for your authority alone too; keep such answers so.
        threshold: Probability from which a match is told; None: as kept, or of the model.

    Returns:
        A row for each match, the best of a party first; `id` is the number of the party, from 1,
        where it brings none. A party that matches nothing has no row; one that cannot be assessed
        has one that says why.

    Raises:
        InputError: The parties or the list cannot be read, or no list is kept.
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
    """Estimate what provisional counts of overdose deaths will be once they are closed.

    Args:
        release: A file as it was published (here a ``str`` is a path too), or its table.
        earlier: Earlier releases, which make it better: an archive, a folder, or files.
        indicators: Of these counts alone: ``"overdose"``, ``"T40.4"``; none: all.

    Returns:
        A row for each place, indicator and period, with a 95 % interval; `refused` holds what was
        odd in the release, mended or left out.

    Raises:
        InputError: It is no release, or an indicator is not known.
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
    """Set claims about overdose deaths beside official figures.

    Args:
        texts: English sentences with a number; of a path, each line of the file is one text.
        said_on: The day it was said: "last year" is counted from it.
        place: Whose deaths; this and the following go before what the text says.
        period: A year, or the last of twelve months: ``"2021-04"``.
        indicator: What is counted.
        basis: occurrence (died there) or residence (lived there).
        number: The number that is claimed.
        releases: Releases to look in: an archive, a folder, or files; None: the archive of the
            command.
        day: What was public then; None: today.
        column: Of a frame or a table; None: the only one that holds text.

    Returns:
        A row for each claim; of several texts, those without a number are in `refused`.

    Raises:
        InputError: The one text that is given states no number, or an option cannot be read.
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
    """Open a database to read its alerts, consignments, parties, decisions and cases as frames.

    Args:
        url: The path of an SQLite file, or the URL of a PostgreSQL database.

    Returns:
        The database. Nothing in it is changed, and it is not upgraded.

    Raises:
        StoreError: There is none, it is of another program, or of another version.
    """
    return ReadOnlyDatabase(str(url))
