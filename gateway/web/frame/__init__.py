"""What every page stands in and on: who asks, the rail, templates, values, references."""
