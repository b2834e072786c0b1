"""Measures the speed of the main pages on a base of its own: `make bench`.

`python -m tests.bench` works on the database of DATABASE_URL, which has to be empty, for every size in
BENCH_UNITS (default 200 and 2,000; 20,000 takes a while). Every page is measured in turn with the bare
page, so that both meet the same state of the machine; what is reported is the ratio. BENCH_PAGES chooses pages by
a regular expression on their names ("due|…": those of who is due). Rows are added to
bench.json: name, engine, units, indicators, p50_ms, p95_ms, queries, floor (p50 of the page it is compared
with, in ms) and ratio.
"""
