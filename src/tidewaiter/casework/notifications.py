"""Notifications of new alerts, and plug-in channels that deliver them."""

from collections.abc import Callable, Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.base.plugins import CHANNELS, blamed, plugin_for, plugins
from tidewaiter.base.records import Record
from tidewaiter.trade.types import Severity

SCHEMES = ("https", "http")
"""URL schemes of webhooks, which need no plug-in."""

_LONGEST = 500  # maximum characters of an address


class AlertTold(Record, frozen=True, kw_only=True):
    """Content of an alert in a message; authorised users see the full alert through the link."""

    id: str
    severity: Severity
    title: str
    consignment: str
    due: str | None
    link: str


class Message(Record, frozen=True, kw_only=True):
    """A message."""

    type: str
    timestamp: str  # ISO 8601, UTC
    alerts: tuple[AlertTold, ...]


class Channel(Record, frozen=True, kw_only=True):
    """A channel for alert notifications besides webhooks.

    Provided by a plug-in of the group `tidewaiter.channels`. Its addresses start with the entry
    point's name and a colon: "xmpp:duty@customs.example".
    """

    title: str
    check: Callable[[str], None]
    """Check an address without name and colon; raise InputError if it is not permitted."""
    send: Callable[[str, Message, str], None]
    """Send a message to an address without name and colon.

    The third argument is the message id, the same for each attempt. Any exception is a failed
    attempt; attempts are repeated for three days. It must return within 10 seconds.
    """


def channels() -> Mapping[str, Channel]:
    """Map address prefixes to plug-in channels."""
    return plugins(CHANNELS, Channel, SCHEMES)


def check_channel(address: str) -> bool:
    """Check an address if it belongs to a plug-in's channel.

    Returns:
        Whether it does.

    Raises:
        InputError: The plug-in rejects it, or it is too long.
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
    """Send a message if the address belongs to a plug-in's channel.

    Args:
        address: As for `check_channel`.
        message: The message.
        key: Message id, the same for each attempt.

    Returns:
        Whether it does, and the message was sent.

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
