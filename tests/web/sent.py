"""Files sent in and read, as the forms of the pages do."""

from typing import Any

import httpx
from tests.web.conftest import Desk


def send(
    who: Desk,
    content: bytes,
    name: str = "new.csv",
    *,
    path: str = "/screen/files.json",
    token: str | None = None,
) -> httpx.Response:
    """Send a file in; the token is that of the session, where no other is said."""
    token = who.token() if token is None else token
    return who.client.post(
        f"{path}?csrf={token}",
        files={"files": (name, content, "text/csv")},
        headers=who._headers(None),
        follow_redirects=False,
    )


def sent(who: Desk, content: bytes, name: str = "new.csv") -> dict[str, Any]:
    """Upload a file, and return its record."""
    answer = send(who, content, name)
    assert answer.status_code == 201, answer.text
    (upload,) = answer.json()["uploads"]
    return dict(upload)


def read(who: Desk, upload: dict[str, Any], then: str, **form: object) -> httpx.Response:
    """Say how a file is to be read, and what then."""
    fields = {"version": upload["version"], "then": then, **form}
    return who.post(f"/screen/{upload['id']}/reading.json", fields)
