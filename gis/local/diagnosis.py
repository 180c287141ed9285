def report(*a, **k): return 0
