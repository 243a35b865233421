"""Runs: a forecast kept on disk with what it was made from, to check and to compute again."""
