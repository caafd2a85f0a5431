"""The chassis: what every process shares and no business knows."""
