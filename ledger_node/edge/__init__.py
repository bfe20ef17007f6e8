"""The hospital's own application: reads records, removes identity, and makes a dataset version ready to be registered.

Runs inside the hospital, as its own process. Nothing here talks to a node, and nothing opens
a socket but the receiver of streams, which listens: `prepare` ends with files
in the hospital's folder and a handful of digests, and whoever registers the version sends only those. The optional
packages (pydicom, numpy, Pillow, dicom-anonymizer) are imported when they are needed and not before.
"""
