"""What an organisation words for itself: the values of lists, and the tags that its records share."""
