"""Upkeep: what a server does by itself while it runs."""

import logging

import anyio
from anyio.to_thread import run_sync

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.node import end_overdue
from tidewaiter.web.node import Node

_BETWEEN = 900  # seconds
_LOG = logging.getLogger("tidewaiter.web")


async def keep_up(node: Node) -> None:
    """End the suppression rules whose time is over, soon after their last day, for ever."""
    while True:
        try:
            ended = await run_sync(end_overdue, node.database)
        except TidewaiterError:  # locked or full: the next turn may find it otherwise
            _LOG.exception("rules whose time is over could not be ended")
        else:
            for each in ended:
                number = each.suppression.number
                _LOG.info("suppression rule %s has expired: %s alerts open", number, each.alerts)
        await anyio.sleep(_BETWEEN)
