"""Alerts: who must know, what they were told, and what they did about it."""
