"""Every message that a command can give has its entry in docs/troubleshooting.md, and every entry its message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.site.messages import Message, messages_of

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "troubleshooting.md"
MESSAGES = messages_of(CHECKOUT / "app" / "bin")
ENTRIES = re.findall(r"^```message\n(.*?)\n```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.place)
def test_each_message_of_the_command_has_an_entry(message: Message) -> None:
    pattern = message.pattern()
    assert any(pattern.search(entry) for entry in ENTRIES), (
        f"app/bin/{message.place} can say:\n    {message.text}\n"
        "Add it to docs/troubleshooting.md, in a block that begins with ```message, with cause and next step."
    )


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_entry_is_a_message_of_the_command(entry: str) -> None:
    name, _, text = entry.partition(": ")
    assert (CHECKOUT / "app" / "bin" / f"{name}.py").is_file()
    assert any(message.pattern().fullmatch(text) for message in MESSAGES), f"no message reads like this:\n{entry}"


def test_each_entry_has_a_cause_and_a_next_step() -> None:
    text = PAGE.read_text(encoding="utf-8").split("\n## Symptoms", 1)[0]
    sections = [section for section in re.split(r"^### ", text, flags=re.MULTILINE)[1:] if "```message" in section]
    assert len(sections) > 10
    for section in sections:
        assert re.search(r"^\*\*Cause:\*\* \S", section, re.MULTILINE), section.split("\n")[0]
        assert re.search(r"^\*\*Next:\*\* \S", section, re.MULTILINE), section.split("\n")[0]
