"""The nodes of the syntax tree, one file for each group of commands, as in grammar/."""
