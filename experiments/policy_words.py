"""What a policy's file says about it in words."""

from __future__ import annotations

from experiments.runs.run import AS_WRITTEN


def policy_words(policy: str, scenario: str) -> tuple[str, str]:
    """Title and description of a policy from its file, which may lie next to the file of ``scenario``."""
    from sim.reading.library import find_policy, find_scenario
    from sim.reading.toml_text import content_of

    if policy == AS_WRITTEN:
        return "As written", "The policies that the scenario itself holds."
    file = find_policy(policy) if policy.endswith(".toml") else find_policy(policy, asker=find_scenario(scenario))
    content = content_of(file)
    title, description = content.get("title") or content.get("name") or file.stem, content.get("description", "")
    return str(title), str(description)
