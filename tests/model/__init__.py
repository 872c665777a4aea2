"""A second reading of the rules of clearing, in plain Python, to set beside the program."""
