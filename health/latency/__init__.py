"""How long requests took, as counts in cells that can be added up."""
