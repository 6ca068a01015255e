"""IATA Cargo-IMP: telegrams of air waybills and consolidation lists."""

from tidewaiter.consignments.messages.cargoimp.reading import CARGO_IMP

__all__ = ["CARGO_IMP"]
