"""UN/EDIFACT: customs and transport messages, read segment by segment."""

from tidewaiter.consignments.messages.edifact.reading import EDIFACT

__all__ = ["EDIFACT"]
