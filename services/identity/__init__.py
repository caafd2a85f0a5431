"""Who works here, what they may do, and how they and their programs sign in."""
