"""The law: registry, instruments, class rules, and answers by date, route and name."""
