"""Mirror statistics: reports of two countries on the same trade."""
