"""What goes in and what comes out, one noun a file. Rules live in the domain; here are only forms."""
