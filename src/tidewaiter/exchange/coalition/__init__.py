"""The coalition: members, commitments and deliveries."""
