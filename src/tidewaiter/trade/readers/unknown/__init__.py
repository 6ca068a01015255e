"""Readers of what no layout claims: its texts are screened as other text, each with its path.

They are the last in the order of detection, and say that the layout is not known.
"""

from types import MappingProxyType

from tidewaiter.trade.messages.types import Format
from tidewaiter.trade.readers.unknown import (
    any_json,
    any_xml,
    plain_text,
    web_page,
)

UNKNOWN: MappingProxyType[str, Format] = MappingProxyType(
    {
        form.name: form
        for form in (
            Format(
                name="web-page",
                title="web page: its text",
                fits=web_page.fits,
                read=web_page.read,
                source="HTML Living Standard",
                confirmed=False,
            ),
            Format(
                name="xml",
                title="XML in an unknown layout",
                fits=any_xml.fits,
                read=any_xml.read,
                source="XML 1.0",
                confirmed=False,
            ),
            Format(
                name="any-json",
                title="JSON in an unknown layout",
                fits=lambda _head, _suffix: False,  # after the keys were looked at
                read=any_json.read,
                source="RFC 8259",
                confirmed=False,
            ),
            Format(
                name="text",
                title="text in an unknown layout",
                fits=plain_text.fits,
                read=plain_text.read,
                source="",
                confirmed=False,
            ),
        )
    }
)
"""Formats by name, in order of detection."""
