"""Reads: one function per figure or table, a fixed number of queries, plain rows out."""
