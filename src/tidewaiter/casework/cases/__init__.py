"""Cases: their steps, access, documents and closing."""
