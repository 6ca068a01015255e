"""Pages of accounts, sign-in and passkeys."""
