"""The installations that screenshots show: an office with the sample manifest, and coalition nodes.

They are set up in a temporary folder from what this checkout contains, and their clock does not
run, so that a picture changes only when its page does.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from unittest.mock import patch

import httpx
from click.testing import CliRunner
from msgspec import structs
from tests.support.ports import free_port
from tests.support.serving import listening, wait_for

from tidewaiter.accounts.roles import Role
from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.resources import data
from tidewaiter.bulk.sandbox import Limits
from tidewaiter.cli.core.main import main
from tidewaiter.demo.actions import play
from tidewaiter.demo.nodes import set_up
from tidewaiter.demo.story import load_story
from tidewaiter.explain.languages import naming
from tidewaiter.node import identity
from tidewaiter.node.network.resolution import resolve_database
from tidewaiter.node.uploads import arrivals, jobs
from tidewaiter.node.uploads.arrivals import queue_sample
from tidewaiter.node.uploads.jobs import Bench, new_lease
from tidewaiter.node.uploads.workers import work_once
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.transport.context import Desk
from tidewaiter.web.core.app import make_app
from tidewaiter.web.core.node import Node, Serving
from tidewaiter.web.core.security import COOKIE

SiteName = Literal["report", "office", "asteria", "borealia"]

_COUNTS = Path(__file__).resolve().parent.parent / "tests/data/burden/vsrr-us-2026-06.csv"
_SAMPLE_DAY = date(2026, 11, 25)
_STORY_DAY = date(2025, 10, 22)  # a notification to Borealia of 20 October awaits its reply
_PATIENCE = 300.0  # seconds
_PEOPLE: Mapping[Role, str] = MappingProxyType({"administrator": "admin", "analyst": "lee"})
_LIST = "example-sanctions"
_PARTIES = """\
id,kind,name,countries,action,basis,source,listed,ties
W-1,organisation,Yangben Sample Industries Co Ltd,CN,blocked,Order,,2026-03-02,owned-by:W-2:60 %
W-2,person,Example Person,CN,blocked,Order,,2026-03-02,
"""
_DEFINITION = f"""\
slug = "{_LIST}"
name = "Example sanctions list"
authority = "Example authority"
licence = "Invented."
source = "our own"
formats = ["own-csv"]
action = "blocked"
"""


class Clock:
    """A clock that stands still, apart from the minutes that it is told to let pass."""

    def __init__(self, day: date) -> None:
        self.moment = datetime.combine(day, time(9), UTC)

    def pass_by(self, minutes: int) -> None:
        """Let time pass."""
        self.moment += timedelta(minutes=minutes)


class StillNode(Node):
    """An installation that asks a clock of ours for the time."""

    def __init__(self, serving: Serving, clock: Clock) -> None:
        super().__init__(serving)
        self.clock = clock
        # The preview of a file may wait for a busy machine; the file is ours.
        self.desk = structs.replace(self.desk, limits=Limits(seconds=_PATIENCE))

    def now(self) -> datetime:
        """Return the time of the clock."""
        return self.clock.moment

    def today(self) -> date:
        """Return the day of the clock."""
        return self.clock.moment.date()

    def _exchange(self) -> Desk:
        desk = super()._exchange()
        desk.clock = self.now
        return desk


class Site(NamedTuple):
    """What a browser can open."""

    address: str
    secrets: Mapping[Role, str] = MappingProxyType({})  # of the session of the person in each role

    def ask(self, path: str, record: Mapping[str, Any] | None = None) -> Any:
        """Read the record of a page as an analyst, or send a form of it.

        Raises:
            httpx.HTTPStatusError: It is refused.
        """
        secret = self.secrets["analyst"]
        headers = {"Cookie": f"{COOKIE}={secret}", "X-CSRF-Token": form_token(secret)}
        method = "GET" if record is None else "POST"
        url = f"{self.address}{path}"
        answer = httpx.request(method, url, json=record, headers=headers, timeout=_PATIENCE)
        return answer.raise_for_status().json()


@contextmanager
def _report(folder: Path) -> Iterator[Site]:
    """Write the report of the sample manifest, as the tutorial does."""
    manifest, listed, report = (
        folder / name for name in ("manifest.csv", "list.csv", "report.html")
    )
    for sample in (manifest, listed):
        sample.write_bytes(data("samples", sample.name).read_bytes())
    lists = str(folder / "report-lists")  # the office has another
    _run(
        "lists",
        "add",
        str(listed),
        "--as",
        "invented-list",
        "--dated",
        "2026-11-01",
        "--lists",
        lists,
    )
    options = ["--day", str(_SAMPLE_DAY), "--report", str(report), "--ok-with-refusals"]
    _run("screen", str(manifest), *options, "--lists", lists)
    yield Site(folder.as_uri())


def _office(folder: Path) -> AbstractContextManager[Site]:
    """Serve an office that screened the sample manifest, with a list of invented parties."""
    lists, releases = folder / "lists", folder / "releases"
    (lists / "definitions").mkdir(parents=True)
    (lists / "definitions" / f"{_LIST}.toml").write_text(_DEFINITION, encoding="utf-8")
    listed = folder / f"{_LIST}.csv"
    listed.write_text(_PARTIES, encoding="utf-8")
    _run("lists", "add", str(listed), "--as", _LIST, "--dated", "2026-03-02", "--lists", str(lists))
    _run("burden", "add", str(_COUNTS), "--released", "2026-06", "--archive", str(releases))
    database = str(folder / "office.db")
    serving = Serving(db=database, lists=str(lists), archive=str(releases), port=free_port())
    return _served(serving, Clock(_SAMPLE_DAY), folder / "office.key", _fill)


def _fill(site: Site, node: StillNode) -> None:
    """Screen the sample, resolve its parties, and let an analyst work on two alerts."""
    node.desk.spool.make()
    queue_sample(node.database, node.desk, _SAMPLE_DAY)
    leaving = threading.Event()
    bench = Bench(desk=node.desk, database=node.database, lease=new_lease(), leaving=leaving)
    while work_once(bench):
        pass
    node.clock.pass_by(6)
    resolve_database(node.database, partial(node.stamp, None), lambda *_: None)
    alerts = [row["alert"]["id"] for row in site.ask("/queue.json")["rows"]]
    node.clock.pass_by(25)
    site.ask("/cases", {"title": "Acetic anhydride for a listed party", "alert": alerts[1]})
    node.clock.pass_by(4)
    decision = {"verdict": "dismiss", "reason": "other-goods", "note": "Perfume", "seen": 0}
    site.ask(f"/alerts/{alerts[-1]}/decision", decision)
    node.clock.pass_by(3)


def _coalition_node(key: str, folder: Path) -> AbstractContextManager[Site]:
    """Serve a node of the coalition demo, as it is on a day in October."""
    folder = folder / "coalition"
    if not folder.exists():
        folder.mkdir()
        _play(folder)
    serving = Serving(db=str(folder / f"{key}.db"), port=free_port())
    return _served(serving, Clock(_STORY_DAY), folder / f"{key}.key")


def _play(folder: Path) -> None:
    """Play the story of the coalition until that day."""
    story = load_story("coalition")
    with set_up(story, folder) as stage:
        for told in play(stage, "frozen"):
            if told.day > _STORY_DAY:
                break


SITES: Mapping[SiteName, Callable[[Path], AbstractContextManager[Site]]] = MappingProxyType(
    {
        "report": _report,
        "office": _office,
        "asteria": partial(_coalition_node, "asteria"),
        "borealia": partial(_coalition_node, "borealia"),
    }
)
"""Each makes its data in a folder; the nodes of the coalition share theirs."""


@contextmanager
def _served(
    serving: Serving, clock: Clock, key: Path, fill: Callable[[Site, StillNode], None] | None = None
) -> Iterator[Site]:
    """Serve an installation; `fill` works in it first."""
    countries = {each.country: each.name for each in load_story("coalition").node}
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, {"TIDEWAITER_KEY": str(key)}))
        stack.enter_context(_still(clock))
        stack.enter_context(naming(countries))
        node = StillNode(serving, clock)
        stack.enter_context(listening(make_app(node), serving.port))  # closes the node at its end
        wait_for(serving.address(), seconds=round(_PATIENCE))
        site = Site(serving.address(), {role: _sign_in(node, role) for role in _PEOPLE})
        if fill is not None:
            fill(site, node)
        yield site


def _sign_in(node: Node, role: Role) -> str:
    """Create an account and sign it in; return the secret of the session."""
    with node.change(None) as work:
        account = add_account(work, NewAccount(name=_PEOPLE[role], role=role))
        return begin_session(work, account, "Chromium")


@contextmanager
def _still(clock: Clock) -> Iterator[None]:
    """Let the modules that ask the machine for the time ask a clock of ours during the block."""

    class Still(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Still":
            return cls.fromtimestamp(clock.moment.timestamp(), tz)

    with ExitStack() as stack:
        for module in (identity, jobs, arrivals):
            stack.enter_context(patch.object(module, "datetime", Still))
        yield


def _run(*words: str) -> None:
    """Run a command of ours.

    Raises:
        RuntimeError: It fails.
    """
    done = CliRunner().invoke(main, words)
    if done.exit_code:
        raise RuntimeError(f"tidewaiter {' '.join(words)}: {done.output}") from done.exception
