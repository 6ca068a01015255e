"""Formats of messages: documents with a structure of their own, XML, EDIFACT, JSON and others.

Each format is a module that finds the lines of a document and names what stands in them by our
fields; numbers, units and dates stay as written, and are read where those of tables are.
"""

from types import MappingProxyType

from tidewaiter.consignments.messages import commerce, dcsa, h7, postal
from tidewaiter.consignments.messages.cargoimp import CARGO_IMP
from tidewaiter.consignments.messages.edifact import EDIFACT
from tidewaiter.consignments.messages.types import Format
from tidewaiter.consignments.messages.x12 import X12_309
from tidewaiter.consignments.messages.xmlformats import xml_formats

FORMATS: MappingProxyType[str, Format] = MappingProxyType(
    {
        form.name: form
        for form in (
            *xml_formats(),
            EDIFACT,
            CARGO_IMP,
            X12_309,
            dcsa.FORMAT,
            *commerce.FORMATS,
            postal.FORMAT,
            h7.FORMAT,
        )
    }
)
"""Our formats by name, in the order in which they are asked whether a file is theirs."""
