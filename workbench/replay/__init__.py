"""The replay: compiled saved searches, as shipped, run on a metrics store without a Splunk server."""
