"""The list of uploads: several at once, its pages, what is cancelled, and progress."""

from collections.abc import Callable

from tests.web.conftest import Desk
from tests.web.sent import read, sent

from tidewaiter.store.uploads import Arrived, Options, add_upload
from tidewaiter.web.core.node import Node

SignIn = Callable[..., Desk]


def test_several_files_are_screened_at_once(desk: SignIn, work: Callable[[], None]) -> None:
    """One form may bring several; one button queues all of mine that are ready."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    files = [("files", (f"{n}.csv", b"goods\nacetone %d\n" % n, "text/csv")) for n in range(3)]
    answer = one.client.post(
        f"/screen/files?csrf={one.token()}",
        files=files,
        headers=one._headers(None),
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/screen"
    sent(other, b"goods\nbenzene\n", "theirs.csv")
    assert one.post("/screen/ready").status_code == 303
    states = {each["name"]: each["state"] for each in one.get("/screen.json").json()["uploads"]}
    assert states == {
        "theirs.csv": "mapped",
        "0.csv": "queued",
        "1.csv": "queued",
        "2.csv": "queued",
    }
    work()


def test_the_list_goes_on_behind_a_page(desk: SignIn, node: Node) -> None:
    """Fifty at a time, the newest first."""
    one = desk("analyst")
    with node.change(None) as work:
        for number in range(50):
            add_upload(
                work, Arrived(name=f"{number}.csv", sha256=f"{number:064}", size=1), Options()
            )
    sent(one, b"goods\nacetone\n")
    first = one.get("/screen.json").json()
    rest = one.get(f"/screen.json?before={first['next']}").json()
    assert (len(first["uploads"]), len(rest["uploads"]), rest["next"]) == (50, 1, None)
    assert f"/screen?before={first['next']}" in one.get("/screen").text


def test_cancelled_before_its_turn(desk: SignIn, work: Callable[[], None]) -> None:
    """It is not screened; screened after all, it is."""
    one = desk("analyst")
    upload = read(one, sent(one, b"goods\nacetone\n"), "screen").json()
    assert (
        one.post(f"/screen/{upload['id']}/cancel", {"version": upload["version"]}).status_code
        == 303
    )
    work()
    upload = one.get(f"/screen/{upload['id']}.json").json()["upload"]
    assert upload["state"] == "cancelled"
    assert read(one, upload, "screen").json()["state"] == "queued"


def test_progress_is_a_part_of_the_page_until_it_ends(
    desk: SignIn, work: Callable[[], None]
) -> None:
    """It asks for itself each second; when the screening has ended, the whole page is loaded."""
    one = desk("analyst")
    upload = read(one, sent(one, b"goods\nacetone\n"), "screen").json()
    waiting = one.get(f"/screen/{upload['id']}/progress")
    assert "<html" not in waiting.text
    assert 'hx-trigger="every 1s"' in waiting.text
    assert "hx-refresh" not in waiting.headers
    work()
    assert one.get(f"/screen/{upload['id']}/progress").headers["hx-refresh"] == "true"
