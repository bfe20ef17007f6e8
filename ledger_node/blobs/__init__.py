"""Public documents by CID: a folder or Kubo, behind one port and with the same CIDs."""
