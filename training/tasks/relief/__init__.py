"""The head model that relief is fitted with, made of many random heads."""
