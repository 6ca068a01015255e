"""Phases: what a screening is at while no lines are read yet, as the first one of a version is."""

from typing import Literal

from tidewaiter import identify
from tidewaiter.lists.archive import Archive
from tidewaiter.parties.matching import matcher
from tidewaiter.store.uploads import Upload
from tidewaiter.web.node import Node

Phase = Literal["", "turn", "start", "scan", "search", "loading"]
"""turn: it waits for those before it; start: it is the next; scan, search: machine code of this
version is compiled, once; loading: substances, rules and lists are loaded; "": lines are read, or
it has ended."""


def phase_of(node: Node, upload: Upload, *, first: bool = True) -> Phase:
    """Say what the screening of an upload is at.

    Args:
        node: The installation.
        upload: Any.
        first: No other upload is before it.
    """
    if upload.state not in {"queued", "running"} or (upload.progress and upload.progress.lines):
        return ""
    if not first:
        return "turn"
    if not identify.is_ready():
        return "scan"
    lists = node.desk.lists
    if lists and not matcher.is_ready() and Archive(lists).slugs():
        return "search"
    return "loading" if upload.state == "running" else "start"
