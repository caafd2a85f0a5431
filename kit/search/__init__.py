"""One search over everything a service keeps, under the viewer's rows and fields (ADR 47)."""
