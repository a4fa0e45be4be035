"""The rules of the compiler: each module declares some, with the checks that look for them (see check.py)."""
