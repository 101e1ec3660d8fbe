"""Work that takes longer than an answer may: it goes on while its owner does something else, says how far it is, and
what it refused."""
