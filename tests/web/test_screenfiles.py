"""What came of an upload: saved as files, counted, and kept when the file goes."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import structs
from tests.web.conftest import Desk, bench
from tests.web.sent import read, sent

from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers.types import ListFile
from tidewaiter.uploads.worker import work_once
from tidewaiter.web.node import Node

SignIn = Callable[..., Desk]


def test_results_are_saved_and_never_shown_inline(
    desk: SignIn, work: Callable[[], None], sample: bytes
) -> None:
    """Report, alerts and refusals as files; the counts of the page are those of the file."""
    one = desk("analyst")
    upload = sent(one, sample)
    assert one.get(f"/screen/{upload['id']}/report.html").status_code == 404
    assert one.get(f"/screen/{upload['id']}/refused.csv").status_code == 404
    read(one, upload, "screen", day="2026-11-25")
    work()
    answers = {
        name: one.get(f"/screen/{upload['id']}/{name}")
        for name in ("report.html", "alerts.csv", "alerts.jsonl", "refused.csv")
    }
    for answer in answers.values():
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
    lines = answers["alerts.jsonl"].text.splitlines()
    count = sum(one.get(f"/screen/{upload['id']}.json").json()["upload"]["alerts"].values())
    assert len(lines) == count
    assert {json.loads(line)["file"] for line in lines} == {"new.csv"}
    assert answers["alerts.csv"].content.count(b"\r\n") >= count + 1
    assert answers["refused.csv"].text.splitlines()[1].startswith("64,")
    assert "new.csv" in answers["report.html"].text


def test_a_deleted_file_leaves_what_was_found(
    desk: SignIn, node: Node, work: Callable[[], None], sample: bytes
) -> None:
    """Bytes and journal go; the counts, the refusals and the alerts stay."""
    one = desk("analyst")
    upload = sent(one, sample)
    read(one, upload, "screen", day="2026-11-25")
    work()
    upload = one.get(f"/screen/{upload['id']}.json").json()["upload"]
    again = one.post(f"/screen/{upload['id']}/again.json").json()
    assert (again["state"], again["name"]) == ("mapped", "new.csv")
    one.post(f"/screen/{again['id']}/drop", {"version": again["version"]})
    assert node.desk.spool.place(upload["sha256"]).exists()
    assert (
        one.post(f"/screen/{upload['id']}/drop", {"version": upload["version"]}).status_code == 303
    )
    assert list(node.desk.spool.folder.iterdir()) == []
    page = one.get(f"/screen/{upload['id']}").text
    assert "the file is no longer kept" in page
    assert one.get(f"/screen/{upload['id']}/alerts.csv").status_code == 404
    assert one.get(f"/screen/{upload['id']}/refused.csv").status_code == 200
    assert one.post(f"/screen/{upload['id']}/again.json").status_code == 400


LIST = (
    "id,kind,name,countries,action,listed,confidential\n"
    "KRYPT-9,organisation,Ocultamar Comercio,MX,blocked,2026-03-03,yes\n"
)
NAMES = (
    b"consignment,goods,consignee,consignee country\n"
    b"C1,paper,Ocultamar Comercio,MX\nC2,acetic anhydride,Muster GmbH,DE\n"
)


def test_restricted_alerts_are_counted_for_those_who_are_cleared(
    desk: SignIn, node: Node, tmp_path: Path
) -> None:
    """Others see neither the alert nor that there is one, in no count and in no file."""
    files = [ListFile(name="own.csv", content=LIST.encode())]
    listed = read_list(files, load_definitions(), "own-watch")
    lists = tmp_path / "lists"
    Archive(lists).add(listed, files, datetime(2026, 11, 1, tzinfo=UTC), dated=date(2026, 10, 1))
    cleared, other = desk("analyst", "one", cleared=True), desk("analyst", "other")
    upload = read(other, sent(other, NAMES), "screen", day="2026-11-25").json()
    with_lists = structs.replace(node.desk, lists=lists)
    work_once(bench(node, with_lists))
    node.desk = with_lists
    path = f"/screen/{upload['id']}"
    counts = [sum(who.get(f"{path}.json").json()["upload"]["alerts"].values())
              for who in (cleared, other)]  # fmt: skip
    assert counts == [2, 1]
    assert "KRYPT-9" in cleared.get(f"{path}/alerts.jsonl").text
    for name in ("", ".json", "/alerts.jsonl", "/alerts.csv", "/report.html", "/progress"):
        text = other.get(f"{path}{name}").text
        assert "KRYPT-9" not in text
        assert '"restricted":true' not in text
