"""Results of an upload: downloads, counts, and their retention after the file is deleted."""

import json
from collections.abc import Callable, Iterable
from typing import BinaryIO

import pytest
from tests.plugged import plug_in
from tests.web.conftest import Desk
from tests.web.sent import read, sent

from tidewaiter.base.plugins import EXPORTERS
from tidewaiter.report.alerts.exporters import Exporter
from tidewaiter.trade.types import Alert
from tidewaiter.web.core.node import Node

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
    assert "file no longer stored" in page
    assert one.get(f"/screen/{upload['id']}/alerts.csv").status_code == 404
    assert one.get(f"/screen/{upload['id']}/refused.csv").status_code == 200
    assert one.post(f"/screen/{upload['id']}/again.json").status_code == 400


def test_alerts_are_saved_in_the_format_of_a_plug_in(
    desk: SignIn, work: Callable[[], None], sample: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page offers it; one that fails is named, and a name of none is not there."""

    class _Ids:
        def __init__(self, file: BinaryIO) -> None:
            self._file = file

        def add(self, alerts: Iterable[Alert]) -> None:
            self._file.writelines(f"{alert.id}\n".encode() for alert in alerts)

        def close(self) -> None:
            self._file.write(b"end\n")

    def _breaks(file: BinaryIO) -> _Ids:
        raise ZeroDivisionError(file)

    made = Exporter(title="<Ids>", media_type="text/x-ids", open=_Ids)
    bad = Exporter(title="Bad", media_type="text/plain", open=_breaks)
    plug_in(monkeypatch, EXPORTERS, {"ids": made, "bad": bad})
    one = desk("analyst")
    upload = sent(one, sample)
    read(one, upload, "screen", day="2026-11-25")
    work()
    place = f"/screen/{upload['id']}"
    assert f'href="{place}/exports/ids" download>Alerts (&lt;Ids&gt;)</a>' in one.get(place).text
    answer = one.get(f"{place}/exports/ids")
    assert answer.headers["content-type"].startswith("text/x-ids")
    assert f'filename="alerts-{upload["id"]}.ids"' in answer.headers["content-disposition"]
    lines = one.get(f"{place}/alerts.jsonl").text.splitlines()
    assert answer.text.split() == [*(json.loads(line)["id"] for line in lines), "end"]
    assert one.get(f"{place}/exports/none").status_code == 404
    failed = one.get(f"{place}/exports/bad")
    assert failed.status_code == 500
    assert "guest 1.0" in failed.text
