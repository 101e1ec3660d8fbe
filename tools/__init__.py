"""What keeps the tree in order: lock, lint, and the runner of the test suite."""
