"""A second reading of the rules, in plain Python, to set beside the program.

`clearing.py` is the month and its notices, `year.py` the year on top: no Django, nothing of the project.
`beside.py` drives the program and the month by the same steps, `beside_years.py` the year as well; the tests
draw the steps. What stands on month and year joins in the same way: a module here whose class extends
`YearLedger` (the fund extends `sign` and `pay`, quotas read `months`), and a driver that extends `BothYears`.
"""
