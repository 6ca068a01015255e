"""Death records of the United States (NVSS, multiple cause of death): bytes in, counts out."""
