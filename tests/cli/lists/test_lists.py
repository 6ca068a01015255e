"""The command `tidewaiter lists`."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest
from click.testing import Result
from tests.support.raising import message_of, says

DATA = Path(__file__).parents[2] / "data" / "parties"
Call = Callable[..., Result]


@pytest.fixture
def lists(call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call `tidewaiter lists` on an empty folder."""
    monkeypatch.setenv("TIDEWAITER_LISTS", str(here / "kept"))
    return lambda *arguments: call("lists", *map(str, arguments))


@pytest.fixture
def web(here: Path) -> Iterator[dict[str, tuple[int, bytes]]]:
    """Serve contents by their paths, with an entity tag."""
    held: dict[str, tuple[int, bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = held.get(self.path, (404, b""))
            tag = f'"{hash(content)}"'
            if self.headers.get("If-None-Match") == tag:
                status, content = 304, b""
            self.send_response(status)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    definitions = here / "kept" / "definitions"
    definitions.mkdir(parents=True)
    (definitions / "board.toml").write_text(
        'slug = "board"\nname = "Board"\nauthority = "Board"\nlicence = "For officers."\n'
        'source = "test"\nformats = ["ofac-xml"]\n'
        f'addresses = ["http://127.0.0.1:{running.server_port}/board.xml"]\n'
    )
    yield held
    running.shutdown()
    running.server_close()
    thread.join()


def legacy(count: int, day: str = "11/20/2026") -> bytes:
    """Write OFAC's XML with so many entries."""
    entries = "".join(
        f"<sdnEntry><uid>{n}</uid><lastName>PARTY {n}</lastName></sdnEntry>" for n in range(count)
    )
    said = f"<Publish_Date>{day}</Publish_Date><Record_Count>{count}</Record_Count>"
    return f"<sdnList><publshInformation>{said}</publshInformation>{entries}</sdnList>".encode()


def test_a_list_is_added_shown_and_compared(lists: Call, here: Path) -> None:
    """Two versions of one list; the format and the date of the files are detected."""
    for count, day in ((10, "11/01/2026"), (9, "11/20/2026")):
        (here / "sdn.xml").write_bytes(legacy(count, day))
        added = lists("add", here / "sdn.xml")
        assert added.exit_code == 0, added.output
        assert f"ofac-sdn: added, {count} entries" in added.stdout
    status = lists("status", "--day", "2026-11-25", "--json")
    (shown,) = map(json.loads, status.stdout.splitlines())
    assert shown["version"]["version"]["entries"] == 9
    assert shown["version"]["version"]["dated"] == "2026-11-20"
    earlier = json.loads(lists("status", "--day", "2026-11-10", "--json").stdout)
    assert earlier["version"]["version"]["entries"] == 10
    seen = lists("status", "--day", "2026-11-25").stdout
    assert "5 days" in seen
    assert "public domain" in seen
    changes = lists("diff", "ofac-sdn")
    assert "0 added, 1 removed, 0 changed" in changes.stdout
    assert "- 9 PARTY 9" in changes.stdout
    turned = json.loads(lists("diff", "ofac-sdn", "2026-11-20", "2026-11-01", "--json").stdout)
    assert [party["id"] for party in turned["added"]] == ["9"]


def test_what_cannot_be_read_is_told(lists: Call) -> None:
    """Exit status 1: the list is in force, and each refusal names its place."""
    result = lists("add", DATA / "uk-sanctions-list.csv")
    assert result.exit_code == 1
    assert "uk-sanctions-list: added, 3 entries" in result.stdout
    assert "row 4, entry XYZ0003, listed" in result.stderr
    assert "1 fields omitted" in result.stderr


def test_a_set_of_files_is_one_version(lists: Call, here: Path) -> None:
    """Entries, names and addresses come together, in any order."""
    null = ",-0- " * 7
    (here / "alt.csv").write_text('36,12,"aka","EXAIR",-0- \r\n', newline="")
    (here / "sdn.csv").write_text(f'36,"EXAMPLE AIR",-0- ,"CUBA"{null},-0- \r\n', newline="")
    result = lists("add", here / "alt.csv", here / "sdn.csv", "--dated", "2026-11-01")
    assert (result.exit_code, "in force since 2026-11-01" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "parties/file-empty"),
        (legacy(3)[:-30], "parties/xml-damaged"),
        (b"a,b,c\n1,2,3\n", "parties/format-not-known"),
        (legacy(3).replace(b">3</Rec", b">4</Rec"), "lists/fewer-entries-than-said"),
    ],
)
def test_a_broken_file_changes_nothing(
    lists: Call, here: Path, content: bytes, message: str
) -> None:
    """Exit status 2, and the version in force stays."""
    (here / "sdn.xml").write_bytes(legacy(3, "10/01/2026"))
    assert lists("add", here / "sdn.xml").exit_code == 0
    (here / "new.xml").write_bytes(content)
    result = lists("add", here / "new.xml", "--as", "ofac-sdn")
    assert result.exit_code == 2
    assert says(result.stderr, message)
    assert json.loads(lists("status", "--json").stdout)["version"]["version"]["entries"] == 3


def test_a_lost_fifth_takes_force(lists: Call, here: Path) -> None:
    """Only with --force."""
    (here / "a.xml").write_bytes(legacy(10, "11/01/2026"))
    (here / "b.xml").write_bytes(legacy(5, "11/02/2026"))
    assert lists("add", here / "a.xml").exit_code == 0
    refused = lists("add", here / "b.xml")
    message = message_of("lists/too-many-entries-gone", new=5, old=10, share=0.5)
    assert (refused.exit_code, message in refused.stderr) == (2, True)
    assert lists("add", here / "b.xml", "--force").exit_code == 0


def test_an_own_list_takes_a_name(lists: Call) -> None:
    """CSV does not name its publisher; without --as the command asks."""
    asked = lists("add", DATA / "own.csv")
    assert (asked.exit_code, "--as" in asked.stderr) == (2, True)
    assert "my-list: added" in lists("add", DATA / "own.csv", "--as", "my-list").stdout
    assert lists("add", DATA / "own.csv", "--as", "../x").exit_code == 2


def test_update_fetches_what_is_new(lists: Call, web: dict[str, tuple[int, bytes]]) -> None:
    """Unchanged is said; a broken file or a server's page leaves the list as it was."""
    web["/board.xml"] = (200, legacy(10, "11/01/2026"))
    assert "board: updated, 10 entries" in lists("update", "board").stdout
    assert "board: unchanged" in lists("update").stdout
    web["/board.xml"] = (200, legacy(11, "11/10/2026")[:-50])
    broken = lists("update", "board")
    assert (broken.exit_code, says(broken.stderr, "parties/xml-damaged")) == (2, True)
    web["/board.xml"] = (200, b"<html><body>Maintenance</body></html>")
    assert lists("update", "board").exit_code == 2
    web["/board.xml"] = (404, b"")
    moved = lists("update", "board")
    assert "404" in moved.stderr
    web["/board.xml"] = (200, legacy(4, "11/12/2026"))
    lost = lists("update", "board")
    assert message_of("lists/too-many-entries-gone", new=4, old=10, share=0.6) in lost.stderr
    assert json.loads(lists("status", "--json").stdout)["version"]["version"]["entries"] == 10
    web["/board.xml"] = (200, legacy(11, "11/20/2026"))
    assert "board: updated, 11 entries" in lists("update", "board").stdout
    assert "1 added, 0 removed" in lists("diff", "board").stdout


def test_files_of_one_list_are_fetched_together(
    lists: Call, here: Path, web: dict[str, tuple[int, bytes]]
) -> None:
    """Where one of them changed, the version is made of all; --from names other addresses."""
    text = (here / "kept" / "definitions" / "board.toml").read_text()
    (base,) = re.findall(r"http://[^/]+", text)
    null = ",-0- " * 7
    web["/sdn.csv"] = (200, f'36,"EXAMPLE AIR",-0- ,"CUBA"{null},-0- \r\n'.encode())
    web["/alt.csv"] = (200, b'36,12,"aka","EXAIR",-0- \r\n')
    (here / "kept" / "definitions" / "set.toml").write_text(
        'slug = "set"\nname = "Set"\nauthority = "A"\nlicence = "L"\nsource = "test"\n'
        f'addresses = ["{base}/sdn.csv", "{base}/alt.csv"]\n'
    )
    assert "set: updated, 1 entry" in lists("update", "set").stdout
    assert "set: unchanged" in lists("update", "set").stdout
    web["/alt.csv"] = (200, b'36,12,"aka","EX-AIR",-0- \r\n')
    assert "set: updated, 1 entry" in lists("update", "set").stdout
    assert "+[EX-AIR | alias]" in lists("diff", "set").stdout
    web["/mirror"] = (200, legacy(2))
    assert (
        "other: updated, 2 entries" in lists("update", "other", "--from", f"{base}/mirror").stdout
    )


def test_update_needs_an_address(lists: Call) -> None:
    """Only addresses that the user named are fetched."""
    nothing = lists("update")
    assert (nothing.exit_code, says(nothing.stderr, "cli/no-list-with-address")) == (2, True)
    assert lists("update", "my-list").exit_code == 2
    assert lists("update", "--from", "http://127.0.0.1:9/x").exit_code == 2


def test_a_list_without_versions_is_named(lists: Call) -> None:
    """For status, an empty folder is fine; for a comparison, it is an error."""
    assert "There are no party lists" in lists("status").stderr
    assert "un-sc" in lists("status", "--known").stdout
    assert lists("diff", "un-sc").exit_code == 2


def test_each_part_of_the_command_has_help_and_a_place_in_the_documentation(
    commands: dict[str, click.Command],
) -> None:
    """Options say what they do, help ends in an example, and the page of commands shows each."""
    group = commands["lists"]
    assert isinstance(group, click.Group)
    page = (Path(__file__).parents[3] / "docs" / "reference" / "commands.md").read_text()
    for name, command in group.commands.items():
        assert f"```{{command}} lists {name}\n" in page
        assert f"tidewaiter lists {name}" in (command.help or "").strip().splitlines()[-1]
        options = [param for param in command.params if isinstance(param, click.Option)]
        assert all(option.help for option in options)


def test_names_in_doubt_are_reported_when_a_list_is_added(lists: Call, here: Path) -> None:
    """They do not change the exit status of `add`; `check` finds them later, and ends with 1."""
    (here / "own.csv").write_text(
        "id,kind,name,aliases,action\n"
        "1,organisation,Example AG,Wilayat Namuna\u060c Province of Example,watched\n"
        "2,person,Kumaran Selvam,குமரன் செல்வம்,watched\n",
        encoding="utf-8",
    )
    added = lists("add", "own.csv", "--as", "own")
    assert added.exit_code == 0
    assert "entry 1, alias" in added.stderr
    assert "1 name in Tamil script" in added.stderr
    checked = lists("check", "own", "--json")
    assert checked.exit_code == 1
    doubts = json.loads(checked.stdout)["doubts"]
    assert [each["entry"] for each in doubts["several"]] == ["1"]
    assert doubts["scripts"] == [{"script": "Tamil", "names": 1, "entries": 0}]


def test_a_list_without_doubts_checks_well(lists: Call, here: Path) -> None:
    """A list that is not kept is refused."""
    (here / "own.csv").write_text("id,kind,name,action\n1,person,Ann Example,watched\n")
    assert lists("add", "own.csv", "--as", "own").stderr == ""
    assert lists("check").exit_code == 0
    assert lists("check", "other").exit_code == 2
