"""The node: what brings store, files and domain together."""
