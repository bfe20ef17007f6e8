"""What the hospital's edge gives away: canaries in every input, and an attempt to find patients in what is public."""
