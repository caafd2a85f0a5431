"""How fast Rapport is, as ratios to floors measured in the same run: `./rapport bench`."""
