"""Which messages of alerts wait and which go together: silencing, inhibition, grouping. Pure: no Django, no clock."""
