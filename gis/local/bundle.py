from pathlib import Path
def unpack(*a): raise NotImplementedError
def install_debs(*a): pass
def make(*a): return 1
