"""What the API takes: bytes in, frozen values out, or a problem that points at every wrong field."""
