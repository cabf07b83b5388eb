"""Each channel against a peer that speaks the real protocol."""
