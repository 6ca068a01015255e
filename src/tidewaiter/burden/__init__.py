"""Overdose deaths from official data: figures as reported, nowcasts, and claim checks."""
