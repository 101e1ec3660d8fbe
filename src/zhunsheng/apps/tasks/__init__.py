"""On-site checks, on-line patrols, daily tasks: the tasks of the risk stream."""
