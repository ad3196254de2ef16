"""Pages of the observatory: one module a reader's errand."""
