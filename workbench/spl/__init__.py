"""SPL front end: search text in, syntax tree with exact character offsets out. Nothing is executed here."""
