"""A service's own database: engine, sessions, the kit's tables, migrations."""
