"""Documents on paper: what a page says, as PDF, with a sealed record of each that was issued."""
