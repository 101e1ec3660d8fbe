"""Who reads what: access in an emergency, baits, reading out of the ordinary, exports."""
