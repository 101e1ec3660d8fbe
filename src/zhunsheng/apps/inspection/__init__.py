"""Quality inspection, rectification and oversight."""
