"""The examples in the descriptions of the profile's parts are true."""

import doctest
import importlib
import pkgutil

import npmlib.profile
import pytest

MODULES = [module.name for module in pkgutil.iter_modules(npmlib.profile.__path__, "npmlib.profile.")]
WITHOUT_EXAMPLE = {"npmlib.profile.points"}


@pytest.mark.parametrize("name", sorted(set(MODULES) - WITHOUT_EXAMPLE))
def test_examples(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted
    assert not outcome.failed
