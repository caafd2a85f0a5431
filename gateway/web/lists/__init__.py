"""The list of an entity in its shapes: table and board, with views and filters."""
