"""The grammar of SPL: one reader per construct, each taking its part of the text off a cursor."""
