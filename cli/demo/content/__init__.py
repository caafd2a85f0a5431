"""The demonstration company made up from a seed: the rows of each area, and the words they are made of."""
