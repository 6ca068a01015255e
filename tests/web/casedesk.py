"""What people do to cases through the forms of the pages."""

import re
from typing import Any

import httpx
from tests.web.conftest import Desk

FORM = "us-listed-chemical"
XSS = "<img src=x onerror=alert(1)>\u202e"


def name_of(someone: Desk) -> str:
    """Name someone as trails do."""
    return f"account {someone.account.id}"


def case_of(someone: Desk, number: int = 1) -> dict[str, Any]:
    """Read a case as someone."""
    answer = someone.get(f"/cases/{number}.json")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def last_of(someone: Desk, number: int = 1) -> str:
    """Return the last step that someone has seen."""
    return str(case_of(someone, number)["case"]["last"])


def open_case(someone: Desk, title: str = "Drums at the gate") -> int:
    """Open a case about the first alert."""
    answer = someone.post("/cases", {"title": title, "alert": someone.alerts()[0]})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rpartition("/")[2])


def upload(someone: Desk, number: int, name: str, body: bytes) -> httpx.Response:
    """Add a file by the form of the page."""
    page = someone.get(f"/cases/{number}").text
    found = re.search(r'action="(/cases/\d+/files\?csrf=[^"]+)"', page)
    assert found is not None
    headers = someone._headers(None)
    files = {"file": (name, body, "text/html")}
    return someone.client.post(found[1], files=files, headers=headers, follow_redirects=False)
