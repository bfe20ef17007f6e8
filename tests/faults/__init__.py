"""What may break, broken on purpose, with the real parts: nothing that was acknowledged is lost or done twice.

load        clients that go on until every request is acknowledged
audit       the equality that every test ends with
proxy       a bad line between a node and its chain
test_…      one file for each kind of failure
"""
