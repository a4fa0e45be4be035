"""The parts of the documents that are made from the content and the commands, and the hook of the mkdocs site."""
