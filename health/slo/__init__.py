"""Error budgets, burn rates and when a budget will be spent. Pure: no Django, no clock."""
