"""The verbs of the command line, a module each: read, judge, show. The only place, besides the web, that reads the
clock."""
