"""The fold: what each event of a case does to its clocks, as one sequential pass over integers, compiled by Numba."""
