"""Plug-ins: installed extensions, and whether each is used."""

from litestar import Response, get

from tidewaiter.base.records import Record
from tidewaiter.report.plugins import InstalledPlugin, installed_plugins
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import may


class PluginsPage(Record, frozen=True, kw_only=True):
    """All installed plug-ins."""

    plugins: tuple[InstalledPlugin, ...]


@get("/plugins", guards=[may("administer")], sync_to_thread=True)
def plugins_page(request: Asked) -> Response[PluginsPage]:
    """List the installed plug-ins, and whether each is used."""
    return reply(request, "plugins.html", PluginsPage(plugins=installed_plugins()))


HANDLERS = [plugins_page]
