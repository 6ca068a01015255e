"""Courier: takes messages from peers and brings them theirs, whatever the line between is like."""
