"""Benchmarks: speed as ratios of alternatives measured in one run on one machine."""
