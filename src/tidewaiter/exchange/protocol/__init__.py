"""The protocol: documents, envelopes, signatures, key rings and receipts."""
