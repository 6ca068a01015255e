"""The commands on cases."""
