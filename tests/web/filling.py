"""An installation that holds something of everything, and where each thing is found."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec import structs
from tests.web.conftest import Desk
from tests.web.exchanging import fill_exchange
from tests.web.requesting import fill_requests

from tidewaiter.node.identity import own_stamp
from tidewaiter.node.network.resolution import resolve_database
from tidewaiter.node.uploads.jobs import Bench
from tidewaiter.node.uploads.workers import work_once
from tidewaiter.store.alerts.storage import find_alert
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode
from tidewaiter.store.uploads import Lease
from tidewaiter.web.core.node import Node

FORM = "us-listed-chemical"
GOODS = b"consignment,goods,quantity\nC1,acetic anhydride,25 kg\nC2,paper,much\n"
ODD = b"Alpha;Beta\nacetic anhydride;03/04/2026\n"
Real = Mapping[str, Sequence[Any]]


def fill(node: Node, desk: Callable[..., Desk]) -> Real:
    """Put something of everything into an installation.

    Args:
        node: The installation, with the sample manifest.
        desk: Signs people in.

    Returns:
        What is there, by the part of a path that names it, like ``/cases/{number}``.
    """
    anna, chief = desk("supervisor", "anna", cleared=True), desk("administrator", "chief")
    alerts = [row["alert"]["id"] for row in anna.get("/queue.json").json()["rows"]]
    hide(node, alerts[5])
    steps = _case(anna, alerts)
    _alerts(anna, alerts)
    _uploads(node, anna)
    resolve_database(node.database, own_stamp, lambda *_: None)
    _settings(node, anna, chief)
    _jobs(chief)
    edition = anna.get("/substances/ephedrine.json").json()["drawings"].split("/")[-2]
    hits = anna.get("/parties.json").json()["largest"]
    exchanged = {**fill_exchange(node), **fill_requests(node)}
    return {
        "/account/tokens/{number}": [1, 2],
        "/accounts/{number}": [1, 2],
        "/alerts/{name}": alerts[:7],
        "/audit/{number}": [1, 2, 20],
        "/bulk-decisions/{number}": [1],
        "/burden/{view}": ["trends", "mix", "map", "ages", "changes"],
        "/cases/{number}": [1, 2],
        "/cases/{number}/files/{step}": [steps["files"]],
        "/cases/{number}/reports/{form}": [FORM],
        "/cases/{number}/reports/{form}/{step}": [steps["drafts"]],
        "/cases/{number}/tasks/{step}": [steps["tasks"]],
        "/jobs/{number}": [1, 2],
        "/law/classes/{slug}": [anna.get("/law/classes.json").json()["classes"][0]["slug"]],
        "/law/regimes/{slug}": ["un-1988", "cwc"],
        "/lists/{slug}": ["ofac-sdn"],
        "/parties/{number}": [each["entity"] for each in hits[:4]],
        "/queue/saved/{number}": [1],
        "/rules/settings/{number}": [1],
        "/rules/{rule}": ["control", "vague"],
        "/screen/{number}": [1, 2, 3],
        "/screen/{number}/exports/{name}": ["none-is-installed"],
        "/substances/{slug}": ["ephedrine", "acetic-anhydride"],
        "/substances/{slug}/drawing/{edition}": [edition],
        "/substances/{slug}/drawing/{edition}/{number}": [0],
        "/suppressions/{number}": [1, 2],
        "/webhooks/{number}": [1],
        "/yente/entities/{entry}": ["sample:1"],
        "/yente/match/{dataset}": ["default"],
        "/yente/search/{dataset}": ["default"],
        **exchanged,
    }


def _jobs(chief: Desk) -> None:
    """Leave a job that waits, and one that was cancelled."""
    chief.post("/rescreen", {"preview": "true"})
    chief.post("/rescreen", {"whole": "true"})
    chief.post("/jobs/2/cancel")


def found_at(real: Real, path: str, name: str) -> Sequence[Any]:
    """Return what is there for a parameter of a path."""
    end = path.index(f"{{{name}}}") + len(name) + 2
    return real[path[:end]]


def hide(node: Node, alert: str) -> None:
    """Let an alert be for the authority only."""
    with node.change(None) as work:
        kept = find_alert(work, alert)
        assert kept is not None
        some = tables.alert.update().where(tables.alert.c.id == alert)
        hidden = encode(structs.replace(kept, restricted=True))
        work.connection.execute(some.values(restricted=1, payload=hidden))


def send_file(
    who: Desk, path: str, name: str, content: bytes, *, field: str = "files"
) -> dict[str, Any]:
    """Send a file, as a form of a page does; return what is answered."""
    answer = who.client.post(
        f"{path}?csrf={who.token()}",
        files={field: (name, content, "text/csv")},
        headers=who._headers(None),
    )
    assert answer.is_success, answer.text
    return dict(answer.json())


def screen_waiting(node: Node) -> None:
    """Screen all that waits, as the worker beside the web does."""
    lease = Lease(worker="here 1 x")
    bench = Bench(desk=node.desk, database=node.database, lease=lease, leaving=threading.Event())
    while work_once(bench):
        pass


def _case(anna: Desk, alerts: Sequence[str]) -> dict[str, int]:
    """Open two cases, one with everything; return where of it what stands."""
    for alert in alerts[:2]:
        _sent(anna, "/cases", {"title": "Drums of solvent", "alert": alert})
    line = anna.get("/cases/1.json").json()["alerts"][0]["consignment"]
    for path, body in (
        ("alerts", {"alert": alerts[5]}),
        ("notes", {"text": "Seal 17 is broken", "restricted": True}),
        ("tasks", {"who": "account 1", "what": "Call the importer"}),
        ("parties", {"name": "A trader", "role": "consignee"}),
        ("consignments", {"source": 1, "consignment": line}),
        (f"reports/{FORM}", {"field": ["x"] * 8}),
    ):
        _sent(anna, f"/cases/1/{path}", body)
    send_file(anna, "/cases/1/files.json", "seal.csv", b"secret words", field="file")
    case = anna.get("/cases/1.json").json()["case"]
    return {kind: case[kind][0]["step"] for kind in ("files", "drafts", "tasks")}


def _alerts(anna: Desk, alerts: Sequence[str]) -> None:
    """Decide of alerts, of some in bulk, and record what was found in one."""
    decision = {"verdict": "dismiss", "reason": "other-goods", "note": "Tea", "seen": 0}
    _sent(anna, f"/alerts/{alerts[2]}/decision", decision)
    found = {
        "kind": "laboratory",
        "outcome": "identified",
        "day": "2026-11-24",
        "person": "State lab",
        "methods": ["gc-ms"],
        "strength": "confirmatory",
        "found": ["ephedrine = 98.5"],
    }
    _sent(anna, f"/alerts/{alerts[3]}/results", found)
    many = {"do": "decide", "alert": [alerts[1], *alerts[7:9]], "decision": "dismiss/other-goods"}
    _sent(anna, "/queue/bulk", {**many, "note": "Tea", "confirmed": True})


def _uploads(node: Node, anna: Desk) -> None:
    """Send a file that is screened, one that only waits, and one that asks."""
    upload = send_file(anna, "/screen/files.json", "goods.csv", GOODS)["uploads"][0]
    reading = {"version": upload["version"], "then": "screen", "day": "2026-11-25"}
    _sent(anna, f"/screen/{upload['id']}/reading", reading)
    screen_waiting(node)
    send_file(anna, "/screen/files.json", "more.csv", GOODS.replace(b"C1", b"C3"))
    send_file(anna, "/screen/files.json", "odd.csv", ODD)


def _settings(node: Node, anna: Desk, chief: Desk) -> None:
    """Make rules that hide, a rule turned down, a filter that is kept, and a webhook."""
    ends = (node.today() + timedelta(days=60)).isoformat()
    told = {"reason": "other-goods", "owner": "anna", "expires": ends}
    _sent(anna, "/suppressions", {**told, "rules": ["vague"], "phrase": "chemical products"})
    _sent(anna, "/suppressions/1/approve", {"seen": _seen(anna, 1)})
    _sent(anna, "/suppressions", {**told, "substances": ["safrole"], "phrase": "tea blend"})
    turned = {"to": "off", "since": "2026-12-01", "why": "3 of 120 were right", "seen": 0}
    _sent(anna, "/rules/control/setting", turned)
    _sent(anna, "/queue/saved", {"name": "high", "queue": "severity=high", "shared": True})
    hook = {"name": "duty", "url": "https://duty.example/in", "severities": ["critical"]}
    _sent(chief, "/webhooks", hook)


def _seen(anna: Desk, number: int) -> int:
    return int(anna.get(f"/suppressions/{number}.json").json()["rule"]["last"])


def _sent(who: Desk, path: str, body: Mapping[str, Any]) -> None:
    answer = who.send(path, body)
    assert answer.is_success, (path, answer.text)
