"""The learned profile of a series: how much it usually sends at each hour of the day, and how unusual an hour is."""
