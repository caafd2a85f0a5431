"""Products, stages and opportunities: tables and rules, no input or output."""
