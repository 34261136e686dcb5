"""Tables of the standards as files, and the tools that make them."""
