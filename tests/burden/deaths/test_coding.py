"""Codes of the ICD and what they say of drugs."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.burden.deaths.coding import (
    NO_CODE,
    Revision,
    code_death,
    number_of,
    numbers_icd9,
    numbers_icd10,
    rules,
    size,
    span,
    spans,
    tables,
    year_of,
)
from tidewaiter.burden.deaths.records import layout_of
from tidewaiter.burden.indicators import indicators

ORACLE = Path(__file__).parents[2] / "data" / "burden" / "icd_oracle.csv"
DRUG_OF = {
    "opium": "opium",
    "heroin": "heroin",
    "natural_semisynth": "natural and semi-synthetic opioids",
    "methadone": "methadone",
    "synthetic": "synthetic opioids other than methadone",
    "other_opioid": "other and unspecified opioids",
    "unspecified": "opioids not told which",
}
NEUTRAL = {"ICD-10": "I25.1", "ICD-9": "410"}  # an underlying cause other than poisoning


def oracle() -> list[dict[str, str]]:
    """Read the oracle."""
    lines = ORACLE.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


SINGLE = [row for row in oracle() if row["stored"] != "NA" and not row["stored"].startswith("ERA")]
ERAS = [row for row in oracle() if row["stored"].startswith("ERA")]
WHOLE = [row for row in oracle() if row["stored"] == "NA"]


def revision(row: dict[str, str]) -> Revision:
    """Return the revision of a row."""
    return "ICD-10" if row["era"] == "icd10" else "ICD-9"


def test_every_row_of_the_oracle_is_asked() -> None:
    """The 67 rows are divided into codes, years and whole deaths, without omissions."""
    assert len(oracle()) == len(SINGLE) + len(ERAS) + len(WHOLE)
    assert (len(SINGLE), len(ERAS), len(WHOLE)) == (56, 5, 6)


@pytest.mark.parametrize("row", SINGLE, ids=lambda row: row["code"])
def test_a_code_says_what_the_oracle_says(row: dict[str, str]) -> None:
    """A code is a drug poisoning, an opioid, a class of opioids and an intent, or is not."""
    if row["position"] == "ucod":
        coded = code_death(row["stored"], [], revision(row))
        drug = coded.overdose
    else:
        coded = code_death(NEUTRAL[revision(row)], [row["stored"]], revision(row))
        drug = bool(coded.drugs)
    assert drug == (row["expect_drug_death"] == "1")
    assert coded.opioid == (row["expect_opioid_death"] == "1")
    assert (coded.intent or "na") == row["expect_intent"]
    classes = set(coded.drugs) & set(DRUG_OF.values())
    assert classes == {DRUG_OF[row["expect_subtype"]]} - {""} if coded.opioid else not classes


@pytest.mark.parametrize("row", ERAS, ids=lambda row: row["code"])
def test_a_data_year_is_of_the_revision_of_the_oracle(row: dict[str, str]) -> None:
    """ICD-10 begins with data year 1999, which "99" means, and "00" is 2000."""
    year = year_of(row["code"].removeprefix("ERA:").removeprefix("datayear=").split("-")[0])
    assert year is not None
    assert layout_of(year).revision == revision(row)


@pytest.mark.parametrize("row", WHOLE, ids=lambda row: row["code"])
def test_whole_deaths_agree_with_the_oracle_but_for_one(row: dict[str, str]) -> None:
    """The oracle asks for a drug named beside the underlying cause; CDC counts X42 alone too."""
    cause, _, named = row["code"].partition("+")
    if named == "non-drug_UCOD":
        coded = code_death("V89", ["T40.1"], "ICD-10")
        assert not coded.overdose
        assert coded.indicators == ("all-causes",)
    else:
        mentioned = [] if named == "no_Tcode" else [named[:5]]
        coded = code_death(cause[:3], mentioned, "ICD-10")
        assert coded.overdose
    assert (coded.overdose and bool(coded.drugs)) == (row["expect_drug_death"] == "1")
    assert (coded.overdose and coded.opioid) == (row["expect_opioid_death"] == "1")
    assert (coded.intent or "na") == row["expect_intent"]


def test_drugs_of_the_rules_and_indicators_agree() -> None:
    """The classes of opioids are those of the indicator; with T50.9, all are T36-T50.8."""
    _, drugs = rules()
    icd10 = [rule for rule in drugs if rule.revision == "ICD-10"]
    opioids = spans([code for rule in icd10 if rule.opioid for code in rule.codes], "ICD-10")
    assert (opioids == spans(indicators()["opioids"].mentioned, "ICD-10")).all()
    named = spans([code for rule in icd10 for code in rule.codes], "ICD-10")
    specified = spans(indicators()["specified"].mentioned, "ICD-10")
    for code in (f"T{body}.{digit}" for body in range(30, 60) for digit in range(10)):
        number = number_of(code, "ICD-10")
        assert named[number] == (specified[number] or code == "T50.9")
    for key in ("overdose", "T40.4"):
        underlying = spans(indicators()[key].underlying, "ICD-10")
        assert (underlying == tables("ICD-10").overdose).all()


@given(st.integers(0, 25), st.integers(0, 99), st.sampled_from([" ", *"0123456789"]))
def test_columns_and_single_codes_have_the_same_numbers(letter: int, body: int, tail: str) -> None:
    """A code of four positions has one number, whether read alone or in a column."""
    code = f"{chr(65 + letter)}{body:02}{tail}"
    column = np.frombuffer(code.encode(), np.uint8)[None]
    assert numbers_icd10(column)[0] == number_of(code, "ICD-10") < size("ICD-10")


@pytest.mark.parametrize(
    ("code", "nature", "text"),
    [
        ("8502", False, "E850.2"),
        ("9650", True, "N965.0"),
        ("410 ", True, "410"),
        ("9801", False, "E980.1"),
    ],
)
def test_codes_of_icd9_are_causes_or_natures(code: str, text: str, *, nature: bool) -> None:
    """From 800 on, the flag parts the nature of an injury from its cause."""
    column = np.frombuffer(code.encode(), np.uint8)[None]
    assert numbers_icd9(column, np.array([nature]))[0] == number_of(text, "ICD-9")


@pytest.mark.parametrize("code", ["    ", "X4  ", "X4A ", "x42 ", "T40-", "404T"])
def test_what_is_no_code_has_no_number(code: str) -> None:
    """Anything but a letter, two digits and a digit or blank is an invalid code."""
    assert numbers_icd10(np.frombuffer(code.encode(), np.uint8)[None])[0] == NO_CODE


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("X40-X44", ["X40", "X44.9"], ["X39.9", "X45"]),
        ("T36-T50.8", ["T36", "T50.8"], ["T50.9", "T35.9"]),
        ("T40.4", ["T40.4"], ["T40.5", "T40"]),
    ],
)
def test_a_range_holds_what_stands_below_its_ends(
    text: str, inside: list[str], outside: list[str]
) -> None:
    """A range of codes takes in the codes of its ends, and nothing beside them."""
    numbers = span(text, "ICD-10")
    assert all(number_of(code, "ICD-10") in numbers for code in inside)
    assert not any(number_of(code, "ICD-10") in numbers for code in outside)


def test_a_wrong_code_is_refused() -> None:
    """A code of one revision is none of the other."""
    with raises("burden/not-a-code", revision="ICD-9"):
        code_death("X42", [], "ICD-9")
