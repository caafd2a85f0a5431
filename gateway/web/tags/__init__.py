"""Tags as pages show them: the cloud over everything, and the tags of one record."""
