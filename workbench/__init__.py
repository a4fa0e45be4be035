"""What runs on a developer's machine and never ships: compiler, replay, metrics to run on, demo."""
