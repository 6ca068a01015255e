"""Files in no known layout are screened, and the run says so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.cli.screening.test_unmapped import found
from tests.trade.readers.parts.samples import pdf
from tests.trade.readers.unknown.test_documents import MANIFEST

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xml", MANIFEST.replace("acetone", "acetic anhydride").replace("toluene", "tea")),
        ("a.txt", "Dear all,\n\n100 drums of acetic\nanhydride\n"),
        ("a.dat", "01|SHIPPER\n02|100 drums of acetic anhydride\n"),
        ("a.eml", "From: a@b.example\nSubject: offer\nMIME-Version: 1.0\n\nacetic anhydride\n"),
        ("a.html", "<html><body><p>acetic anhydride</p></body></html>"),
        ("a.json", '{"zork": {"blurb": "acetic anhydride"}}'),
        ("a.pdf", pdf("acetic anhydride")),
    ],
    ids=["xml", "txt", "dat", "eml", "html", "json", "pdf"],
)
def test_a_planted_name_is_found_and_the_run_ends_1(
    screen: Run, here: Path, name: str, data: str | bytes
) -> None:
    """Fields may be missing, so the layout is said not to be known."""
    path = here / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    code, (alert,) = found(screen, path)
    assert (code, alert["substances"]) == (1, ["acetic-anhydride"])
    told = screen(name, "--out", "again.jsonl", "--refused", "refused.csv")
    assert told.exit_code == 1
    assert "trade/layout-not-confirmed" in (here / "refused.csv").read_text(encoding="utf-8-sig")


def test_a_format_that_is_asked_for_is_not_doubted(screen: Run, here: Path) -> None:
    """Whoever names the format knows the layout."""
    (here / "a.xml").write_text("<a><b><Description>tea</Description></b></a>")
    screen("a.xml", "--format", "xml", "--out", "a.jsonl", "--refused", "refused.csv")
    refused = here / "refused.csv"
    assert not refused.exists() or "layout-not-confirmed" not in refused.read_text("utf-8-sig")
