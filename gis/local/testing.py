def test(*a): return 1
def audit(*a): return 0
