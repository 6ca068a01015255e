"""Bulk: whole files, batch by batch, on all cores, to be taken up again after a stop."""
