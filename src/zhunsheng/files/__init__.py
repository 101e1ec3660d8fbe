"""Files of other systems → the event table, and back. A faulty file is refused whole, and told where."""
