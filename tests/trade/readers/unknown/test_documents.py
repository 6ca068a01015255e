"""Documents that no layout claims: their words are screened, and what is not read is told."""

import io
from typing import BinaryIO, cast

import pytest
from tests.support.raising import raises

from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.source import open_source
from tidewaiter.trade.readers.unknown import UNKNOWN, whole
from tidewaiter.trade.types import Refusal

MANIFEST = """<Manifest xmlns:z="urn:z"><Voyage>V1</Voyage>
<z:Cargo><Description>acetone</Description><GrossWeight unitCode="KGM">5</GrossWeight></z:Cargo>
<z:Cargo><Description>toluene <b>pure</b> grade</Description>
<Zork kind="words">blurb</Zork></z:Cargo>
</Manifest>"""


def read(form: str, data: str | bytes) -> tuple[list[Found], list[Refusal]]:
    """Read a document in a format, as a stream."""
    raw = data.encode() if isinstance(data, str) else data
    source = cast("BinaryIO", open_source(io.BytesIO(raw)))
    items = list(UNKNOWN[form].read(source, "file"))
    return [i for i in items if isinstance(i, Found)], [i for i in items if isinstance(i, Refusal)]


def words(form: str, data: str | bytes) -> list[str]:
    """Return the other texts of each line."""
    return [" / ".join(text for _, text in line.kept) for line in read(form, data)[0]]


def test_xml_repeated_elements_are_lines() -> None:
    """With the fields that their names tell, units from attributes, and mixed content."""
    one, two = read("xml", MANIFEST)[0]
    assert (one.fields["goods"], one.fields["gross"]) == ("acetone", "5 KGM")
    said = " ".join((*two.fields.values(), *(text for _, text in two.kept)))
    assert all(word in said for word in ("toluene", "pure", "grade", "blurb"))


def test_xml_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    """The damage is told, as something was not screened."""
    lines, (refusal,) = read("xml", MANIFEST[:-30])
    assert lines[0].fields["goods"] == "acetone"
    assert (refusal.code, refusal.screened) == ("trade/xml-damaged", False)


@pytest.mark.parametrize(
    ("form", "data", "code"),
    [
        ("xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "trade/xml-document-type"),
        ("xml", "", "trade/xml-without-elements"),
    ],
)
def test_what_cannot_be_read_is_an_error(form: str, data: str, code: str) -> None:
    """No entity is expanded, and nothing fails without a word."""
    with raises(code):
        read(form, data)


@pytest.mark.parametrize("form", ["xml", "web-page"])
def test_a_document_read_as_a_whole_has_a_size(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A larger one is refused before it is held."""
    monkeypatch.setattr(whole, "MOST", 100)
    monkeypatch.setattr("tidewaiter.trade.readers.unknown.any_xml.MOST", 100)
    with raises("trade/unknown-document-too-long"):
        read(form, f"<a>{'x' * 200}</a>")


def test_json_of_any_shape_is_lines() -> None:
    """Several objects, each with its own lines."""
    first = '{"d": {"rows": [{"goods": "tea"}, {"goods": "salt"}]}}'
    data = first + '\n{"d": {"rows": [{"goods": "oil"}]}}'
    lines, _ = read("any-json", data)
    assert [(line.row, line.fields["goods"]) for line in lines] == [
        (1, "tea"),
        (2, "salt"),
        (3, "oil"),
    ]


def test_a_name_broken_over_lines_is_one_name() -> None:
    """A paragraph is joined; a divided word is whole again."""
    text = "100 drums ACETIC\nANHYDRIDE, and N-phenethyl-4-pipe-\nridone\n\nRegards\n"
    assert words("text", text) == [
        "100 drums ACETIC ANHYDRIDE, and N-phenethyl-4-piperidone",
        "Regards",
    ]


def test_records_without_blank_lines_stay_apart() -> None:
    """Each line is one, with its number."""
    (_, two, _), _ = read("text", "10|tea\n20|acetone\r\n30|salt")
    assert (two.row, two.kept) == (2, (("line 2", "20|acetone"),))


def test_a_web_page_is_screened_by_blocks() -> None:
    """Cells of a row are set apart, and scripts are no text."""
    page = "<html><body><h1>Offer</h1><table><tr><td>acetone</td><td>5 kg</td></tr></table>after"
    assert words("web-page", page + "<script>toluene</script></body></html>") == [
        "Offer",
        "acetone | 5 kg",
        "after",
    ]
