"""Coalition: who takes part, what they promised, and how well they answer each other."""
