"""Keeping evidence whose proofs the engine will forget: bundles of model versions, captured when facts are final.

parts        a bundle taken apart and put together again, byte for byte
touched      which model versions' evidence some events change
retention    which captures of a subject are kept
giving       the captured bundle of a block, when the engine does not serve it
capturing    the worker: what is to be captured, and capturing it
"""
