"""Records that come one by one, from devices that scan: taken, leafed, and anchored while they come.

`log` is what is on the disk, `intake` brings files into it, `anchoring` brings its tree heads to the chain, `running`
does both until it is told to stop. `receiver` is the process that devices send to (DICOM C-STORE).
"""
