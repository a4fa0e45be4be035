"""One campaign: libFuzzer, through atheris, on one target. Started by ``python -m fuzz``, once for each target.

python -m fuzz.campaign TARGET [options of libFuzzer] [folders with inputs]
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["npmlib", "splunklib.searchcommands"]):
    from fuzz.targets import TARGETS

    if sys.argv[1] == "command":
        from npmlib.anomaly import commandline  # noqa: F401  # so that it is instrumented


def main() -> None:
    """Fuzz until libFuzzer ends the process."""
    name, *options = sys.argv[1:]
    target = TARGETS[name]
    mutate = target.mutate
    if mutate is None:
        atheris.Setup(options, target.check)
    else:
        # atheris puts the real Mutate into its module only once Fuzz() has begun.
        atheris.Setup(
            options, target.check, custom_mutator=lambda data, size, seed: mutate(data, size, seed, atheris.Mutate)
        )
    atheris.Fuzz()


main()
