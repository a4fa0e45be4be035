"""The learned profile of one series: how much it sends by hour of the day and weekend, and how far from that is odd."""
