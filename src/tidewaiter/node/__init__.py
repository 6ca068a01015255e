"""Node: combines store, files and domain."""
