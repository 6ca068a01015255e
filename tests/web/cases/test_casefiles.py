"""What goes into a case and comes out of it: files, bundles and reports."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.web.casedesk import FORM, XSS, case_of, open_case, upload
from tests.web.conftest import Desk

from tidewaiter.casework.evidence import verify_bundle
from tidewaiter.node.identity import own_key


def test_a_file_comes_back_as_an_attachment(desk: Callable[..., Desk]) -> None:
    """Whatever it is: no browser shows it or runs it."""
    anna = desk("analyst", "anna")
    number = open_case(anna)
    body = b"<html><script>alert(1)</script></html>"
    assert upload(anna, number, '../"x\r\n.html', body).status_code == 303
    file = case_of(anna)["case"]["files"][0]
    answer = anna.get(f"/cases/{number}/files/{file['step']}")
    assert answer.content == body
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''..%2F")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert anna.get(f"/cases/{number}/files/99999").status_code == 404


def test_a_file_without_the_token_of_our_forms_is_refused(desk: Callable[..., Desk]) -> None:
    """Another site cannot make a browser add files."""
    anna = desk("analyst", "anna")
    number = open_case(anna)
    for address in (f"/cases/{number}/files", f"/cases/{number}/files?csrf=00"):
        files = {"file": ("a.txt", b"x", "text/plain")}
        answer = anna.client.post(address, files=files, headers=anna._headers(None))
        assert answer.status_code == 403
    assert case_of(anna)["case"]["files"] == []


def test_a_case_is_exported_and_holds(desk: Callable[..., Desk], tmp_path: Path) -> None:
    """The bundle that a browser gets is one that `tidewaiter verify` accepts."""
    anna = desk("analyst", "anna")
    number = open_case(anna)
    answer = anna.post(f"/cases/{number}/export", {})
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/zip"
    found = verify_bundle(io.BytesIO(answer.content), [own_key(tmp_path / "node.key").public()])
    assert found.holds(), found.parts
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        assert '"shown"' not in opened.read("case.json").decode()
        assert "anna" in opened.read("case.html").decode()
    assert case_of(anna)["timeline"][-1]["kind"] == "exported"
    answer = anna.post(f"/cases/{number}/export", {"restricted": "true"})
    assert answer.status_code == 400


def test_a_report_is_filled_from_the_case(desk: Callable[..., Desk]) -> None:
    """As far as the case has data; the signatory completes it, and completed reports are kept."""
    anna = desk("analyst", "anna")
    number = open_case(anna)
    base = f"/cases/{number}/reports/{FORM}"
    fields = {each["key"]: each for each in anna.get(f"{base}.json").json()["report"]["fields"]}
    assert fields["chemical"]["text"]
    assert fields["basis"]["text"]
    assert fields["reporter"]["text"] == ""
    assert fields["reporter"]["left"]
    texts = [f"{key} {XSS}" for key in fields]
    answer = anna.client.post(
        base,
        data={"csrf": anna.token(), "field": texts},
        headers=anna._headers(None),
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    step = case_of(anna)["case"]["drafts"][0]["step"]
    document = anna.get(f"{base}/{step}")
    assert "<img" not in document.text
    assert "&lt;img src=x" in document.text
    told = anna.get(f"{base}/{step}.json").json()
    assert [each["text"] for each in told["fields"]] == texts
    assert told["by"] == "anna"
    assert anna.get(f"/cases/{number}/reports/nothing").status_code == 404
    assert anna.post(base, {"field": "one"}).status_code == 400
