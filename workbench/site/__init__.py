"""The site of the documents: what mkdocs adds to docs/ while it builds, from the content and the command themselves."""
