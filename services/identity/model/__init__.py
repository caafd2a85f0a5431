"""People, roles, profiles, groups, sharing and clients: tables and rules, no input or output."""
