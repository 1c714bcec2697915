"""Trust at work: how a lane treats what is posted, and how what people say of it moves the lane."""
