"""Lists that a mapping reads, in the layouts of their authorities, beside another parse of each.

The files are made up: 300 rows each, the same for the same seed.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import pytest
from tests.parties.readers.made_names import Maker
from tests.parties.readers.sheets import rows_in, workbook

from tidewaiter.base.archives import ListFile, unpack
from tidewaiter.base.countries import find_country
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.types import Identifier, ListedParty

ROWS = 300
Row = dict[str, str]


def read(content: bytes) -> tuple[str, list[ListedParty], list[EntryRefusal]]:
    """Read a file by its content, as it comes from a disk."""
    files = list(unpack(ListFile(name="list", content=content)))
    form = find_format(files)
    items = list(list_readers()[form](files))
    parties = [item for item in items if isinstance(item, ListedParty)]
    return form, parties, [item for item in items if isinstance(item, EntryRefusal)]


def as_csv(rows: Sequence[Row], codec: str = "utf-8-sig") -> bytes:
    """Write rows as comma-separated text."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode(codec)


def as_sheet(rows: Sequence[Row], name: str = "List", before: Iterable[str] = ()) -> bytes:
    """Write rows as a workbook, after some other rows."""
    first = [[text] for text in before]
    return workbook({name: [*first, list(rows[0]), *(list(row.values()) for row in rows)]})


def texts(party: ListedParty, *kinds: str) -> list[str]:
    """Return the names of an entry, of some kinds or of all."""
    return [each.text for each in party.names if not kinds or each.kind in kinds]


def known(*values: str) -> tuple[str, ...]:
    """Return the values that are not empty."""
    return tuple(filter(None, values))


def firms(maker: Maker, titles: str) -> list[Row]:
    """Make rows of debarred firms: name, place, country, from, to, grounds, kind, other name."""
    names = titles.split("|")
    rows = []
    for number in range(1, ROWS + 1):
        person = maker.often(0.3)
        name = maker.full_name() if person else maker.with_form()
        if maker.often(0.2):
            name += f" (formerly known as {maker.firm()})"
        values = [name, f"{maker.word()} Road {number}", maker.pick("India", "Brazil", "China")]
        end = "" if maker.often(0.3) else f"2{maker.number(3)}-03-31"
        values += [maker.day().isoformat(), end, f"Grounds {number}"]
        values += ["Individual" if person else "Firm", maker.firm() if maker.often(0.3) else ""]
        rows.append(dict(zip(names, values, strict=True)))
    return rows


BANKS = {
    "wb-json": "SUPP_NAME|SUPP_ADDR|COUNTRY_NAME|DEBAR_FROM_DATE|DEBAR_TO_DATE|DEBAR_REASON|"
    "SUPP_TYPE_CODE|SUPP_PRE_ACRN",
    "wb-csv": "Firm Name|Address|Country|From Date|To Date|Grounds|Ineligibility Period|"
    "Additional Firm Info",
    "idb-csv": "Title|Place|Country|From|To|Grounds|Entity|Other Name",
    "adb-json": "name|address|nationality|effectiveDateOfSanction|lapseDateOfSanction|grounds|"
    "entityType|otherName",
    "ebrd-json": "title|address|nationality|ineligibleFromDate|ineligibleUntilDate|"
    "prohibitedPractice|subtitle|originatingInstitution",
    "afdb-csv": "Name|Notes|Nationality|From|To|Basis|Type|Debarment from date",
}


def bank_file(form: str) -> bytes:
    """Write the list of a development bank."""
    rows = firms(Maker(27), BANKS[form])
    if form == "wb-json":
        for number, row in enumerate(rows, 1):
            row["SUPP_ID"] = str(number)
            row["SUPP_TYPE_CODE"] = row["SUPP_TYPE_CODE"][0]
            row["DEBAR_TO_DATE"] = row["DEBAR_TO_DATE"] or "2999-12-31"
        return json.dumps({"response": {"ZPROCSUPP": rows}}, indent=1).encode()
    if form == "adb-json":
        return json.dumps([row | {"sanctionType": "Debarred"} for row in rows]).encode()
    if form == "ebrd-json":
        return json.dumps({"totalCount": ROWS, "searchResult": rows}).encode()
    if form == "idb-csv":
        rows = [row | {"IDB Sanction Type": "Debarment"} for row in rows]
        return as_sheet([{k: v for k, v in row.items() if k != "Place"} for row in rows])
    return as_csv(rows)


def bank_rows(form: str, content: bytes) -> list[Row]:
    """Parse the list of a development bank without our readers."""
    if form == "idb-csv":
        return rows_in(content, "List", 0)
    if form.endswith("csv"):
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    found = json.loads(content)
    if isinstance(found, dict):
        found = found["response"]["ZPROCSUPP"] if "response" in found else found["searchResult"]
    return list(found)


@pytest.mark.parametrize("form", BANKS)
def test_the_list_of_a_development_bank_is_read(form: str) -> None:
    """Names, former names, countries, days and grounds of 300 firms and individuals."""
    content = bank_file(form)
    found, parties, refusals = read(content)
    assert (found, refusals) == (form, [])
    rows = bank_rows(form, content)
    assert len(parties) == len(rows) == ROWS
    name, _, country, begin, end, grounds, kind, other = BANKS[form].split("|")
    for party, row in zip(parties, rows, strict=True):
        spelt = row[name].removesuffix(")").split(" (formerly known as ")
        alias = [row[other]] if form in {"idb-csv", "adb-json"} and row[other] else []
        assert texts(party) == [*spelt, *alias]
        place = party.addresses[0].country if form in {"wb-csv", "idb-csv"} else party.countries[0]
        assert place == find_country(row[country])
        assert str(party.listed) == row[begin]
        last = row[end].replace("2999-12-31", "")
        assert str(party.delisted or "") == last
        assert party.basis == row[grounds]
        if form not in {"wb-csv", "ebrd-json"}:
            expected = "person" if row[kind].startswith("I") else "organisation"
            assert party.kind == expected
        assert party.action == "debarred"


MOF = [
    "区分",
    "番号",
    "告示日付",
    "告示番号",
    "個人・団体",
    "氏名（日本語）",
    "氏名（英語）",
    "別名・別称（日本語）",
    "別名・別称（英語）",
    "旧称（日本語）",
    "旧称（英語）",
    "確定に十分でない別名（日本語）",
    "確定に十分でない別名（英語）",
    "称号（日本語）",
    "称号（英語）",
    "役職（日本語）",
    "役職（英語）",
    "生年月日",
    "出生地（日本語）",
    "出生地（英語）",
    "国籍（日本語）",
    "国籍（英語）",
    "旅券番号",
    "身分証番号",
    "住所・所在地（国）（日本語）",
    "住所・所在地（都市その他の情報）（日本語）",
    "住所・所在地（国）（英語）",
    "住所・所在地（都市その他の情報）（英語）",
    "国連参照番号",
    "リスト掲載日",
    "その他の情報",
    "外務省告示情報",
]


def kana(maker: Maker) -> str:
    """Make a name in katakana."""
    letters = "アイウエオカキクケコサシスセソタチツテト"
    return "".join(maker.pick(*letters) for _ in range(maker.count(5, 9)))


def japanese_day(maker: Maker) -> tuple[str, str]:
    """Return a day as the list writes it, and in ISO 8601."""
    day = maker.day()
    year = day.year
    if maker.often(0.3) and date(1927, 1, 1) <= day < date(1989, 1, 1):
        return f"昭和{year - 1925}年{day.month}月{day.day}日", day.isoformat()
    return f"{year}年{day.month}月{day.day}日", day.isoformat()


def mof_rows(seed: int = 27) -> list[Row]:
    """Make rows of Japan's list."""
    maker = Maker(seed)
    rows = []
    for number in range(1, ROWS + 1):
        person = maker.often(0.6)
        make: Callable[[], str] = maker.full_name if person else maker.with_form
        row = dict.fromkeys(MOF, "") | {"区分": "2.例示関係者等", "番号": f"002-{number:06}"}
        row |= {"告示日付": maker.day().isoformat(), "告示番号": str(number)}
        row |= {"個人・団体": "個人" if person else "団体"}
        row |= {"氏名（日本語）": kana(maker), "氏名（英語）": make().replace(",", "")}
        if maker.often(0.5):
            row["別名・別称（英語）"] = ";".join(
                make().replace(",", "") for _ in range(maker.count(1, 4))
            )
        if maker.often(0.3):
            row["旧称（英語）"] = make().replace(",", "")
        if maker.often(0.3):
            row["確定に十分でない別名（英語）"] = make().replace(",", "")
        if person and maker.often(0.8):
            days = [japanese_day(maker) for _ in range(maker.count(1, 2))]
            row["生年月日"] = ";".join(text for text, _ in days)
            row["その他の情報"] = ",".join(iso for _, iso in days)  # told to the test
        if person and maker.often(0.4):
            row |= {
                "旅券番号": f"A{maker.number()}",
                "国籍（英語）": "Iran",
                "国籍（日本語）": "イラン",
            }
        if maker.often(0.4):
            row["住所・所在地（国）（英語）"] = "Iran"
            row["住所・所在地（都市その他の情報）（英語）"] = maker.word()
        rows.append(row)
    return rows


@pytest.mark.parametrize("codec", ["utf-8-sig", "cp932"])
def test_the_list_of_the_japanese_ministry_of_finance_is_read(codec: str) -> None:
    """All 32 columns of 300 entries, in UTF-8 or as a Japanese spreadsheet saves them."""
    content = as_csv(mof_rows(), codec)
    form, parties, refusals = read(content)
    assert (form, refusals) == ("jp-mof-csv", [])
    rows = list(csv.DictReader(io.StringIO(content.decode(codec), newline="")))
    assert len(parties) == len(rows) == ROWS
    for party, row in zip(parties, rows, strict=True):
        assert party.id == row["番号"]
        assert texts(party, "primary") == [row["氏名（英語）"]]
        assert texts(party, "native") == [row["氏名（日本語）"]]
        assert texts(party, "alias") == [*filter(None, row["別名・別称（英語）"].split(";"))]
        assert texts(party, "former") == list(known(row["旧称（英語）"]))
        assert texts(party, "weak alias") == list(known(row["確定に十分でない別名（英語）"]))
        assert set(party.births) == set(known(*row["その他の情報"].split(",")))
        assert [each.value for each in party.identifiers] == list(known(row["旅券番号"]))
        assert party.countries == (("IR",) if row["国籍（英語）"] else ())
        places = [each.country for each in party.addresses]
        assert places == (["IR"] if row["住所・所在地（国）（英語）"] else [])
        assert str(party.listed) == row["告示日付"]
        assert party.kind == ("person" if row["個人・団体"] == "個人" else "organisation")
        assert f"告示番号: {row['告示番号']}" in party.note


def test_the_earlier_workbook_of_the_ministry_is_read() -> None:
    """A sheet for each measure, with titles that are spaced and named differently."""
    sheets = {}
    for number, sheet in enumerate(("個人", "団体"), 1):
        titles = ["告示日付", "告示 番号", "日本語表記", "英語表記"]
        more = (
            ["別名・別称", "生 年 月 日", "住 所 ・ 所 在 地"]
            if number == 1
            else ["別 称", "所在地"]
        )
        rows: list[list[str]] = []
        for row in mof_rows(number)[:150]:
            cells = [row["告示日付"], row["告示番号"], row["氏名（日本語）"], row["氏名（英語）"]]
            cells.append(row["別名・別称（英語）"].replace(";", "\n"))
            cells += [row["生年月日"].split(";")[0]] if number == 1 else []
            rows.append([*cells, row["住所・所在地（都市その他の情報）（英語）"] or "不明"])
        rows.append(["2011.11.18削除", "999"])
        sheets[sheet] = [[f"例示の措置（{sheet}）"], [], [*titles, *more], *rows]
    sheets["表紙"] = [["財務省"]]
    content = workbook(sheets)
    form, parties, refusals = read(content)
    assert (form, [each.code for each in refusals]) == (
        "jp-mof-xlsx",
        ["parties/sheet-without-header", "parties/rows-left-out"],
    )
    found = [*rows_in(content, "個人", 2)[:-1], *rows_in(content, "団体", 2)[:-1]]
    assert len(parties) == len(found) == ROWS
    for number, (party, row) in enumerate(zip(parties, found, strict=True)):
        cells = list(row.values())
        assert texts(party, "primary") == [cells[3]]
        assert texts(party, "native") == [cells[2]]
        assert texts(party, "alias") == [*filter(None, cells[4].split("\n"))]
        assert str(party.listed) == cells[0]
        assert party.programmes == ("個人" if number < 150 else "団体",)
        assert party.kind == ("person" if number < 150 else "organisation")
        assert len(party.births) == bool(number < 150 and cells[5])
        assert [each.text for each in party.addresses] == [*known(cells[-1].replace("不明", ""))]


def test_a_row_of_the_workbook_as_the_ministry_writes_it() -> None:
    """Amended days, several values in a cell, a name in its own script, and a text continued."""
    titles = [
        "告示日付",
        "告示番号",
        "日本語表記",
        "英語表記",
        "別名",
        "生年月日",
        "国籍",
        "旅券番号",
    ]
    titles.append("その他の情報")
    aliases = "(a)アルファ、(b)ベータ（a.k.a.:\n(a)Alpha (b)Beta（original script: بيتا）)"
    row = [
        "2001.9.22\n2008.6.25改訂",
        "1(*2)",
        "ガンマ",
        "GAMMA\n（original script: جاما）",
        aliases,
    ]
    row += [
        "(a)1955年-1957年頃\n(b)１960年",
        "レバノン",
        "A1234567（2024年1月20日失効）",
        "第一段落",
    ]
    more = [*[""] * 8, "第二段落"]
    _, (party,), refusals = read(workbook({"2.例示(個人)": [["例示"], titles, row, more]}))
    assert refusals == []
    assert [(each.text, each.kind) for each in party.names] == [
        ("GAMMA", "primary"),
        ("جاما", "native"),
        ("アルファ", "alias"),
        ("ベータ", "alias"),
        ("Alpha", "alias"),
        ("بيتا", "native"),
        ("Beta", "alias"),
        ("ガンマ", "native"),
    ]
    assert (str(party.listed), party.births) == ("2001-09-22", ("1955", "1956", "1957", "1960"))
    assert (party.kind, party.countries) == ("person", ("LB",))
    assert party.identifiers == (Identifier(scheme="passport", value="A1234567"),)
    for said in ("2008.6.25改訂", "2024年1月20日失効", "第一段落", "第二段落", "告示番号: 1(*2)"):
        assert said in party.note


def test_the_end_user_list_of_japan_is_read() -> None:
    """Titles in two languages, and names in the lines of a cell."""
    maker = Maker(27)
    titles = ["No.", "国名、地域名\nCountry or Region", "企業名、組織名\nCompany or Organization"]
    titles += ["別名\nAlso Known As", "懸念区分\nType of WMD", "通常兵器\nConventional\nWeapons"]
    rows = []
    for number in range(1, ROWS + 1):
        aliases = "\n".join(f"・{maker.firm()}" for _ in range(maker.count(0, 3)))
        native = f" ({kana(maker)})" if maker.often(0.3) else ""
        row = [str(number), "イラン\nIran", maker.with_form() + native, aliases]
        rows.append([*row, maker.pick("N", "M"), ""])
    content = workbook({"EUL": [["End User List"], titles, *rows]})
    form, parties, refusals = read(content)
    assert (form, refusals) == ("jp-meti-csv", [])
    assert len(parties) == ROWS
    for party, found in zip(parties, rows_in(content, "EUL", 1), strict=True):
        key, _, name, aliases, weapons, _ = found.values()
        assert (party.id, party.note) == (key, f"Type of WMD: {weapons}")
        latin, _, native = name.removesuffix(")").partition(" (")
        further = known(*aliases.replace("\n", "").split("・"))
        assert texts(party, "primary", "alias") == [latin, *further]
        assert texts(party, "native") == list(known(native))
        assert party.countries == ("IR",)


NZ = [
    "Unique Identifier",
    "Type",
    "First name",
    "Middle name(s)",
    "Last name",
    "Title",
    "Alias/Alternate Spellings",
    "DOB",
    "Citizenship",
    "Citizenship 2",
    "Citizenship 3",
    "Place of Birth",
    "Passport Number",
    "Address",
    "Associates/Relatives",
    "General Rationale for Sanction",
    "Date of Sanction",
    "Date of Additional Sanction",
    "Sanction Status",
    "Travel Ban",
    "Asset Freeze",
    "Dealing with Securities",
    "Service Prohibition",
    "Ship Ban",
    "Aircraft Ban",
    "Additional Information",
]


def test_the_register_of_new_zealand_is_read() -> None:
    """Date cells, half known dates, names in parts, and rows that are no parties."""
    maker = Maker(27)
    rows: list[list[object]] = []
    for number in range(1, ROWS + 1):
        person = maker.often(0.7)
        own: dict[str, object] = dict.fromkeys(NZ, "")
        own |= {"Unique Identifier": f"RUS{number:04}", "Sanction Status": "Active"}
        own |= {
            "Type": maker.pick("Individual", "individual")
            if person
            else maker.pick("Entity", "Bank")
        }
        if person:
            own["First name"], own["Last name"] = maker.person()
            own["DOB"] = maker.pick("xx/xx/1967", "dd/mm/1967", "") or maker.day()
            own["Citizenship"], own["Travel Ban"] = "Russia", "Yes"
        else:
            own["Last name"] = maker.firm()
        if maker.often(0.4):
            make = maker.full_name if person else maker.firm
            own["Alias/Alternate Spellings"] = ", ".join(make() for _ in range(maker.count(1, 3)))
        own["Date of Sanction"] = date(2022, maker.count(1, 12), maker.count(1, 28))
        rows.append(list(own.values()))
    asset = dict.fromkeys(NZ, "") | {
        "Type": "Asset",
        "Unique Identifier": "A1",
        "Last name": "Yacht",
    }
    content = workbook(
        {"Notes": [["About"]], "Register": [["Russia"], NZ, *rows, list(asset.values())]}
    )
    form, parties, refusals = read(content)
    assert form == "nz-russia-xlsx"
    assert [(each.code, each.values.get("count")) for each in refusals] == [
        ("parties/sheet-without-header", None),
        ("parties/rows-left-out", 1),
    ]
    found = rows_in(content, "Register", 1)[:-1]
    assert len(parties) == len(found) == ROWS
    for party, row in zip(parties, found, strict=True):
        name = " ".join(known(row["First name"], row["Last name"]))
        assert texts(party) == [name, *known(*row["Alias/Alternate Spellings"].split(", "))]
        person = row["Type"].casefold() == "individual"
        assert party.kind == ("person" if person else "organisation")
        born = row["DOB"][:10]
        assert party.births == known("1967" if "/1967" in born else born)
        assert str(party.listed) == row["Date of Sanction"][:10]
        assert f"Unique Identifier: {row['Unique Identifier']}" in party.note


def test_the_register_of_ukraine_is_read() -> None:
    """Names in three languages, numbers by their types, and subjects no longer in force."""
    maker = Maker(27)
    subjects: list[dict[str, object]] = []
    for number in range(1, ROWS + 1):
        names = [maker.cyrillic(), maker.cyrillic(), maker.full_name()]
        own: dict[str, object] = {"sid": number, "status": "active", "dd": None}
        own["name"] = f"{names[0]} ({names[1]}, {names[2]})" if maker.often(0.5) else names[0]
        own |= {"aliases": maker.full_name() if maker.often(0.5) else None}
        own |= {
            "translit": maker.full_name(),
            "citizenships": ["RU"],
            "bd": maker.day().isoformat(),
        }
        papers = [{"id": "tax:inn", "code": maker.number(10), "iso2": "RU"}]
        papers += [{"id": "doc:passport_ru", "code": maker.number(9), "iso2": "RU"}]
        own["identifiers"] = papers if maker.often(0.6) else []
        own["attributes"] = [{"key": "Адреса", "value": maker.word()}]
        subjects.append(own)
    gone = {**subjects[0], "sid": 9999, "status": "expired"}
    content = json.dumps([*subjects, gone, gone], ensure_ascii=False).encode()
    form, parties, refusals = read(content)
    assert (form, [each.values["count"] for each in refusals]) == ("ua-nsdc-json", [2])
    assert len(parties) == ROWS
    for party, subject in zip(parties, json.loads(content), strict=False):
        assert party.id == str(subject["sid"])
        spelt = subject["name"].replace(" (", ", ").replace(")", "").split(", ")
        assert texts(party) == [*spelt, *known(subject["aliases"] or "", subject["translit"])]
        assert (party.births, party.countries) == ((subject["bd"],), ("RU",))
        schemes = {"tax:inn": "INN", "doc:passport_ru": "passport"}
        assert party.identifiers == tuple(
            Identifier(scheme=schemes[each["id"]], value=each["code"], country="RU")
            for each in subject["identifiers"]
        )
        assert f"Адреса: {subject['attributes'][0]['value']}" in party.note


AU = [
    "Reference",
    "Name of Individual or Entity",
    "Type",
    "Name Type",
    "Alias Strength",
    "Date of Birth",
    "Place of Birth",
    "Citizenship",
    "Address",
    "Additional Information",
    "Listing Information",
    "IMO Number",
    "Committees",
    "Control Date",
    "Instrument of Designation",
    "Targeted Financial Sanction",
    "Travel Ban",
    "Arms Embargo",
    "Maritime Restriction",
]


def test_the_workbook_of_australia_is_read() -> None:
    """Rows 1, 1a and 1b of an entry need not adjoin; references are numbers or text."""
    maker = Maker(27)
    rows: list[list[object]] = []
    later: list[list[object]] = []
    for number in range(1, ROWS + 1):
        person = maker.often(0.7)
        own: dict[str, object] = dict.fromkeys(AU, "") | {"Reference": number}
        own |= {"Type": "Individual" if person else "Entity", "Name Type": "Primary Name"}
        own["Name of Individual or Entity"] = maker.full_name() if person else maker.with_form()
        own |= {"Committees": "Autonomous (Iran)", "Control Date": date(2026, 2, 2)}
        own["Targeted Financial Sanction"] = True
        if person:
            first, second = maker.day(), maker.count(1940, 1990)
            own["Date of Birth"] = maker.pick(f"a) {first:%d/%m/%Y} b) {second}", "") or first
            own["Citizenship"] = "Iran"
        rows.append(list(own.values()))
        for letter in "abc"[: maker.count(0, 3)]:
            further = own | {
                "Reference": f"{number}{letter}",
                "Name Type": maker.pick("Alias", "Aka"),
            }
            further["Name of Individual or Entity"] = maker.full_name() if person else maker.firm()
            further["Alias Strength"] = maker.pick("", "Weak")
            (later if maker.often(0.1) else rows).append(list(further.values()))
    content = workbook({"Sheet1": [AU, *rows, *later]})
    form, parties, refusals = read(content)
    assert (form, refusals) == ("au-csv", [])
    found: dict[str, list[Row]] = {}
    for row in rows_in(content, "Sheet1", 0):
        found.setdefault(row["Reference"].rstrip("abc").removesuffix(".0"), []).append(row)
    assert [party.id for party in parties] == list(found)
    for party in parties:
        own_rows = found[party.id]
        assert texts(party) == [row["Name of Individual or Entity"] for row in own_rows]
        weak = {row["Name of Individual or Entity"] for row in own_rows if row["Alias Strength"]}
        assert set(texts(party, "weak alias")) == weak
        person = own_rows[0]["Type"] == "Individual"
        assert party.kind == ("person" if person else "organisation")
        born = own_rows[0]["Date of Birth"]
        years = {born[:4]} if born[:4].isdigit() else {born[9:13], born[-4:]}
        assert {each[:4] for each in party.births} == (years if person else set())
        assert party.countries == (("IR",) if person else ())
        assert "Targeted Financial Sanction: true" in party.note


def test_a_letter_and_what_follows_it_belong_to_a_reference() -> None:
    """Reference 2672c4 is a further name of 2672; remarks beside a birth go to the note."""
    first = dict.fromkeys(AU, "") | {"Reference": "2672", "Name Type": "Primary Name"}
    first |= {"Name of Individual or Entity": "Obraz", "Type": "Individual", "Address": "NA"}
    first["Date of Birth"] = "5 Feb. 1970 (this aka only)"
    more = first | {"Reference": "2672c4", "Name Type": "Aka"}
    more["Name of Individual or Entity"] = "Primer"
    _, (party,), refusals = read(as_csv([first, more]))
    assert (texts(party), party.births, refusals) == (["Obraz", "Primer"], ("1970-02-05",), [])
    assert "this aka only" in party.note
    assert party.addresses == ()


def test_a_footnote_is_no_part_of_a_name() -> None:
    """The World Bank refers to footnotes behind a star, and debars some for ever."""
    row = {"SUPP_ID": 1, "SUPP_NAME": "SAMPLE LTD. (CURRENTLY D/B/A OBRAZ LLC) *54"}
    row |= {"DEBAR_FROM_DATE": "2013-04-17T00:00:00.000Z"}
    row |= {"DEBAR_TO_DATE": "2999-12-31T00:00:00.000Z", "SUPP_PRE_ACRN": "M/S"}
    _, (party,), _ = read(json.dumps({"response": {"ZPROCSUPP": [row]}}).encode())
    assert texts(party) == ["SAMPLE LTD.", "OBRAZ LLC"]
    assert (str(party.listed), party.delisted) == ("2013-04-17", None)
    assert "*54" in party.note


SLUGS = {
    "wb-debarred": lambda: bank_file("wb-json"),
    "idb-sanctions": lambda: bank_file("idb-csv"),
    "adb-sanctions": lambda: bank_file("adb-json"),
    "ebrd-ineligible": lambda: bank_file("ebrd-json"),
    "afdb-debarred": lambda: bank_file("afdb-csv"),
    "jp-mof": lambda: as_csv(mof_rows()),
}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_list_is_known_by_its_format(slug: str) -> None:
    """No slug is needed."""
    files = list(unpack(ListFile(name="list", content=SLUGS[slug]())))
    assert read_list(files, load_definitions()).definition.slug == slug
