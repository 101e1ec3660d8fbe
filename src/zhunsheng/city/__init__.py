"""A synthetic city: invented units, officers, persons and cases, and what happens in them in a year."""
