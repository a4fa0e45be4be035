"""The search commands npmanomaly and npmlearn. In this folder: what both share. No third-party package but the SDK."""
