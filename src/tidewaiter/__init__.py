"""Tidewaiter: screen consignments for controlled and watched chemicals, and say why."""

# The one place where the version stands; pyproject.toml reads it here. The installed metadata
# would cost 30 ms at import and be absent, or old, in a checkout that is only on the path.
__version__ = "0.1.0"
