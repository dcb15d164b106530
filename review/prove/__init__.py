"""What a change does to every partner: claims that a solver proves, and partners that show what it cannot."""
