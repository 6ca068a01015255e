"""`tidewaiter node`, `peers` and `notices`: two authorities meet, notify, answer and freeze."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from tests.cli.nodes import Node
from tests.support.notices import NOTICE, changed
from tests.support.raising import says

from tidewaiter.exchange.notices.xml import NoticeFile, write_xml
from tidewaiter.exchange.private.intersection import is_there
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.outbox import failed_with

LEAVES = datetime.now(UTC).date() + timedelta(days=60)


@pytest.fixture
def notice(here: Path) -> str:
    """Write a notice that may go out."""
    transport = changed(NOTICE.transport, dispatch=LEAVES)
    made = changed(NOTICE, sent=None, reply_by=None, transport=transport)
    (here / "notice.xml").write_bytes(write_xml(NoticeFile(notice=made)))
    return "notice.xml"


def test_a_notice_is_sent_and_answered(met: tuple[Node, Node], notice: str) -> None:
    """Each side reads the same, from its own database."""
    one, other = met
    one.run("notices", "send", notice, "--to", other.node)
    one.bring(other)
    assert "importer" in other.run("notices", "list", "--state", "sent").stdout
    other.run("notices", "ask", "1", "Who is the end user?")
    other.run("notices", "agree", "1", "--by", "Licensing")
    other.bring(one)
    shown = one.run("notices", "show", "1").stdout
    assert "version 1: no objection" in shown
    assert [line.split(": ")[1] for line in shown.splitlines()[1:]] == [
        "sent",
        "query",
        "no-objection",
    ]
    assert "entries verified" in one.run("node", "verify").stdout
    assert "processed" in one.run("node", "status").stdout


def test_a_notice_that_lacks_something_is_not_sent(
    met: tuple[Node, Node], here: Path, notice: str
) -> None:
    """It says what, and where."""
    one, other = met
    bare = changed(NOTICE, sent=None, reply_by=None, lines=())
    (here / "bare.xml").write_bytes(write_xml(NoticeFile(notice=bare)))
    told = one.run("notices", "send", "bare.xml", "--to", other.node, code=2)
    assert "wrong: lines" in told.stderr
    assert one.run("notices", "list").stdout == ""
    assert notice


@pytest.mark.parametrize(("held", "left"), [("--release", 1), ("--discard", 0)])
def test_what_is_written_to_a_frozen_peer_waits(
    met: tuple[Node, Node], held: str, left: int
) -> None:
    """It is seen, and let go or destroyed when the words were compared again."""
    one, other = met
    one.run("peers", "freeze", other.node, "--reason", "order of 3 May")
    one.run("peers", "send", other.node, "hello")
    assert "1 held" in one.run("node", "status").stdout
    one.bring(other)
    assert "their side frozen" in other.run("node", "status").stdout
    one.run("peers", "confirm", other.node, other.words, code=2)
    one.run("peers", "confirm", other.node, other.words, held)
    before = one.run("node", "status").stdout
    one.bring(other)
    assert ("1 discarded" in before) == (left == 0)
    assert "held" not in one.run("node", "status").stdout


def test_words_of_another_are_refused(met: tuple[Node, Node]) -> None:
    """An interceptor between two nodes would show other words."""
    one, other = met
    one.run("peers", "freeze", other.node)
    told = one.run("peers", "confirm", other.node, one.words, code=2)
    assert says(told.stderr, "transport/fingerprint-differs")
    wrong = " ".join(["zork", *other.words.split()[1:]])  # the order alone may fit, one in 16
    told = one.run("peers", "confirm", other.node, wrong, code=2)
    assert says(told.stderr, "exchange/not-the-fingerprint-words")


def test_people_read_what_the_others_wrote(met: tuple[Node, Node]) -> None:
    """Both sides see the same, whichever keys it was received under."""
    one, other = met
    one.run("peers", "send", other.node, "Who is the end user?")
    one.bring(other)
    other.run("node", "rotate")
    other.run("peers", "send", one.node, "Paint works Alfa")
    other.bring(one)
    for each, peer in ((one, other), (other, one)):
        told = each.run("peers", "messages", peer.node).stdout.splitlines()
        assert [line.split(": ", 1)[1] for line in told] == [
            "Who is the end user?",
            "Paint works Alfa",
        ]
    assert "they: Who is" in other.run("peers", "messages", one.node).stdout


def test_a_node_says_something_else_of_itself(met: tuple[Node, Node]) -> None:
    """Its peers come to know it; its words stay."""
    one, other = met
    one.run("node", "change", "--name", "Customs of Aland", "--endpoint", "https://new.example")
    one.bring(other)
    assert "Customs of Aland" in other.run("peers", "list").stdout
    assert one.run("node", "document").stdout.splitlines()[1] == one.words
    one.run("node", "change", "--endpoint", "ftp://new.example", code=2)


def test_without_a_place_for_its_roots_nothing_is_a_node(
    call: Callable[..., Result], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that has lost its roots could never recover its keys."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(here / "corfu.key"))
    (here / "file").write_text("no folder")
    told = call("node", "init", "--name", "Corfu", "--roots", "file/roots", "--db", "corfu.db")
    assert told.exit_code == 2
    assert not (here / "corfu.ring").exists()


def test_keys_are_changed_and_what_follows_holds(met: tuple[Node, Node]) -> None:
    """The peer takes the new keys under the old ones, and the next message under the new."""
    one, other = met
    one.run("node", "rotate")
    one.run("peers", "send", other.node, "under new keys")
    one.bring(other)
    status = one.run("node", "status").stdout
    assert "waiting" not in status
    assert "sealed" not in status


def test_a_node_is_restored_from_its_backup(
    met: tuple[Node, Node], here: Path, call: Callable[..., Result]
) -> None:
    """It resumes where it was, and does not reuse the numbers it lost."""
    one, other = met
    key = call("node", "backup-key", "backup.txt").stdout.strip()
    one.run("peers", "send", other.node, "before")
    one.bring(other)
    one.run("node", "backup", "--to", key, "--out", "node.age")
    one.run("peers", "send", other.node, "after the backup")
    one.bring(other)
    for place in here.glob("aland.*"):
        place.rename(place.with_name(f"lost-{place.name}"))
    told = one.run("node", "restore", "node.age", "--identity", "backup.txt")
    assert "aland.db" in told.stderr
    one.run("node", "restore", "node.age", "--identity", "backup.txt", code=2)
    assert "entries verified" in one.run("node", "verify").stdout
    assert "has not been asked yet" in one.run("node", "status").stdout
    for hidden in (("peers", "messages", other.node), ("notices", "list"), ("incidents", "list")):
        assert "restored from an older state" in one.run(*hidden, code=2).stderr
    one.catch_up(other)
    assert "restored" not in one.run("node", "status").stdout
    assert "here, processed: after the backup" in one.run("peers", "messages", other.node).stdout
    one.run("peers", "send", other.node, "after all")
    one.bring(other)
    assert "refused" not in one.run("node", "status").stdout
    assert "turned" not in one.run("node", "status").stdout
    assert key not in (here / "node.age").read_bytes().decode("latin-1")


def test_a_node_says_that_its_database_was_put_back_and_what_it_goes_on_without(
    met: tuple[Node, Node],
) -> None:
    """By a command, as no program detected it; a permanently lost peer is excluded by name."""
    one, other = met
    one.run("node", "restored")
    one.run("peers", "messages", other.node, code=2)
    told = msgspec.json.decode(one.run("node", "status", "--json").stdout)
    assert (told["missing"], told["peer"]["owed"]) == (None, -1)
    assert "Bergen" in one.run("node", "restored", "--without", other.node).stdout
    one.run("peers", "messages", other.node)
    told = one.run("node", "restored", "--without", other.node, code=2)
    assert says(told.stderr, "store/nothing-missing")
    one.run("node", "restored", "--without", "tidewaiter/nobody", code=2)


def test_a_peer_that_was_away_is_tried_again_by_a_command(met: tuple[Node, Node]) -> None:
    """Status says how often it failed and when it is tried next; then it is tried at once."""
    one, other = met
    one.run("peers", "send", other.node, "hello")
    with open_database("aland.db") as database, database.work(own_stamp()) as work:
        failed_with(work, other.node, tries=12, due="2099-01-02T03:04:05", trouble="it is away")
    status = one.run("node", "status").stdout
    assert "12 attempts failed, next attempt 2099-01-02T03:04:05; it is away" in status
    told = msgspec.json.decode(one.run("node", "status", "--json").stdout)["peer"]
    assert (told["tries"], told["due"]) == (12, "2099-01-02T03:04:05")
    assert "Bergen" in one.run("node", "retry", other.node).stdout
    assert "tries" not in one.run("node", "status").stdout
    assert "Bergen" in one.run("node", "retry").stdout
    one.run("node", "retry", "tidewaiter/nobody", code=2)


def test_a_backup_opens_with_its_own_key_alone(
    met: tuple[Node, Node], here: Path, call: Callable[..., Result]
) -> None:
    """Files that are not a backup, or not a key, are reported."""
    one, _ = met
    key = call("node", "backup-key", "backup.txt").stdout.strip()
    call("node", "backup-key", "other.txt")
    one.run("node", "backup", "--to", "age1nothing", "--out", "node.age", code=2)
    one.run("node", "backup", "--to", key, "--out", "node.age")
    for place in here.glob("aland.*"):
        place.rename(place.with_name(f"lost-{place.name}"))
    told = one.run("node", "restore", "node.age", "--identity", "other.txt", code=2)
    assert says(told.stderr, "transport/backup-does-not-open")
    assert list(here.glob("aland.db")) == []


def test_what_is_outside_the_scope_is_neither_sent_nor_taken(met: tuple[Node, Node]) -> None:
    """Each side says for itself what it exchanges."""
    one, other = met
    assert "notice" in one.run("peers", "scope", other.node, "--kind", "notice").stdout
    assert "not" in one.run("peers", "send", other.node, "hello", code=2).stderr
    other.run("peers", "send", one.node, "hello")
    other.bring(one)
    assert "1 refused" in other.run("node", "status").stdout


@pytest.mark.skipif(not is_there(), reason="the extra psi is not installed")
def test_a_peer_is_asked_privately_what_was_confirmed(met: tuple[Node, Node], here: Path) -> None:
    """From a screening and its decision to a hit with its meaning, and back to none."""
    asker, holder = met
    (here / "manifest.csv").write_text(
        "Consignment,Description of goods,Consignee,Consignee address,Consignee country\n"
        'C1,Safrole 20 kg,Northern Solvents Ltd,"4 Quay Road, 10115 Berlin",DE\n'
    )
    holder.run("screen", "manifest.csv", "--out", "alerts.jsonl")
    alert = json.loads((here / "alerts.jsonl").read_text().splitlines()[0])["id"]
    holder.run("alerts", "decide", "confirm", alert, "--reason", "documents")
    ask = (
        "private",
        "ask",
        holder.node,
        "--purpose",
        "investigation",
        "--name",
        "Northern Solvents Limited",
        "--address",
        "10115 Berlin",
    )
    assert says(asker.run(*ask, code=2).stderr, "store/no-offer-to-answer")
    told = holder.run("private", "allow", asker.node, "--purpose", "investigation").stdout
    assert "192 keys a day" in told
    assert "1 key of 1 party" in told
    holder.bring(asker)
    (here / "more.jsonl").write_text('{"name":"Unseen","numbers":[["email","a@unseen.example"]]}\n')
    number = asker.run(*ask, "--file", "more.jsonl").stdout.split("\t")[0]
    asker.bring(holder)
    holder.bring(asker)
    shown = asker.run("private", "show", number)
    assert "Northern Solvents Limited\tmatch on: name" in shown.stdout
    assert "Unseen\tno match in the data searched" in shown.stdout
    assert "not evidence" in shown.stderr
    assert "incoming" in holder.run("private", "list").stdout
    holder.run("private", "deny", asker.node)
    holder.bring(asker)
    assert "ended" in asker.run("private", "list").stdout
    assert says(asker.run(*ask, code=2).stderr, "store/no-offer-to-answer")


def test_a_message_is_proved_and_a_log_checked_by_what_the_peer_has(
    met: tuple[Node, Node], call: Callable[..., Result]
) -> None:
    """By commands only: with the words of both sides anyone can verify it, otherwise not."""
    one, other = met
    one.run("peers", "send", other.node, "The seal was broken")
    one.bring(other)
    said = msgspec.json.decode(other.run("peers", "messages", one.node, "--json").stdout)
    Path("message.json").write_text(other.run("peers", "evidence", one.node, said["id"]).stdout)
    known = ("--words", one.words, "--words", other.words)
    assert "verified" in call("verify", "message.json", *known).stdout
    stranger = call("verify", "message.json", *known[:2])
    assert stranger.exit_code == 1
    assert one.words in stranger.stdout
    Path("seen.txt").write_text(one.run("peers", "witnessed", other.node).stdout)
    assert "3 verified" in other.run("node", "verify", "--witnessed", "seen.txt").stdout
    one.run("node", "verify", "--witnessed", "seen.txt", code=2)  # these are the other's
