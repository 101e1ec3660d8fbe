"""The pure core: events and rules in, clocks, findings and steps out. No file, network, database, log or clock."""
