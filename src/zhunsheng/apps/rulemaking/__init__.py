"""Making rules: a draft as sentences, tried on the past before anybody proposes it."""
