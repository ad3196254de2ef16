"""Parse what people type about declarations and their follow-up."""
