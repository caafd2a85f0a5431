"""All components side by side."""
