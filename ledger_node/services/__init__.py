"""Use cases, one module for each noun. They see the domain, `proof` and the ports; never a technology.

A write checks the rules first, as a courtesy with a good error, and hands a Command to `Submissions`. The contract
decides.
"""
