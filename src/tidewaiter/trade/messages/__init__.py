"""Message formats: XML, EDIFACT, JSON and other structured documents.

Each format is a module that finds the lines of a document and maps their data to our fields;
numbers, units and dates are kept as written and parsed like those of tables.
"""

from types import MappingProxyType

from tidewaiter.trade.messages import commerce, dcsa, h7, postal, tradacoms
from tidewaiter.trade.messages.cargo_imp import CARGO_IMP
from tidewaiter.trade.messages.edifact.reading import EDIFACT
from tidewaiter.trade.messages.json_layouts import json_formats
from tidewaiter.trade.messages.types import Format
from tidewaiter.trade.messages.x12.reading import X12, X12_ALL
from tidewaiter.trade.messages.xml.parsing import xml_formats

FORMATS: MappingProxyType[str, Format] = MappingProxyType(
    {
        form.name: form
        for form in (
            *xml_formats(),
            EDIFACT,
            CARGO_IMP,
            tradacoms.FORMAT,
            X12,
            X12_ALL,
            dcsa.FORMAT,
            *commerce.FORMATS,
            postal.FORMAT,
            h7.FORMAT,
            *json_formats(),
        )
    }
)
"""Built-in formats by name, in order of detection."""
