"""HS, UN and CUS numbers in text, and lists of numbers: read where meant, and only there."""

from collections.abc import Callable

import msgspec
import pyarrow as pa
import pytest

from tidewaiter.base.phrases import english
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.identify.engine.rules import load_context_rules
from tidewaiter.identify.findings import Defect, Finding
from tidewaiter.identify.lexicon.compilation import compile_lexicon
from tidewaiter.law.registry import Registry

Find = Callable[[str], list[Finding]]
Check = Callable[[str], list[Defect]]
Slug = Callable[[Finding], str]


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
    assert "2915.24" in english(found[0].reasons[0])


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
    """A weak name counts on a line with a subheading of chapters 28 to 30."""
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
    tables, names, respelt = compile_lexicon(small)
    return Identifier(Lexicon(small, load_context_rules(), tables, names, respelt))


def test_a_customs_union_number_is_found(with_cus: Identifier) -> None:
    """Seven digits and one after "CUS" lead to the one substance that has the number."""
    found, _ = with_cus.find(pa.array(["CUS 0012345-6", "CUS no. 00123456", "0012345-6"]))
    assert [(each.line, each.how, each.tier) for each in found] == [
        (0, "cus", "strong"),
        (1, "cus", "strong"),
    ]
