"""Cluster screening: its steps as functions from batches to batches."""
