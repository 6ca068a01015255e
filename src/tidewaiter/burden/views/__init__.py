"""What people see of official counts: trends, drugs, maps, ages, and what changed; all pure."""
