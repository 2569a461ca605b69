"""The model (Draft, Schema), the design document, and the passes from one to the other."""
