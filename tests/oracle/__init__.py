"""A second, independent computation of clocks: slow, literal, and importing nothing of the package under test."""
