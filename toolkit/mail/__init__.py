"""How messages leave: SMTP, an outbox folder, the ledger of what was sent."""
