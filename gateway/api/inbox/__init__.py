"""What people are told, over REST: the inbox of whoever is calling."""
