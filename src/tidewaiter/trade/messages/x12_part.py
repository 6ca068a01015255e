"""Customs manifests in ASC X12, transaction set 309."""

from tidewaiter.consignments.messages.x12.reading import X12_309

__all__ = ["X12_309"]
