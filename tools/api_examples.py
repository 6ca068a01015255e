"""Generate the example responses in the API description.

Run ``python -m tools.api_examples``: it screens the sample manifest into a new installation, does
some work in it, calls the API, and writes each response to ``src/tidewaiter/data/api``. Each list
is cut to one entry, enough to show its structure. A test fails if a response no longer matches its
record.
"""

import os
import secrets
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from litestar.testing import TestClient
from msgspec import structs
from tools.made_model import model

from tidewaiter.accounts.roles import rights_of
from tidewaiter.base.files import hash_file
from tidewaiter.base.resources import data
from tidewaiter.bulk.screening import Settings
from tidewaiter.casework.ranking.model import write_model
from tidewaiter.exchange.notices.drafts import read_written
from tidewaiter.exchange.notices.types import Event, Sent
from tidewaiter.exchange.protocol.keyring import About, found
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.node.context import screen_file
from tidewaiter.node.file_screening import FileJob
from tidewaiter.node.identity import key_file, own_key, ring_file
from tidewaiter.node.network.resolution import resolve_database
from tidewaiter.store.accounts.sessions import User, add_token
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.store.core.database import Stamp
from tidewaiter.store.notices.events import take_event
from tidewaiter.store.peers.directory import add_peer, set_relation
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.trade.types import ReadOptions
from tidewaiter.transport.peers import found_node
from tidewaiter.web.core import api_examples as examples
from tidewaiter.web.core.app import make_app
from tidewaiter.web.core.node import Node, Serving

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
    "notices_page": "/notices.json",
    "register_page": "/register.json",
    "notice_page": "/notices/1.json",
    "ranker_page": "/ranker.json",
    "trends_page": "/burden.json",
    "claims_page": "/burden/claims.json?text=nearly+110,000+deaths+in+2022&said=2023-07-07",
}  # by operation
_PAIRS = {"covered"}  # pairs of days, not lists to cut


def main() -> None:
    """Write all responses."""
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TIDEWAITER_KEY"] = f"{folder}/node.key"
        counts, taught = _counts(Path(folder)), _taught(Path(folder))
        node = Node(Serving(db=f"{folder}/tidewaiter.db", archive=counts, ranker=taught))
        _screen(node, Path(folder))
        _exchange(node, Path(folder))
        with TestClient(make_app(node), node.address("")) as client:
            client.headers["authorization"] = f"Bearer {_token(node)}"
            for operation, told in _answers(client).items():
                text = msgspec.json.format(msgspec.json.encode(_cut(told)), indent=1)
                (KEPT / f"{operation}.json").write_bytes(text + b"\n")


def _counts(folder: Path) -> str:
    """Archive a release with two counts in a folder; return the folder."""
    kept = folder / "counts"
    kept.mkdir()
    (kept / "vsrr.csv").write_text(
        "State,Year,Month,Period,Indicator,Data Value,Footnote Symbol,Predicted Value\n"
        "US,2022,December,12 month-ending,Number of Drug Overdose Deaths,109413,**,110942\n"
        "US,2023,December,12 month-ending,Number of Drug Overdose Deaths,106881,**,107543\n",
        encoding="utf-8",
    )
    return str(kept)


def _taught(folder: Path) -> str:
    """Store a model and a completed inspection list in a folder; return the folder."""
    kept = folder / "taught"
    kept.mkdir()
    (kept / "ranker.json").write_bytes(write_model(model()))
    (kept / "list.json").write_text("{}", encoding="utf-8")
    (kept / "list.csv").write_text(
        "arm,draw,key,alert,outcome,day\nrandom,0a,f#1,,as-declared,2026-11-24\n", encoding="utf-8"
    )
    return str(kept)


def _screen(node: Node, folder: Path) -> None:
    """Screen the sample manifest, and resolve its parties."""
    path = folder / "manifest.csv"
    path.write_bytes(data("samples", "manifest.csv").read_bytes())
    settings = Settings(day=DAY, file=path.name, sha256=hash_file(path))
    job = FileJob(path=path, options=ReadOptions(), settings=settings, journal=folder / "journal")
    for _ in screen_file(job, node.database):
        pass
    resolve_database(
        node.database, lambda: Stamp(who="server", at=datetime.now(UTC)), lambda *_: None
    )


def _exchange(node: Node, folder: Path) -> None:
    """Make the installation an exchange node with a received notification from a peer."""
    stamp = Stamp(who="server", at=node.now())
    about = About(node=own_key(key_file()).name, name="Customs", country="MX", role="authority")
    (folder / "roots").mkdir()
    found_node(node.database, ring_file(), folder / "roots", about, stamp)
    peer = About(node="tidewaiter/b1", name="Licensing", country="NL", role="authority")
    there = found(peer, secrets.token_bytes, stamp.at.isoformat())
    notice, _ = read_written(examples.NOTICE)
    sent = Sent(notice=structs.replace(notice, sent=DAY, reply_by=DAY + timedelta(days=28)))
    event = Event(
        id="5f0c3c9a",
        notice=notice.reference,
        by="exporter",
        seq=1,
        version=1,
        at=stamp.at,
        what=sent,
    )
    heard = Heard(sender=peer.node, to=about.node, message="m-1", at=stamp.at.isoformat())
    with node.exchange() as (desk, _):
        safe = desk.ring.lock
    with node.database.work(stamp) as work:
        add_peer(work, [there.document])
        set_relation(work, peer.node, Relation(standing="active", confirmed="compared"))
        take_event(work, safe, heard, event)


def _token(node: Node) -> str:
    """Create an account and a token with all permissions; return the token's secret."""
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
        ("/register/entries", examples.body("load_entries")),
    ):
        client.post(path, json=body).raise_for_status()
    told = {}
    for operation, path in _ADDRESSES.items():
        answer = client.get(path.format(alert=alert, party=party)).raise_for_status()
        told[operation] = answer.json()
    return told


def _cut(told: Any) -> Any:
    """Cut each list to one entry."""
    if isinstance(told, list):
        return [_cut(each) for each in told[:1]]
    if isinstance(told, dict):
        return {name: each if name in _PAIRS else _cut(each) for name, each in told.items()}
    return told


if __name__ == "__main__":
    main()
