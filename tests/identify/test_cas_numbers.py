"""CAS numbers in text: read however they are written, and only where they are meant."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import casrn

from tidewaiter.base.phrases import english
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.identify.engine.numbers import check_digit_holds
from tidewaiter.identify.findings import Defect, Finding

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
    assert any("scan" in english(reason) for reason in found.reasons)


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
    """Dates, telephone, invoice and longer numbers name nothing, and are not defects."""
    assert findings(text) == []
    assert defects(text) == []


@pytest.mark.parametrize("text", ["CAS 108-24-8", "CAS No. 108-24-8", "CAS: 108-24-8, acetone"])
def test_a_wrong_digit_is_a_defect_of_the_line(findings: Find, defects: Check, text: str) -> None:
    """A labelled number with an invalid check digit is reported, with its place."""
    (defect,) = defects(text)
    assert (defect.kind, defect.text) == ("cas-digit", "108-24-8")
    assert text[defect.start : defect.end] == defect.text
    assert not [found for found in findings(text) if found.how == "cas"]


def test_a_wrong_digit_without_a_cue_is_no_defect(defects: Check) -> None:
    """Numbers of that shape are common; only one that is called a CAS number can be wrong."""
    assert defects("ref 108-24-8") == []


def test_a_number_of_another_chemical_is_reported(findings: Find, defects: Check) -> None:
    """A valid CAS number outside the registry is not a mention; the line reports it."""
    assert findings("methanol 67-56-1") == []
    assert [(each.kind, each.text) for each in defects("methanol 67-56-1")] == [
        ("cas-other", "67-56-1")
    ]
