"""Mirror statistics: what one country says it sold, beside what the other says it bought."""
