"""What every page shares below the templates: formats, lists with their filters, tables to take away."""
