"""The forms, one file each: a function from a block and the place of its first line to a Reading.

`sniff(text)` says whether an unlabelled block is of the form.
"""
