"""Officers who game a policy: a small station drawn once, honest and with one who plays a strategy."""
