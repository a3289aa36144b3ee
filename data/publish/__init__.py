"""Publishing: the only writer. A folder of city files goes in, a checked and immutable release comes out.

intake     city.toml and files -> tables (frames with the models' columns) and a report of every problem
derive     city totals, denominators, survey shares
privacy    which cells are withheld
statuses   value, range, status and reason of every observation
revisions  what differs from the release before
release    build, check, swap
"""
