"""What is told of new alerts outside, and the channels of plug-ins that carry it."""

from collections.abc import Callable, Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.base.plugins import CHANNELS, blamed, plugin_for, plugins
from tidewaiter.base.records import Record
from tidewaiter.trade.types import Severity

SCHEMES = ("https", "http")
"""What webhooks begin with, which need no plug-in."""

_LONGEST = 500  # characters of an address


class AlertTold(Record, frozen=True, kw_only=True):
    """What a message tells of an alert; the rest is behind the link, for who may see it."""

    id: str
    severity: Severity
    title: str
    consignment: str
    due: str | None
    link: str


class Message(Record, frozen=True, kw_only=True):
    """What is sent."""

    type: str
    timestamp: str  # ISO 8601, UTC
    alerts: tuple[AlertTold, ...]


class Channel(Record, frozen=True, kw_only=True):
    """A way to tell people or programs of new alerts, beside webhooks.

    A plug-in of the group `tidewaiter.channels` brings it. Its addresses begin with the name of the
    entry point and a colon: "xmpp:duty@customs.example".
    """

    title: str
    check: Callable[[str], None]
    """Check an address without its name and colon; raise InputError where it may not be used."""
    send: Callable[[str, Message, str], None]
    """Send a message to an address without its name and colon.

    The third argument is the message's id, the same in each try. Whatever it raises is a try that
    failed; the message is tried again for three days. It must end by itself, in 10 seconds.
    """


def channels() -> Mapping[str, Channel]:
    """Map the names that addresses begin with to the channels of plug-ins."""
    return plugins(CHANNELS, Channel, SCHEMES)


def check_channel(address: str) -> bool:
    """Check an address where it is of a plug-in's channel.

    Returns:
        Whether it is.

    Raises:
        InputError: The plug-in refuses it, or it is too long.
        PluginError: The plug-in failed.
    """
    name, _, rest = address.partition(":")
    channel = channels().get(name)
    if channel is None:
        return False
    if len(address) > _LONGEST or not rest:
        raise InputError("casework/not-an-address", address=address[:100], name=name)
    with blamed(plugin_for(CHANNELS, name), InputError):
        channel.check(rest)
    return True


def send_by_channel(address: str, message: Message, key: str) -> bool:
    """Send a message where the address is of a plug-in's channel.

    Args:
        address: As `check_channel` takes it.
        message: What is told.
        key: Of the message, the same in each try.

    Returns:
        Whether it is, and the message was sent.

    Raises:
        PluginError: It was not sent.
    """
    name, _, rest = address.partition(":")
    channel = channels().get(name)
    if channel is None:
        return False
    with blamed(plugin_for(CHANNELS, name)):
        channel.send(rest, message, key)
    return True
