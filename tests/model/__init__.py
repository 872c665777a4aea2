"""A second reading of the rules, in plain Python, to set beside the program.

`clearing.py` is the month and its notices, `year.py` the year on top, `fund.py` the money behind both,
`quotas.py` what the fund should have: no Django, nothing of the project. Each class extends the one before.
`beside.py` drives the program and the month by the same steps, `beside_years.py`, `beside_funds.py` and
`beside_quotas.py` the others as well; the tests draw the steps. What comes next joins in the same way.
"""
