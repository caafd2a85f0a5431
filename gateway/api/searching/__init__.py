"""One search over all services, over REST."""
