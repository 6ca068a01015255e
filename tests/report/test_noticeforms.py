"""Notices on official forms, as a page and on paper."""

from datetime import date
from io import BytesIO

import pytest
from msgspec import structs
from pypdf import PdfReader
from tests.papers import needs_pdf
from tests.support.notices import EPHEDRINE, NOTICE, changed

from tidewaiter.base.errors import MissingError
from tidewaiter.exchange.notices.forms import form_of, load_forms
from tidewaiter.exchange.notices.types import Amount, Contained, Permit
from tidewaiter.report.notices import filled, render_form
from tidewaiter.report.pages import pdf_of


@pytest.mark.parametrize("slug", list(load_forms()))
def test_every_form_is_filled(slug: str) -> None:
    """Every box of each form shows the content of a full notice, and none shows internal units."""
    line = changed(
        NOTICE.lines[0],
        goods="mixture",
        content_ppm=985_000,
        gross_mg=810_000_000,
        contains=(Contained(name="Caffeine"),),
        net=Amount(volume_ul=5_500_000),
    )
    permits = (Permit(kind="export permit", number="P-7"),)
    notice = structs.replace(NOTICE, lines=(line,), permits=permits, declared_lawful=True)
    form = load_forms()[slug]
    page = filled(notice, form, number=1, state="sent", day=date(2026, 3, 2))
    boxes = [*page.boxes, *(box for each in page.lines for box in each.boxes)]
    shown = {box.label: box.values for box in boxes}
    said = str(shown)
    assert boxes
    assert "5500000" not in said
    assert "985000" not in said
    for need in form.needs:
        if need.field == "lines.net" and need.when == "always":
            assert shown[need.label] == ("5.5 l",)
        if need.field == "parties.exporter.name":
            assert shown[need.label] == ("Nordchemie Muster GmbH",)


@needs_pdf
def test_a_form_is_paper_too() -> None:
    """Two pages at most; every box with its value, and text of others does nothing there."""
    exporter = changed(NOTICE.parties.exporter, name="<b>Nord</b>chemie")
    parties = changed(NOTICE.parties, exporter=exporter)
    notice = changed(NOTICE, lines=(*NOTICE.lines, EPHEDRINE), parties=parties)
    sheet = filled(notice, form_of("us-486"), number=1, state="sent", day=date(2026, 3, 2))
    pages = PdfReader(BytesIO(pdf_of(render_form(sheet)))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert len(pages) <= 2
    for told in ("<b>Nord</b>chemie", "Acetic anhydride", "Ephedrine", sheet.title):
        assert told in text, told


def test_a_form_that_is_none_is_told() -> None:
    """With those that there are."""
    with pytest.raises(MissingError) as caught:
        form_of("wallpaper")
    assert "us-486" in caught.value.hint
