"""The pages of files, and of the room that they take."""
