"""Django's SQLite, with writers that pass in turn."""
