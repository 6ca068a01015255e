"""The pages of party lists: what is stored, what changed, and who may change it."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.node.jobs.worker import do_next
from tidewaiter.node.uploads.jobs import Bench
from tidewaiter.store.jobs import NewJob, add_job
from tidewaiter.store.uploads import Lease
from tidewaiter.web.core.node import Node
from tidewaiter.web.jobs.kinds import JOB_KINDS

_HEAD = "id,kind,name,action,listed,births\n"
_OLD = _HEAD + "".join(f"{n},person,Person {n},blocked,2022-03-01,1970\n" for n in range(1, 7))
_NEW = _OLD.replace("6,person,Person 6,blocked,2022-03-01,1970\n", "").replace(
    "1,person,Person 1,blocked,2022-03-01,1970", "1,person,Person 1,blocked,2022-03-01,1970;1971"
) + ("9,organisation,Neue Chemie AG,blocked,2026-11-01,\n")
_HIDDEN = "id,kind,name,action,confidential\ns1,organisation,Geheim GmbH,blocked,yes\n"
Works = Callable[[], None]


@pytest.fixture
def works(node: Node, tmp_path: Path) -> Works:
    """Give the installation a folder of lists; do the jobs that wait, in this process."""
    node.serving = msgspec.structs.replace(node.serving, lists=str(tmp_path / "lists"))
    node.desk = node.serving.desk()
    node.desk.spool.make()
    lease = Lease(worker="here 1 a", seconds=60)
    bench = Bench(desk=node.desk, database=node.database, lease=lease, leaving=threading.Event())

    def work() -> None:
        while do_next(bench, JOB_KINDS):
            pass

    return work


def _send(who: Desk, text: str, **fields: str) -> dict[str, object]:
    answer = who.client.post(
        f"/list-changes/files.json?csrf={who.token()}",
        files={"files": ("ours.csv", text.encode(), "text/csv")},
        data=fields,
        headers=who._headers(None),
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _filled(who: Desk, works: Works) -> None:
    _send(who, _OLD, slug="ours", dated="2026-01-05")
    works()
    _send(who, _NEW, slug="ours", dated="2026-11-05")
    works()


def test_a_list_is_added_from_its_files_and_its_versions_are_compared(
    node: Node, works: Works, desk: Callable[..., Desk]
) -> None:
    """The page names what was added, removed and changed; the file is not kept in the spool."""
    chief = desk("administrator")
    _filled(chief, works)
    assert [each["state"] for each in chief.get("/jobs.json").json()["jobs"]] == ["done", "done"]
    assert [each for each in node.desk.spool.folder.iterdir() if "." not in each.name] == []
    (row,) = chief.get("/lists.json").json()["lists"]
    assert (row["slug"], row["entries"], row["since"], row["versions"]) == (
        "ours",
        6,
        "2026-11-05",
        2,
    )
    page = desk("viewer").get("/lists/ours/versions.json").json()["changes"]
    assert [each["name"] for each in page["added"]] == ["Neue Chemie AG"]
    assert [each["name"] for each in page["removed"]] == ["Person 6"]
    (changed,) = page["changed"]
    assert changed["fields"] == [{"field": "births", "removed": [], "added": ["1971"]}]


def test_a_list_that_lost_many_entries_is_accepted_only_on_request(
    works: Works, desk: Callable[..., Desk]
) -> None:
    """The job says so, and its files are still there for a second try."""
    chief = desk("administrator")
    _filled(chief, works)
    job = _send(chief, _HEAD + "1,person,Person 1,blocked,,\n", slug="ours", dated="2026-11-20")
    works()
    told = chief.get(f"/jobs/{job['id']}.json").json()["job"]
    assert told["state"] == "failed"
    assert told["fault"]["code"] == "lists/too-many-entries-gone"
    assert told["can_force"]
    again = chief.send(f"/jobs/{job['id']}/again", {"force": True}).json()
    works()
    assert chief.get(f"/jobs/{again['id']}.json").json()["job"]["state"] == "done"
    assert chief.get("/lists.json").json()["lists"][0]["entries"] == 1


def test_a_restricted_list_is_told_of_to_nobody_without_clearance(
    works: Works, desk: Callable[..., Desk]
) -> None:
    """Neither its page, nor the list of lists, nor its job names it."""
    chief, other = desk("administrator", "chief", cleared=True), desk("administrator", "other")
    job = _send(chief, _HIDDEN, slug="secret", dated="2026-02-01")
    assert "secret" not in other.get("/jobs").text  # before it is read, too
    works()
    assert chief.get("/lists/secret/versions").status_code == 200
    assert other.get("/lists/secret/versions").status_code == 404
    assert other.get(f"/jobs/{job['id']}").status_code == 404
    for path in ("/lists", "/jobs"):
        assert "secret" in chief.get(path).text
        assert "secret" not in other.get(path).text
        assert "Geheim" not in other.get(path).text


@pytest.mark.parametrize("role", ["viewer", "analyst", "supervisor"])
def test_only_an_administrator_changes_lists(
    works: Works, desk: Callable[..., Desk], role: str
) -> None:
    """Others see them, without the forms."""
    del works
    who = desk(role)
    for path, body in (
        ("/list-changes/update", {"slug": "ofac-sdn"}),
        ("/list-changes/address", {"address": "https://example.org/a.csv", "slug": "a"}),
        ("/list-changes/threshold", {"least": 0.5, "why": "so"}),
    ):
        assert who.send(path, body).status_code == 403
    page = who.get("/lists")
    assert page.status_code == 200
    assert "/list-changes/" not in page.text


@pytest.mark.parametrize(
    "address",
    ["http://example.org/a.csv", "file:///etc/passwd", "https://127.0.0.1/a", "https://[::1]/a"],
)
def test_an_address_inside_is_not_reached(
    works: Works, desk: Callable[..., Desk], address: str
) -> None:
    """Other schemes are refused at once; the rest fails before a connection."""
    chief = desk("administrator")
    answer = chief.send("/list-changes/address", {"address": address, "slug": "a"})
    if not address.startswith("https://"):
        assert answer.json()["code"] == "transport/not-an-https-address"
        return
    works()
    told = chief.get(f"/jobs/{answer.json()['id']}.json").json()["job"]
    assert told["state"] == "failed"
    assert told["fault"]["code"] == "transport/cannot-be-reached"
    assert "inside a network" in told["fault"]["values"]["error"]


def test_a_threshold_is_saved_with_a_reason(
    node: Node, works: Works, desk: Callable[..., Desk]
) -> None:
    """It is in the audit log, and an empty one returns to the default."""
    chief = desk("administrator")
    told = chief.send("/list-changes/threshold", {"least": 0.7, "why": "reviewed"}).json()
    assert told["code"] == "web/threshold-without-list"
    _filled(chief, works)
    chief.send("/list-changes/threshold", {"least": 0.7, "why": "40 a day can be reviewed"})
    kept = chief.get("/lists.json").json()["threshold"]
    assert (kept["threshold"], kept["why"]) == (0.7, "40 a day can be reviewed")
    actions = [each["action"] for each in chief.get("/audit.json").json()["entries"]]
    assert "threshold saved" in actions
    answer = chief.send("/list-changes/threshold", {"least": 0.7, "why": " "})
    assert answer.json()["code"] == "web/threshold-without-reason"
    chief.send("/list-changes/threshold", {"why": "back"})
    assert chief.get("/lists.json").json()["threshold"] is None
    assert Archive(Path(node.serving.lists or "")).at("ours", date(2026, 11, 25))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "path", ["/lists", "/lists/ours/versions", "/jobs", "/jobs/1", "/rescreen"]
)
def test_the_pages_are_accessible(
    served: tuple[str, Node], opened: Opened, tmp_path: Path, path: str, width: int
) -> None:
    """On a desk and on a phone; a job that waits shows its progress."""
    _, node = served
    archive = Archive(tmp_path / "lists")
    for text, dated in ((_OLD, date(2026, 1, 5)), (_NEW, date(2026, 11, 5))):
        files = [ListFile(name="ours.csv", content=text.encode())]
        read = read_list(files, load_definitions(), "ours")
        archive.add(read, files, datetime(2026, 11, 25, tzinfo=UTC), dated=dated)
    node.serving = msgspec.structs.replace(node.serving, lists=str(archive.folder))
    with node.change(None) as work:
        add_job(work, NewJob(kind="list-update", subject="ours"))
    page, told = opened(path, role="administrator", width=width)
    check_page(page, told, width)
