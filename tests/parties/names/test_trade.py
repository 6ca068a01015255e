"""What the trade writes around a name."""

import pytest

from tidewaiter.base.phrases import Phrase
from tidewaiter.parties.names import read_name


def _said(text: str) -> str:
    return " ".join(token.key for token in read_name(text, "organisation").forms[0].tokens)


@pytest.mark.parametrize(
    "text",
    [
        "NOVA CHEMICAL LTD",
        "M/S NOVA CHEMICAL LTD",
        "Messrs. Nova Chem. Ltd",
        "TO THE ORDER OF NOVA CHEM LTD",
        "NOVA CHEM LTD TEL: +86 21 5555 1234",
        "NOVA CHEM LTD, E-MAIL: SALES@NOVA.EXAMPLE",
        "NOVA CHEM LTD RFC NCH010203XY9",
        "NOVA CHEM LTD VAT NO. DE123456789",
        "NOVA CHEM LTD, SHANGHAI, CHINA",
        "NOVA CHEM LTD., NO.88 RENMIN ROAD, WUHAN",
        "NOVA CHEM LTD ADD: RENMIN ROAD",
        "SHIPPER/EXPORTER: NOVA CHEM LTD",
        "Beneficiary: NOVA CHEM LTD",
        "N\u200bOVA CHEM LTD",
        "ＮＯＶＡ ＣＨＥＭ ＬＴＤ",
    ],
)
def test_it_is_left_out(text: str) -> None:
    """The name alone is compared, and each necessary step is reported."""
    assert _said(text) == "nova chemical ltd"


@pytest.mark.parametrize("text", ["Tel Aviv Chemicals Ltd", "Bank of China", "Fax Toner GmbH"])
def test_words_of_names_stay(text: str) -> None:
    """A word that is also used in trade names is not a suffix unless a number follows."""
    assert not read_name(text, "organisation").steps


@pytest.mark.parametrize(
    ("text", "relation", "other"),
    [
        ("NOVA CHEM T/A BLUE STAR", "trading as", "BLUE STAR"),
        ("NOVA CHEM D/B/A BLUE STAR", "trading as", "BLUE STAR"),
        ("NOVA CHEM C/O BLUE STAR LTD", "care of", "BLUE STAR LTD"),
        ("NOVA CHEM ON BEHALF OF BLUE STAR", "on behalf of", "BLUE STAR"),
        ("NOVA CHEM FORMERLY BLUE STAR", "formerly", "BLUE STAR"),
        ("NOVA CHEM ATTN: BLUE STAR", "care of", "BLUE STAR"),
        ("NOVA CHEM / BLUE STAR", "also known as", "BLUE STAR"),
        ("NOVA CHEM (BLUE STAR LTD)", "also known as", "BLUE STAR LTD"),
        ("NOVA CHEM 武汉远景化工有限公司", "also known as", "武汉远景化工有限公司"),
    ],
)
def test_a_second_name_is_read_for_itself(text: str, relation: str, other: str) -> None:
    """Both names can be compared, and the officer sees how they belong together."""
    name = read_name(text, "organisation")
    assert [(each.relation, each.name.text) for each in name.segments] == [(relation, other)]
    assert [token.key for token in name.forms[0].tokens] == ["nova", "chemical"]


def test_a_full_field_may_be_cut() -> None:
    """A customs field holds 35 characters; a name that fills it may go on."""
    cut = "INTERNATIONAL PETROLEUM AND CHEMICA"
    assert read_name(cut, "organisation").cut
    assert not read_name(cut + "L", "organisation").cut
    assert not read_name("SHANGHAI NEW STAR CHEMICAL CO., LTD", "organisation").cut


def test_steps_say_what_was_done() -> None:
    """Each step quotes what it removed."""
    name = read_name("M/S NOVA CHEM LTD TEL 12345", "organisation")
    assert name.steps == (
        Phrase("step/before", name="M/S"),
        Phrase("step/after", name="TEL 12345"),
    )
