"""Numbers, telephones, e-mails, sites and wallets: one spelling of each, and whether it can be."""

from tidewaiter.parties.identifiers.read import read_identifier
from tidewaiter.parties.identifiers.types import Check, ReadIdentifier

__all__ = ["Check", "ReadIdentifier", "read_identifier"]
