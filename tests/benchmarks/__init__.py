"""What things cost, as ratios to a floor measured in the same minutes. Run it with `make bench`."""
