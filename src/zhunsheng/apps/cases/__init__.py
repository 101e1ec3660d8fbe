"""The five elements of a case and the log of what happened to them."""
