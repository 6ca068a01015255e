"""The preview of an upload: its first lines, what nothing was read as, and what is refused."""

from collections.abc import Callable

import pytest
from tests.web.conftest import Desk
from tests.web.sent import sent

from tidewaiter.web.core.node import Node

SignIn = Callable[..., Desk]
_FULL = (
    b"declaration,description,hs code,net weight (kg),exporter,exporter country,"
    b"consignee,consignee country,arrival date\n"
    + b"".join(
        b"D%d,acetic anhydride,2915.24,25,Nordchem,DE,Rio Bravo,MX,2026-12-%02d\n" % (n, n)
        for n in range(1, 8)
    )
)


def test_five_lines_are_shown_as_they_will_be_read(desk: SignIn) -> None:
    """With the route and the dates that were made of the columns."""
    one = desk("analyst")
    upload = sent(one, _FULL, "full.csv")
    assert len(upload["inspection"]["lines"]) == 5
    page = one.get(f"/screen/{upload['id']}").text
    preview = page.split('id="preview-title"')[1].split("</section>")[0]
    for text in ("acetic anhydride", "HS 291524", "25 kg", "DE → MX", "Rio Bravo", "D5"):
        assert text in preview
    assert "D6" not in preview
    assert "Nothing was read as" not in page


def test_what_nothing_was_read_as_is_named(desk: SignIn) -> None:
    """Checks depend on it, so it is said before the screening."""
    one = desk("analyst")
    upload = sent(one, b"goods\nacetone\nether\n", "bare.csv")
    page = one.get(f"/screen/{upload['id']}").text
    warned = page.split("Nothing was read as: ")[1].split(".")[0]
    assert warned == "consignment number, HS code, route, date"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.csv", "trade/file-empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "scan.png", "node/picture-not-read"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "scan.csv", "node/picture-not-read"),
        (b"%PDF-1.4\nhello", "broken.pdf", "trade/pdf-damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_at_once(
    desk: SignIn, node: Node, content: bytes, name: str, code: str
) -> None:
    """No upload is made of it, and nothing is left of its content."""
    one = desk("analyst")
    answer = one.client.post(
        f"/screen/files.json?csrf={one.token()}",
        files={"files": (name, content, "application/octet-stream")},
        headers=one._headers(None),
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert one.get("/screen.json").json()["uploads"] == []
    folder = node.desk.spool.folder
    assert [each.name for each in folder.iterdir() if len(each.name) == 64] == []
