"""The one engine for many runs: what a run is, what a worker does with it, where it is carried out, and where it is kept.

A comparison, a selection, an ablation, elasticities, a single run and a batch are designs over it: they say which runs
they need and what they conclude from them. From the bottom up:

identity    what makes a run unique       run         one run: market, policy, seed, settings, what is kept
numbers     what a run gives              worker      load, check, simulate within its time, keep what is asked for
result      how a run ended               driver      carries runs out on one of the backends, outlives dead workers
past        what runs of a worker share   bundles     runs that share a past, together
run_ledger  the one store (SQLite)        run_folder  ledgers of a folder and the locks of their drivers
work        a driver at its ledger: what is done is not repeated, what ends is recorded.
"""
