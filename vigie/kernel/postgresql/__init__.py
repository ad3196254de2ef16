"""Django's PostgreSQL, with questions that the server plans once."""
