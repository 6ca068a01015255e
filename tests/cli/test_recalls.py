"""`tidewaiter recall` and `recalls`: messages recalled, and held."""

from tests.cli.nodes import Node


def test_a_hold_keeps_what_a_wrong_recipient_was_sent(met: tuple[Node, Node]) -> None:
    """Its basis is told; when it is lifted, the message goes, and that is told too."""
    one, other = met
    one.run("peers", "send", other.node, "The name is Alpha.")
    one.bring(other)
    item = other.run("recalls", "items", "--came").stdout.split("\t")[0]
    assert other.run("recalls", "hold", item, "--basis", "Order 7").stdout == "held\n"
    one.run("recall", item, "--reason", "wrong-recipient", "--from", other.node)
    one.bring(other)
    other.bring(one)
    assert "kept under legal hold (Order 7)" in one.run("recalls", "list").stdout
    assert "The name is Alpha." in other.run("peers", "messages", one.node).stdout
    assert other.run("recalls", "lift", item).stdout == "destroyed\n"
    other.bring(one)
    assert "\tdestroyed" in one.run("recalls", "list").stdout
    assert "no longer readable" in other.run("peers", "messages", one.node).stdout
    assert "Alpha" in one.run("peers", "messages", other.node).stdout
