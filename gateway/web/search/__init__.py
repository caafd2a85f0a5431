"""Finding records and pages."""
