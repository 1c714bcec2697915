"""For developing and testing: stand-ins for what cannot be had on one's own machine."""
