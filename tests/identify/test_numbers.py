"""Numbers in text: CAS, HS, UN and CUS numbers are read where they are meant, and only there."""

from collections.abc import Callable

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import casrn

from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.identify.compiling import compile_lexicon
from tidewaiter.identify.findings import Defect, Finding
from tidewaiter.identify.numbers import check_digit_holds
from tidewaiter.identify.rules import load_context_rules
from tidewaiter.substances.registry import Registry

Find = Callable[[str], list[Finding]]
Check = Callable[[str], list[Defect]]
Slug = Callable[[Finding], str]


@given(st.integers(10_000, 9_999_999_999))
def test_the_check_digit_is_that_of_the_registry_service(number: int) -> None:
    """A check digit holds where another implementation says so."""
    text = f"{number // 1000}-{number // 10 % 100:02}-{number % 10}"
    assert check_digit_holds(number) == casrn.is_valid(text)


def test_every_number_of_the_registry_is_found(lexicon: Lexicon) -> None:
    """Each CAS number of a substance or a form, alone on a line, leads to it and its form."""
    numbers = lexicon.names.numbers
    found, _ = Identifier(lexicon).find(pa.array([number.cas for number in numbers]))
    assert [(each.cas, each.substance) for each in found] == [
        (number.cas, number.substance) for number in numbers
    ]
    assert {(each.how, each.score) for each in found} == {("cas", 0.99)}


@pytest.mark.parametrize(
    "text",
    [
        "108-24-7",
        "CAS 108-24-7",
        "CAS: 108-24-7",
        "CAS#108-24-7",
        "(CAS 108-24-7)",
        "CAS No. 108-24-7",
        "CAS-No.: 108-24-7",
        "CAS number 108-24-7",
        "CAS-Nr. 108-24-7",
        "C.A.S. 108-24-7",
        "CAS RN 108-24-7",
        "cas no 108-24-7",
        "№ CAS 108-24-7",
        "108–24–7",
        "108−24−7",
        "108\u201124\u20117",
        "108 - 24 - 7",
        "１０８-２４-７",
        "CAS 108 24 7",
        "CAS 108.24.7",
        "CAS 108247",
        "CAS号：108-24-7",
        "CAS 0108-24-7",
        "000108-24-7",
        "goods 108-24-7, 5 drums",
        "108-24-7/67-56-1",
        "C.A.S. Nr. 108-24-7",
        "C.A.S. No. 108 24 7",
        "C.A.S. 108247",
        "CAS１０８２４７",
        "CAS号 108247",
        "CAS登记号：108247",
        "CAS reg. no. 108247",
        "Chemical Abstracts No. 108247",
        "КАС 108-24-7",
    ],
)
def test_ways_of_writing_a_cas_number(findings: Find, slug: Slug, text: str) -> None:
    """With hyphens a number needs no cue; with other separators or none it needs one."""
    (found,) = findings(text)
    assert (slug(found), found.cas, found.how) == ("acetic-anhydride", "108-24-7", "cas")
    assert found.downgraded == ()
    assert text[found.start : found.end] == found.text


@pytest.mark.parametrize("text", ["CAS lO8-24-7", "CAS 1O8-24-7", "CAS I08-24-7", "CAS 10B-24-7"])
def test_a_scanned_number_says_so(findings: Find, text: str) -> None:
    """Letters that a scan makes of digits are read as those, with less trust and a reason."""
    (found,) = findings(text)
    assert found.cas == "108-24-7"
    assert found.score < 0.99
    assert any("scan" in reason for reason in found.reasons)


def test_the_first_block_has_up_to_seven_digits(findings: Find, slug: Slug) -> None:
    """PMK glycidic acid has a number of ten digits."""
    for text in ("2167189-50-4", "CAS 2167189-50-4", "CAS 2167189504"):
        assert [slug(found) for found in findings(text)] == ["pmk-glycidic-acid"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31",
        "12-31-2025",
        "12/05/2026",
        "2020-05-15 10:30",
        "tel +1 202-555-0143",
        "tel. 020-7946-0958",
        "fax 555-12-34",
        "invoice 108247",
        "invoice no 299423",
        "order 299423, lot 67641",
        "container MSCU 108247 0",
        "108-24-71",
        "1108-24-7",
        "12-108-24-7",
        "ISBN 0-306-40615-2",
        "108.24.7",
        "108 24 7",
        "108_24",
        "pages 108-24",
        "size 60-29-70",
    ],
)
def test_other_numbers_are_no_cas_numbers(findings: Find, defects: Check, text: str) -> None:
    """Dates, telephone, invoice and longer numbers name nothing, and are no defects."""
    assert findings(text) == []
    assert defects(text) == []


@pytest.mark.parametrize("text", ["CAS 108-24-8", "CAS No. 108-24-8", "CAS: 108-24-8, acetone"])
def test_a_wrong_digit_is_a_defect_of_the_line(findings: Find, defects: Check, text: str) -> None:
    """A number that is announced and whose check digit fails is reported, with its place."""
    (defect,) = defects(text)
    assert (defect.kind, defect.text) == ("cas-digit", "108-24-8")
    assert text[defect.start : defect.end] == defect.text
    assert not [found for found in findings(text) if found.how == "cas"]


def test_a_wrong_digit_without_a_cue_is_no_defect(defects: Check) -> None:
    """Numbers of that shape are common; only one that is called a CAS number can be wrong."""
    assert defects("ref 108-24-8") == []


def test_a_number_of_another_chemical_is_reported(findings: Find, defects: Check) -> None:
    """A good CAS number outside the registry is no mention; the line says that it holds one."""
    assert findings("methanol 67-56-1") == []
    assert [(each.kind, each.text) for each in defects("methanol 67-56-1")] == [
        ("cas-other", "67-56-1")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "UN1715",
        "UN 1715",
        "UN-1715",
        "UN: 1715",
        "UN#1715",
        "UN No. 1715",
        "UN No.1715",
        "UNNO 1715",
        "UN number 1715",
        "ONU 1715",
        "N° ONU 1715",
        "№ ООН 1715",
        "U.N. 1715",
        "U.N. No. 1715",
        "O.N.U. 1715",
        "UN-No. 1715",
        "UN/NA 1715",
        "UN编号1715",
        "联合国编号：1715",
        "un 1715, II",
        "class 8 UN1715 PG II",
    ],
)
def test_ways_of_writing_a_dangerous_goods_number(findings: Find, slug: Slug, text: str) -> None:
    """Four digits after "UN" lead to the substance, weakly: the number may cover others."""
    (found,) = findings(text)
    assert (slug(found), found.how, found.tier) == ("acetic-anhydride", "unno", "weak")
    assert found.text in {"1715", "UN1715"}
    assert found.score < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "1715",
        "UN 17155",
        "UN 171",
        "run 1715",
        "UN 1715.5",
        "UN",
        "UN 1715 agenda",
        "UN resolution 1715",
        "2026-11-25",
        "s 1715",
        "n. 1715",
    ],
)
def test_other_numbers_are_no_dangerous_goods_numbers(findings: Find, text: str) -> None:
    """A number without the cue, or of other length, is none."""
    assert findings(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "HS 2915.24",
        "HS 291524",
        "HS code: 2915.24.00",
        "HS code 2915 24 00",
        "HS-Code 29152400",
        "HTS 2915.24.0000",
        "hs code no. 2915.24",
        "TARIC 2915240000",
        "NCM 2915.24.00",
        "ТНВЭД 2915240000",
        "код ТН ВЭД ЕАЭС 2915 24 000 0",
        "H.S. code 2915.24",
        "H.S.2915.24",
        "H S code 2915.24",
        "H.T.S. 2915.24.0000",
        "N.C.M. 2915.24.00",
        "HSN 2915.24",
        "HS:2915240000",
        "tariff heading No. 2915.24",
        "tariff item 2915.24",
        "CN code 2915 24 00",
        "CN code no. 29152400",
        "commodity code: 29152400",
        "Schedule B 2915.24.0000",
        "Zolltarifnummer 29152400",
        "partida arancelaria 2915.24",
        "position tarifaire 2915.24",
        "海关编码 2915240000",
        "商品编码：2915240000",
        "税号 2915.24",
        "HS编码：29152400",
    ],
)
def test_ways_of_writing_a_subheading(findings: Find, slug: Slug, text: str) -> None:
    """Six digits or more after a cue lead to what has the subheading to itself, weakly."""
    found = findings(text)
    assert [(slug(each), each.how, each.tier) for each in found] == [
        ("acetic-anhydride", "hs", "weak")
    ]
    assert "2915.24" in found[0].reasons[0]


@pytest.mark.parametrize(
    "text",
    [
        "2915.24",
        "291524 boxes",
        "HS 2915",
        "HS 2915.90",
        "HS 29.15",
        "HS 2022 edition",
        "HS tel 29152400",
        "tel 2915 24 00",
        "container MSCU 291524 0",
        "CN 29152400",
        "HS code 6109.10, 291524 pcs",
        "HS code 6109.10, 2915.24 kg",
        "HS 6109.10, 2026-11-25",
        "HS 6109.10, qty 291524",
        "m 2915.24",
        "men's 2915.24",
    ],
)
def test_other_numbers_are_no_subheadings(findings: Find, text: str) -> None:
    """A number without a cue, a heading, or a subheading of many goods names nothing."""
    assert findings(text) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("HS codes 2915.24, 2914.11", ["2915.24", "2914.11"]),
        ("HS codes: 2915.24; 2914.11", ["2915.24", "2914.11"]),
        ("HS 2915.24/2914.11", ["2915.24", "2914.11"]),
        ("HS 2915.24 and 2914.11", ["2915.24", "2914.11"]),
        ("HS 2915.24 & 2914.11", ["2915.24", "2914.11"]),
        ("HS: 610910, 610990, 291524", ["291524"]),
        ("HS 2022, 2915.24", ["2915.24"]),
        ("HS 2915.24, 2914.11 acetone-like goods, 5 drums", ["2915.24", "2914.11"]),
        ("HS编码：2915.24、2914.11", ["2915.24", "2914.11"]),
        ("UN 1715/1090", ["1715", "1090"]),
        ("UN1715/1090", ["1715", "1090"]),
        ("UN1715 & UN1090", ["1715", "1090"]),
        ("UN nos 1715, 1090, 1294", ["1715", "1090", "1294"]),
        ("UN 1715 and 1090", ["1715", "1090"]),
        ("UN 1715/1090 class 3", ["1715", "1090"]),
        ("UN 1715, 1090 kg", ["1715"]),
        ("UN 1993, 1715 drums", []),
        ("UN1993, 1090 Brussels", []),
        ("UN3082, 9, III, 1715 kg", []),
        ("UN 2030/1715 agenda", []),
        ("CAS# 108-24-7 / 67-64-1", ["108-24-7", "67-64-1"]),
        ("CAS 108247, 67641", ["108247", "67641"]),
        ("CAS 108247 and 67641", ["108247", "67641"]),
        ("CAS 108247/67641/108883", ["108247", "67641", "108883"]),
        ("CAS 108-24-7, 67641 kg", ["108-24-7"]),
        ("CAS 108-24-7, drums 67641", ["108-24-7"]),
        ("CAS 108247, 67642", ["108247"]),
    ],
)
def test_a_cue_counts_for_all_numbers_of_its_list(
    findings: Find, defects: Check, text: str, numbers: list[str]
) -> None:
    """A second and third number is read where it is listed, and no amount or post code is."""
    found = [each for each in findings(text) if each.how in {"cas", "hs", "unno"}]
    assert list(dict.fromkeys(text[each.start : each.end] for each in found)) == [
        text[text.index(number) : text.index(number) + len(number)] for number in numbers
    ]
    assert [(each.start, each.substance) for each in found] == sorted(
        {(each.start, each.substance) for each in found}
    )
    assert defects(text) == []


def test_a_subheading_of_chemicals_is_a_cue(findings: Find, slug: Slug) -> None:
    """A weak name counts on a line whose subheading is of chapters 28 to 30."""
    assert [slug(found) for found in findings("MEK, HS code 2914.90, for export")] == [
        "methyl-ethyl-ketone"
    ]
    assert findings("MEK, HS code 6109.10, for export") == []


@pytest.fixture(scope="module")
def with_cus(registry: Registry) -> Identifier:
    """Give acetone a CUS number, which no substance of ours has yet."""
    substances = tuple(
        msgspec.structs.replace(each, cus=("0012345-6",)) if each.slug == "acetone" else each
        for each in registry.substances
        if each.slug in {"acetone", "toluene"}
    )
    small = msgspec.structs.replace(registry, substances=substances)
    tables, names = compile_lexicon(small)
    return Identifier(Lexicon(small, load_context_rules(), tables, names))


def test_a_customs_union_number_is_found(with_cus: Identifier) -> None:
    """Seven digits and one after "CUS" lead to the one substance that has the number."""
    found, _ = with_cus.find(pa.array(["CUS 0012345-6", "CUS no. 00123456", "0012345-6"]))
    assert [(each.line, each.how, each.tier) for each in found] == [
        (0, "cus", "strong"),
        (1, "cus", "strong"),
    ]
