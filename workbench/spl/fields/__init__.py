"""Follows the fields of a search through its pipeline: which can exist after each command, be null, be multivalued."""
