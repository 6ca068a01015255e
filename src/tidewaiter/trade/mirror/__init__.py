"""Mirror statistics: what two countries report of the same trade."""
