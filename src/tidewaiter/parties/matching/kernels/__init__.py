"""Compiled kernels of the matching."""
