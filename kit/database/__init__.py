"""A service's own database: its connections and transactions, the kit's tables, migrations."""
