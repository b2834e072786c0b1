"""Writes: every change of state is one function here, in one transaction, with the trace it leaves."""
