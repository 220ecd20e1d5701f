"""What residents and the public see: plain pages that work without JavaScript.

in    what a resident types, and published rows
out   pages: the form, the receipt, the reporter's timeline, released reports, indicators, help
never shows a report to the public from anything but published rows, nor a secret in an address
"""
