"""What all tests share. A test that needs a server starts it on a free loopback port and stops it by its own handle."""
