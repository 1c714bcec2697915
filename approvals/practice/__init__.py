"""Practice: requests that people once rejected, shown to one person as if they were new. Nothing comes of them."""
