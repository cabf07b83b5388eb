"""The proof of the ledger, receipts, and how people read it."""
