"""Grant types: the ways by which a client comes to tokens, a file for each standard."""
