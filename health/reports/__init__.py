"""Reports: their periods, what they say, and how that becomes tables and charts. Only `html` knows Django."""
