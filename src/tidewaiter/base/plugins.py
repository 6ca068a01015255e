"""Plug-ins from other installed packages, found through entry points.

A plug-in runs in our process with our rights. The set of plug-ins is decided by installing
packages: none is ever loaded from a database, an upload, or a folder of lists.
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
        """Return its name for errors."""
        return f'the plug-in "{self.name}" of {self.package} {self.version}'


@cache
def installed() -> tuple[Plugin, ...]:
    """List the installed plug-ins without importing them; cached per process."""
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
    """Return the plug-in with a name; if several packages have it, the first by package name."""
    return next(each for each in installed() if (each.group, each.name) == (group, name))


def load_plugin(plugin: Plugin, kind: type[T]) -> T:
    """Import a plug-in.

    Args:
        plugin: One of `installed`.
        kind: Expected record type.

    Raises:
        PluginError: It cannot be imported, or has another type.
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
    """Import an entry point, or return its cached error: a failed module is not imported again."""
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
    """Load the plug-ins of a group; a failing one is reported and skipped.

    Args:
        group: One of `GROUPS`.
        kind: Expected record type.
        built_in: Names of built-ins, which take precedence.

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
    """Attribute exceptions raised in the block to a plug-in.

    Args:
        plugin: The running plug-in.
        passing: Exceptions to pass on unchanged, as their message already helps the user.

    Raises:
        PluginError: It raised another exception, or called `sys.exit`.
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
    """Log a plug-in failure once per process; the caller continues without the plug-in."""
    _say(f"{error.at}: {error.message}; it is left out")


@cache
def _say(text: str) -> None:
    _LOG.warning("%s", text)
