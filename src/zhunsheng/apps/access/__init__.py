"""Who may see and do what: accounts, login, the policy table and what is derived from it."""
