"""Pages about declarations and their follow-up."""
