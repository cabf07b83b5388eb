"""How many series there are, who made them, and what explodes."""
