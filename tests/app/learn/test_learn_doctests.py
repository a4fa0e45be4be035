"""The examples in the descriptions of the parts of npmlearn are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["accepted", "tablerows"])
def test_examples(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"npmlib.learn.{name}"))
    assert outcome.attempted
    assert not outcome.failed
