"""Events on their way to receivers outside: signed, and only to where they may go. One technology: HTTP."""
