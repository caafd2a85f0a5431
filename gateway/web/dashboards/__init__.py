"""Dashboards on the pages: panels of reports, lists and numbers, and ready ones to begin with."""
