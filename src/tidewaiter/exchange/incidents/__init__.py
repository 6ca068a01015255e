"""Incidents: seizures, stopped shipments, suspected or actual diversion, losses, and responses."""
