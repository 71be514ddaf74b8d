"""Many proposals: a store that survives everything, runs that resume, a report of the archive."""
