"""The register: who may trade in what, what of it is used, and what covers a shipment."""
