"""What OAuth keeps and asks of it: grants and their secrets, consents, clients and people."""
