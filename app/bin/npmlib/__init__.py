"""What the search command npmanomaly thinks with; no Splunk, no SDK and no third-party package in here."""
