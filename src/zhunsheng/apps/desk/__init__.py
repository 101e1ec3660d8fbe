"""Pages that gather from several applications."""
