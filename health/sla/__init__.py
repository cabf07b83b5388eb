"""What was up, down, unknown and planned, to the millisecond. Pure: no Django, no clock."""
