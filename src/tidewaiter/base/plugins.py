"""Plug-ins: what other installed packages add, found by the entry points that they declare.

A plug-in runs in our process with our rights. Whoever installs packages decides which there are:
none is ever loaded from a database, an upload, or a folder of lists.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple, TypeVar

from tidewaiter.base.errors import PluginError, TidewaiterError

READERS = "tidewaiter.readers"
LISTS = "tidewaiter.lists"
LAW = "tidewaiter.law"
RULES = "tidewaiter.rules"
EXPORTERS = "tidewaiter.exporters"
CHANNELS = "tidewaiter.channels"
GROUPS = (READERS, LISTS, LAW, RULES, EXPORTERS, CHANNELS)

T = TypeVar("T")

_LOG = logging.getLogger("tidewaiter.plugins")


class Plugin(NamedTuple):
    """An entry point of one of our groups."""

    group: str
    name: str
    package: str
    version: str
    entry: EntryPoint

    @property
    def title(self) -> str:
        """Return how errors name it."""
        return f'the plug-in "{self.name}" of {self.package} {self.version}'


@cache
def installed() -> tuple[Plugin, ...]:
    """Look up every plug-in that is installed, once in a process; none is imported."""
    found = entry_points()
    made = {
        Plugin(
            group=group,
            name=entry.name,
            package=entry.dist.name if entry.dist else "",
            version=entry.dist.version if entry.dist else "",
            entry=entry,
        )
        for group in GROUPS
        for entry in found.select(group=group)
    }
    return tuple(sorted(made, key=lambda each: (GROUPS.index(each.group), *each[1:4])))


def plugin_for(group: str, name: str) -> Plugin:
    """Return the plug-in that bears a name; of several packages, the first by name has it."""
    return next(each for each in installed() if (each.group, each.name) == (group, name))


def load_plugin(plugin: Plugin, kind: type[T]) -> T:
    """Import a plug-in.

    Args:
        plugin: Of `installed`.
        kind: The record that it must be.

    Raises:
        PluginError: It cannot be imported, or is something else.
    """
    found = _imported(plugin)
    if isinstance(found, PluginError):
        raise found.with_traceback(None)
    if not isinstance(found, kind):
        raise PluginError(
            "base/plugin-of-another-kind",
            title=plugin.title,
            name=type(found).__name__,
            kind_name=kind.__name__,
            at=f"{plugin.group}: {plugin.entry.value}",
        )
    return found


@cache
def _imported(plugin: Plugin) -> object:
    """Return what an entry point names, or the error: a module that fails is not run again."""
    try:
        with blamed(plugin):
            return plugin.entry.load()
    except PluginError as error:
        return error


def _loaded(plugin: Plugin, kind: type[T]) -> T | None:
    try:
        return load_plugin(plugin, kind)
    except PluginError as error:
        report(error)
        return None


def plugins(group: str, kind: type[T], built_in: Collection[str] = ()) -> dict[str, T]:
    """Load the plug-ins of a group; one that fails is reported and left out.

    Args:
        group: Of `GROUPS`.
        kind: The record that each must be.
        built_in: Names that ours have: they win.

    Returns:
        The plug-ins by name.
    """
    names = {each.name for each in installed() if each.group == group}
    found = {
        name: _loaded(plugin_for(group, name), kind) for name in sorted(names.difference(built_in))
    }
    return {name: each for name, each in found.items() if each is not None}


@contextmanager
def blamed(plugin: Plugin, passing: type[TidewaiterError] = PluginError) -> Iterator[None]:
    """Name a plug-in in whatever it raises.

    Args:
        plugin: Which is at work.
        passing: What stays as it is raised, since it says itself what a user can mend.

    Raises:
        PluginError: It raised something else, or called `sys.exit`.
    """
    try:
        yield
    except passing:
        raise
    except (Exception, SystemExit) as error:
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        at = f"{plugin.group}: {plugin.entry.value}"
        raise PluginError("base/plugin-failed", title=plugin.title, told=told, at=at) from error


def report(error: TidewaiterError) -> None:
    """Say, once in a process, that a plug-in failed; whoever calls this goes on without it."""
    _say(f"{error.at}: {error.message}; it is left out")


@cache
def _say(text: str) -> None:
    _LOG.warning("%s", text)
