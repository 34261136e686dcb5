"""Tables built from open sources, and the scripts that build them."""
