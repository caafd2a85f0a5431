"""Giving out lists as files: whole, in the viewer's rows and fields, and never unsaid."""
