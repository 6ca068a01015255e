"""The client: another program asks an installation, by the same records as its pages show."""

from tidewaiter.client.client import Client, RefusedError

__all__ = ["Client", "RefusedError"]
