"""The web site: settings, addresses, pages shared by all, and the start-up of its database."""
