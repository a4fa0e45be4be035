"""The expressions of eval and where: types, operators, functions, and how a tree becomes a closure over rows."""
