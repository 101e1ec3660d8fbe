"""The engine against the oracle: random histories that neither author chose."""
