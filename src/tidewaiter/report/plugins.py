"""Installed plug-ins: what other packages add, and whether it is used."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tidewaiter.base.errors import PluginError
from tidewaiter.base.plugins import (
    CHANNELS,
    EXPORTERS,
    LAW,
    LISTS,
    READERS,
    RULES,
    Plugin,
    installed,
    load_plugin,
    plugin_for,
)
from tidewaiter.base.records import Record
from tidewaiter.casework.notifications import SCHEMES, Channel, channels
from tidewaiter.law.registry import plugin_folders
from tidewaiter.law.types import LawFolder
from tidewaiter.parties.readers import built_in
from tidewaiter.parties.readers import plugin_formats as list_formats
from tidewaiter.parties.readers.entries import ListFormat
from tidewaiter.report.alerts.exporters import TAKEN, Exporter, exporters
from tidewaiter.trade.readers import BUILT_IN, plugin_formats
from tidewaiter.trade.rules.plugins import LineRule, built_in_rules, plugin_rules
from tidewaiter.trade.types import FileFormat


class InstalledPlugin(Record, frozen=True, kw_only=True):
    """An installed plug-in."""

    group: str
    name: str
    package: str
    version: str
    problem: str  # why it is not used; "": it is used


class _Place(NamedTuple):
    """A plug-in group: its type check, and the names of built-ins and of the plug-ins used."""

    kind: type
    ours: Callable[[], Collection[str]]
    used: Callable[[], Collection[str]]


_PLACES: Mapping[str, _Place] = MappingProxyType(
    {
        READERS: _Place(FileFormat, lambda: BUILT_IN, plugin_formats),
        LISTS: _Place(ListFormat, built_in, list_formats),
        LAW: _Place(LawFolder, tuple, plugin_folders),
        RULES: _Place(LineRule, built_in_rules, plugin_rules),
        EXPORTERS: _Place(Exporter, lambda: TAKEN, exporters),
        CHANNELS: _Place(Channel, lambda: SCHEMES, channels),
    }
)


def installed_plugins() -> tuple[InstalledPlugin, ...]:
    """List the installed plug-ins by group and name."""
    return tuple(map(_listed, installed()))


def _listed(plugin: Plugin) -> InstalledPlugin:
    return InstalledPlugin(
        group=plugin.group,
        name=plugin.name,
        package=plugin.package,
        version=plugin.version,
        problem=_problem(plugin),
    )


def _problem(plugin: Plugin) -> str:
    """Return why a plug-in is not used; "": it is used."""
    place, first = _PLACES[plugin.group], plugin_for(plugin.group, plugin.name)
    if plugin.name in place.ours():
        return "Tidewaiter itself has this name"
    if first != plugin:
        return f"{first.package} has this name"
    try:
        load_plugin(plugin, place.kind)
    except PluginError as error:
        return error.message
    return "" if plugin.name in place.used() else "it is left out: the warning says why"
