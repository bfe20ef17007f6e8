"""The demo: the product's main job on real input, through the public command line and REST only."""
