"""The dashboards of the app: read, checked, run in the replay, and drawn, all without Splunk."""
