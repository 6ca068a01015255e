"""Make the answers that the description of the API shows as examples.

Run ``python -m tools.api_examples``: it screens the sample manifest into a new installation, works
on it a little, asks as a program does, and keeps each answer in ``src/tidewaiter/data/api``. Of
each list one entry is kept, so that a reader sees the shape. A test fails while an answer is no
longer one of its record.
"""

import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from litestar.testing import TestClient
from tests.web.coalitiondesk import fill

from tidewaiter.accounts.roles import rights_of
from tidewaiter.base.resources import data
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.network.resolving import resolve_database
from tidewaiter.node import hash_file, screen_file
from tidewaiter.store.accounts import NewAccount, add_account
from tidewaiter.store.database import Stamp
from tidewaiter.store.sessions import User
from tidewaiter.store.tokens import add_token
from tidewaiter.web.app import make_app
from tidewaiter.web.node import Node, Serving

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "src" / "tidewaiter" / "data" / "api"
DAY = date(2026, 11, 25)
_ADDRESSES: Mapping[str, str] = {
    "queue_page": "/queue.json?substance=acetic-anhydride",
    "alert_page": "/alerts/{alert}.json",
    "case_page": "/cases/1.json",
    "party_page": "/parties/{party}.json",
    "substance_page": "/substances/acetic-anhydride.json",
    "law_page": "/law.json?what=acetic+anhydride&from=NL&to=MX&amount=200+kg",
    "flows_page": "/flows.json?substance=acetic-anhydride",
    "overview_page": "/overview.json",
    "board_page": "/coalition.json",
    "audit_page": "/audit.json?action=case+step",
}  # by the operation


def main() -> None:
    """Write each answer."""
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TIDEWAITER_KEY"] = f"{folder}/node.key"
        node = Node(Serving(db=f"{folder}/tidewaiter.db"))
        _screen(node, Path(folder))
        fill(node, Path(folder))
        with TestClient(make_app(node), node.address("")) as client:
            client.headers["authorization"] = f"Bearer {_token(node)}"
            for operation, told in _answers(client).items():
                text = msgspec.json.format(msgspec.json.encode(_cut(told)), indent=1)
                (KEPT / f"{operation}.json").write_bytes(text + b"\n")


def _screen(node: Node, folder: Path) -> None:
    """Screen the sample manifest, and compare its parties."""
    path = folder / "manifest.csv"
    path.write_bytes(data("samples", "manifest.csv").read_bytes())
    settings = Settings(day=DAY, file=path.name, sha256=hash_file(path))
    journal, database = folder / "journal", node.database
    for _ in screen_file(path, ReadOptions(), settings, journal, workers=1, database=database):
        pass
    resolve_database(database, lambda: Stamp(who="server", at=datetime.now(UTC)), lambda *_: None)


def _token(node: Node) -> str:
    """Make an account and a token with all its rights; return the secret of the token."""
    with node.change(None) as work:
        account = add_account(work, NewAccount(name="reyes", role="supervisor", shown="A. Reyes"))
        user = User(account=account, rights=rights_of("supervisor"), session="")
        ends = node.now() + timedelta(days=1)
        return add_token(work, user, "examples", user.rights, ends)[1]


def _answers(client: "TestClient[Any]") -> dict[str, Any]:
    alert = client.get(_ADDRESSES["queue_page"]).json()["rows"][0]["alert"]["id"]
    party = client.get("/parties.json").json()["largest"][0]["entity"]
    decision = {"verdict": "hold", "reason": "inspect", "note": "Seal broken", "seen": 0}
    for path, body in (
        (f"/alerts/{alert}/assign", {"to": "reyes"}),
        (f"/alerts/{alert}/decision", decision),
        ("/cases", {"title": "Drums at the north gate", "alert": alert}),
        ("/cases/1/notes", {"text": "Seal 17 is broken; the driver says it was so before"}),
        ("/cases/1/tasks", {"who": "account 1", "what": "Call the importer"}),
    ):
        client.post(path, json=body).raise_for_status()
    told = {}
    for operation, path in _ADDRESSES.items():
        answer = client.get(path.format(alert=alert, party=party)).raise_for_status()
        told[operation] = answer.json()
    return told


def _cut(told: Any) -> Any:
    """Keep one entry of each list."""
    if isinstance(told, list):
        return [_cut(each) for each in told[:1]]
    if isinstance(told, dict):
        return {name: _cut(each) for name, each in told.items()}
    return told


if __name__ == "__main__":
    main()
