"""What the product costs, measured on real servers it starts itself: `python3 bench/run.py [names]`."""
