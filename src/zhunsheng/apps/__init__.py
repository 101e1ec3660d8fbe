"""The Django applications of the platform."""
