"""The compiler: YAML content in, Splunk conf files and the packed app out. It knows nothing of the replay."""
