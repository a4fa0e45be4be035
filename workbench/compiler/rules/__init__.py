"""The rules of the compiler: what each refuses (catalogue.py), and the functions that look for it."""
