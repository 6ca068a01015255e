"""Redoing: what this node itself said before it was restored from a copy stands here again.

Its content came back from the peer that has it, and is what this node signed. Some of it can only
be carried out when what it answers has come again too: so it is tried until it can.
"""

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.kinds import Received
from tidewaiter.exchange.envelopes import assemble
from tidewaiter.store.database import Work
from tidewaiter.store.regaining import carried_out, regained_bodies


def carry_out_again(desk: Desk, work: Work, node: str) -> int:
    """Do again what this node did by messages to a peer; return how many of them are done.

    Args:
        desk: Of this node.
        work: Begun with a stamp.
        node: The peer.
    """
    done = 0
    for signed, body in regained_bodies(work, desk.ring.lock, node):
        header = assemble(signed, "").header
        kind = desk.kinds.get(header.kind)
        received = Received(peer=node, header=header, body=body, safe=desk.ring.lock)
        try:
            with work.connection.begin_nested():
                if kind is not None and kind.redo is not None:
                    kind.redo(work, received)
                carried_out(work, header.id)
        except (InputError, ConflictError, MissingError):
            continue  # what it speaks of is not here yet, or never will be
        done += 1
    return done
