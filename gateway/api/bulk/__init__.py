"""The same done to many records over REST: begun beside their list, followed under an address of its own."""
