"""The EU's consolidated list of financial sanctions, FSF export 1.1, as CSV.

Each row holds one name, address, birth, citizenship or number of an entry.

Source: the titles of the file's own columns (118 of them in 2026).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.parties.names.scripts import is_latin
from tidewaiter.parties.readers.draft import Draft
from tidewaiter.parties.readers.eu_xml import KINDS
from tidewaiter.parties.readers.tables import Titled, head, titled
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, ListHeader
from tidewaiter.parties.types import ListedParty, NameKind

_KEY = "Entity_LogicalId"
_UNKNOWN = {"", "00", "UNKNOWN"}


def claims_eu_csv(files: Sequence[ListFile]) -> bool:
    """Tell whether the first file has the columns of the EU's export."""
    first = head(files[0])
    return _KEY in first and "NameAlias_WholeName" in first


def read_eu_csv(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read csvFullSanctionsList_1_1; the rows of an entry stand together.

    Raises:
        InputError: A file is no such table or is cut short.
    """
    for file in files:
        first, _, _ = head(file).partition("\n")
        rows: list[Titled] = []
        for each in titled(file, ";", after=int(_KEY not in first)):
            if isinstance(each, EntryRefusal):
                yield each
            else:
                rows.append(each)
        yield ListHeader(dated=_day(rows[0][1].get("fileGenerationDate", "")) if rows else None)
        for key, group in groupby(rows, key=lambda row: row[1].get(_KEY, "")):
            yield from _entry(file, key, list(group))


def _day(text: str) -> date | None:
    try:
        return parse_date(text, "dmy") if text else None
    except InputError:
        return None


def _entry(file: ListFile, key: str, rows: list[Titled]) -> Iterator[ListedParty | EntryRefusal]:
    number, first = rows[0]
    kind = first.get("Entity_SubjectType", "") or first.get(
        "Entity_SubjectType_ClassificationCode", ""
    )
    code = first.get("Entity_SubjectType_ClassificationCode", "").casefold()
    shown = KINDS.get(kind.casefold()) or KINDS.get(code, "unknown")
    named = first.get("Entity_EU_ReferenceNumber") or key
    draft = Draft(named, shown, file=file.name, place=f"row {number}, entry {named}")
    for _, row in rows:
        _name(row, draft)
        _place(row, draft)
        draft.country(_country(row, "Citizenship"))
        _birth(row, draft)
        kind = row.get("Identification_TypeDescription", "") or row.get(
            "Identification_TypeCode", ""
        )
        paper = row.get("Identification_Number", "") or row.get("Identification_LatinNumber", "")
        draft.number(kind, paper, _country(row, "Identification"))
        draft.programme(row.get("Entity_Regulation_Programme", ""))
    draft.basis = first.get("Entity_Regulation_NumberTitle", "")
    draft.source = first.get("Entity_Regulation_PublicationUrl", "")
    draft.listed = draft.day("listed", first.get("Entity_DesignationDate", "")) or draft.day(
        "listed", first.get("Entity_Regulation_EntryIntoForceDate", "")
    )
    draft.note(first.get("Entity_Remark", ""))
    yield from draft.finish()


def _country(row: dict[str, str], part: str) -> str:
    for column in (f"{part}_CountryIso2Code", f"{part}_CountryDescription"):
        if row.get(column, "") not in _UNKNOWN:
            return row[column]
    return ""


def _name(row: dict[str, str], draft: Draft) -> None:
    parts = (row.get(f"NameAlias_{part}Name", "") for part in ("First", "Middle", "Last"))
    name = row.get("NameAlias_WholeName", "") or " ".join(part for part in parts if part)
    weak = "low quality" in row.get("NameAlias_Remark", "").casefold()
    kind: NameKind = "weak alias" if weak else "primary" if is_latin(name) else "native"
    draft.name(name, kind, row.get("NameAlias_NameLanguage", "").casefold())
    for part in ("Title", "Function"):
        draft.note(row.get(f"NameAlias_{part}", ""))


def _place(row: dict[str, str], draft: Draft) -> None:
    country = _country(row, "Address")
    parts = ("Street", "PoBox", "ZipCode", "City", "Place", "Region", "CountryDescription")
    draft.address(
        [row.get(f"Address_{part}", "") for part in parts],
        city=row.get("Address_City", ""),
        region=row.get("Address_Region", ""),
        postcode=row.get("Address_ZipCode", ""),
        country=country,
    )


def _birth(row: dict[str, str], draft: Draft) -> None:
    about = row.get("BirthDate_Circa", "").casefold() == "true"
    parts = (row.get(f"BirthDate_{part}", "").zfill(2) for part in ("Year", "Month", "Day"))
    whole = row.get("BirthDate_BirthDate", "")
    draft.born(whole or "-".join(part for part in parts if part.strip("0")), about=about)
    first, last = row.get("BirthDate_YearRangeFrom", ""), row.get("BirthDate_YearRangeTo", "")
    draft.born(f"{first} to {last}" if first and last else first or last, about=True)
    place = [row.get(f"BirthDate_{part}", "") for part in ("Place", "City", "Region")]
    country = row.get("BirthDate_CountryDescription", "")
    place.append("" if country in _UNKNOWN else country)
    draft.birthplace(", ".join(part for part in place if part))
