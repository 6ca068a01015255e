"""Register: licences and permits, their use, and coverage of shipments."""
