"""The pages of peers: this node, both relations, what lies between, and who may change it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.key_changes import turn
from tests.support.peers import Party, found_party
from tests.web.conftest import Desk
from tests.web.exchanging import make_node, meet

from tidewaiter.exchange.evidence import verify_message
from tidewaiter.exchange.protocol.documents import fingerprint, words, write_chain
from tidewaiter.exchange.protocol.receipts import Receipt, give, read_receipt
from tidewaiter.exchange.protocol.relations import Standing
from tidewaiter.store.peers.outbox import failed_with, heard_from
from tidewaiter.store.peers.reconcile import go_on_without, mark_restored
from tidewaiter.transport.peers import RelationChange, hear_documents, relate
from tidewaiter.web.core.node import Node
from tidewaiter.web.peers.schemas import days_silent, peer_key

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def pair(node: Node, tmp_path: Path) -> Iterator[tuple[Party, Party]]:
    """Let the installation exchange with another node."""
    own, other = meet(node, tmp_path)
    yield own, other
    other.desk.database.close()


def test_silence_counts_from_the_last_sign_and_only_where_something_waits() -> None:
    """A peer without a pending request is not silent."""
    early, late = "2026-10-01T00:00:00+00:00", "2026-11-20T00:00:00+00:00"
    assert days_silent("", early, NOW) is None
    assert days_silent(late, early, NOW) == 5
    assert days_silent(early, late, NOW) == 5
    assert days_silent(early, "", NOW) == 55


def test_a_peer_is_taken_up_confirmed_frozen_and_taken_up_again_by_the_pages(
    node: Node, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """Its words, which no page shows, activate it; messages written during a freeze wait."""
    own, other = make_node(node), found_party("bergen", tmp_path)
    anna, ben = desk("supervisor", "anna"), desk("analyst", "ben")
    told = words(fingerprint(other.chain[0].read()))
    file = {"file": ("bergen.json", write_chain(other.chain), "application/json")}
    answer = anna.client.post(
        f"/peers/file?csrf={anna.token()}",
        files=file,
        headers=anna.cookie(),
        follow_redirects=False,
    )
    page = answer.headers["location"]
    assert page == f"/peers/{peer_key(other.name)}"
    for shown in (anna.get(page).text, anna.get(f"{page}.json").text, anna.get("/peers.json").text):
        assert fingerprint(other.chain[0].read()) not in shown
        assert " ".join(told) not in shown
    wrong = anna.post(f"{page}/relation", {"to": "active", "words": " ".join(reversed(told))})
    assert wrong.status_code == 400
    assert anna.get(f"{page}.json").json()["row"]["ours"] == "invited"
    anna.post(f"{page}/relation", {"to": "active", "words": " ".join(told).upper()})
    assert anna.get(f"{page}.json").json()["row"]["ours"] == "active"
    other.meet(own)

    anna.post(f"{page}/relation", {"to": "frozen", "reason": "order of 3 May"})
    ben.post(f"{page}/messages", {"text": "first"})
    ben.post(f"{page}/messages", {"text": "<b>second</b>"})
    seen = ben.get(f"{page}.json").json()
    assert [each["text"] for each in seen["held"]] == ["first", "<b>second</b>"]
    assert "&lt;b&gt;second" in ben.get(page).text
    anna.post(f"{page}/discarded", {"message": seen["held"][0]["id"]})
    again = {"to": "active", "words": " ".join(told)}
    assert anna.post(f"{page}/relation", again).status_code == 400  # held message not dealt with
    anna.post(f"{page}/relation", {**again, "held": "release"})
    own.send(other)
    talk = ben.get(f"{page}.json").json()["talk"]
    assert [(each["text"], each["state"]) for each in talk] == [
        (None, "discarded"),
        ("<b>second</b>", "processed"),
    ]
    anna.post(f"{page}/scope", {"kinds": ["notice"], "tlp": "amber", "reason": "order of 4 May"})
    refused = ben.post(f"{page}/messages", {"text": "third"})
    assert refused.status_code == 400
    other.desk.database.close()


def test_relations_are_changed_by_those_alone_who_may(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """An analyst writes and sees no control; an administrator sees nothing of it at all."""
    page = f"/peers/{peer_key(pair[1].name)}"
    ben, chief = desk("analyst", "ben"), desk("administrator", "chief")
    assert "/relation" not in ben.get(page).text
    for path, form in (
        (f"{page}/relation", {"to": "ended"}),
        (f"{page}/scope", {}),
        ("/peers", {"documents": ""}),
        (f"{page}/discarded", {"message": "x"}),
    ):
        assert ben.post(path, form).status_code == 403
    assert chief.get("/peers").status_code == 403
    assert ben.get("/peers/0123456789abcdef").status_code == 404


def test_this_node_shows_its_words_and_its_code(
    desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """In the reader's language; the downloaded file is what a peer imports."""
    own, ben = pair[0], desk("analyst", "ben")
    told = ben.get("/peers.json").json()["own"]
    assert told["words"] == words(fingerprint(own.chain[-1].read()))
    spanish = ben.get("/peers.json", {"accept-language": "es"}).json()["own"]["words"]
    assert spanish == words(told["fingerprint"], "es")
    assert ben.get("/peers/own/documents").content == write_chain(own.documents())
    code = ben.get("/peers/own/code")
    assert code.headers["content-type"].startswith("image/svg+xml")
    assert code.content.startswith(b"<svg")


def test_pages_show_nothing_of_peers_while_messages_are_missing(
    node: Node, desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """The node was restored from an older state; the peers are there all the same, and say so."""
    own, other = pair
    other.say(own, "The seal was broken")
    other.send(own)
    anna, page = desk("supervisor", "anna"), f"/peers/{peer_key(other.name)}"
    assert "The seal was broken" in anna.get(page).text
    with node.database.work(own.desk.stamp()) as work:
        mark_restored(work)
    assert "has not reached this peer yet" in anna.get("/peers").text
    assert "The seal was broken" not in anna.get(page).text
    assert anna.get(f"{page}.json").json()["talk"] == []
    assert anna.get("/peers.json").json()["peers"][0]["missing"] is None
    for each in ("/notices", "/incidents", "/requests", "/recalls", "/joint"):
        answer = anna.get(each)
        assert (each, answer.status_code) == (each, 409)
        assert other.desk.node not in answer.text
    with node.database.work(own.desk.stamp()) as work:
        go_on_without(work, other.name)
    assert "The seal was broken" in anna.get(page).text
    assert anna.get("/notices").status_code == 200


@pytest.mark.parametrize("to", ["frozen", "ended"])
def test_who_freezes_a_peer_does_not_see_what_it_may_have_recalled(
    node: Node, desk: Callable[..., Desk], pair: tuple[Party, Party], to: Standing
) -> None:
    """A restored node shows nothing until someone continues without the peer, which is logged."""
    own, other = pair
    other.say(own, "The seal was broken")
    other.send(own)
    anna, page = desk("supervisor", "anna"), f"/peers/{peer_key(other.name)}"
    with node.database.work(own.desk.stamp()) as work:
        mark_restored(work)
    relate(own.desk, other.name, RelationChange(to=to, reason="Order of 3 May"), own.desk.stamp())
    assert "The seal was broken" not in anna.get(page).text
    assert anna.get("/notices").status_code == 409
    with node.database.work(own.desk.stamp()) as work:
        go_on_without(work, other.name)
    assert "The seal was broken" in anna.get(page).text
    assert anna.get("/notices").status_code == 200


def test_what_may_be_forged_and_when_a_peer_is_tried_next_are_shown(
    node: Node, desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """A message under a key that its root has disowned is marked in the conversation."""
    own, other = pair
    other.say(own, "The seal was broken")
    other.send(own)
    with node.database.work(own.desk.stamp()) as work:
        failed_with(work, other.name, tries=3, due="2026-12-01T12:00:00+00:00", trouble="away")
    turn(other, revoke=True)
    hear_documents(own.desk, write_chain(other.documents()))
    anna, page = desk("supervisor", "anna"), f"/peers/{peer_key(other.name)}"
    row = anna.get("/peers.json").json()["peers"][0]
    assert (row["doubted"], row["replaced"], row["again"], row["tries"]) == (1, 0, 0, 3)
    assert [each["doubted"] for each in anna.get(f"{page}.json").json()["talk"]] == [True]
    assert "possibly forged" in anna.get(page).text
    assert "may be forged" in anna.get("/peers").text
    assert "Next attempt" in anna.get("/peers").text


def test_groups_are_kept_by_the_page(desk: Callable[..., Desk], pair: tuple[Party, Party]) -> None:
    """Each change is an epoch; former members are notified; an empty group has no recipients."""
    anna, ben = desk("supervisor", "anna"), desk("analyst", "ben")
    anna.post("/groups", {"name": "Precursors <b>"})
    group = anna.get("/groups.json").json()["groups"][0]["group"]["id"]
    assert "reach no one" in ben.get("/groups").text
    anna.post(f"/groups/{group}/members", {"node": pair[1].name})
    assert "/removals" in anna.get("/groups").text
    assert "/removals" not in ben.get("/groups").text
    anna.post(f"/groups/{group}/removals", {"node": pair[1].name})
    told = ben.get("/groups.json").json()["groups"][0]
    assert told["group"]["epoch"] == 3
    assert told["members"] == [{"node": pair[1].name, "since": 2, "until": 3}]
    assert ben.post(f"/groups/{group}/members", {"node": pair[1].name}).status_code == 403


def test_what_a_peer_said_of_its_log_and_the_proof_of_a_message_are_on_its_page(
    node: Node, desk: Callable[..., Desk], pair: tuple[Party, Party]
) -> None:
    """Two roots of one log are shown; a message is exported for offline verification."""
    own, other = pair
    other.say(own, "The seal was broken")
    other.send(own)
    own.say(other, "Which?")
    own.send(other)
    signer = other.desk.ring.signer()
    for root, have in (("a", 20), ("b", 21)):
        told = Receipt(
            id="",
            digest="0" * 64,
            sender=other.name,
            to=own.name,
            state="processed",
            have=have,
            at="2026-11-25T12:00:00+00:00",
            size=5_000,
            root=root * 64,
        )
        text = give(told, kid=signer.kid, secret=signer.secret)
        with node.database.work(other.desk.stamp()) as work:
            heard_from(work, other.name, [read_receipt(text)])
    anna = desk("supervisor", "anna")
    page = f"/peers/{peer_key(other.name)}"
    assert "Two root hashes for the same log size" in anna.get(page).text
    assert anna.get("/peers.json").json()["peers"][0]["log_contradictions"] == 1
    assert len(anna.get(f"{page}/witnessed").text.split()) == 3
    talk = anna.get(f"{page}.json").json()["talk"]
    known = [fingerprint(each.documents()[-1].read()) for each in pair]
    for each in talk:
        file = anna.get(f"{page}/evidence/{each['id']}").content
        assert verify_message(file, known).holds()
    assert anna.get(f"{page}/evidence/x").status_code == 404
    audit = anna.post("/audit/verification.json").json()
    assert [(each["peer"], each["holds"]) for each in audit["told"]] == [(other.name, True)]
