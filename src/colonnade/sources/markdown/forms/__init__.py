"""Code forms: one file each, `read(text, place)` from the text of a fence to a Reading, `sniff(text)` for bare fences."""
