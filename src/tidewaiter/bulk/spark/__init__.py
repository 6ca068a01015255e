"""Screening on a cluster: the steps of a screening as functions from batches to batches."""
